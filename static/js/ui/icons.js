// Our own few icons: shapes, so that no font can fail them.

import { html } from "../../vendor/vendor.js";

const SHAPES = /** @type {Record<string, string>} */ ({
  play: "M7 4.5v15l12.5-7.5z", pause: "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
  forward: "M9 5.5v13l10-6.5z", back: "M15 5.5v13L5 12z",
  end: "M6 5.5v13l9-6.5zM16.5 5.5h2.5v13h-2.5z", start: "M18 5.5v13L9 12zM5 5.5h2.5v13H5z",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8zM11 2h2v4h-2zM11 18h2v4h-2zM2 11h4v2H2zM18 11h4v2h-4zM4.2 5.6l1.4-1.4 2.8 2.8L7 8.4zM15.6 17l1.4-1.4 2.8 2.8-1.4 1.4zM4.2 18.4L7 15.6 8.4 17l-2.8 2.8zM15.6 7l2.8-2.8 1.4 1.4L17 8.4z",
  moon: "M20 14.5A8.5 8.5 0 119.5 4a7 7 0 0010.5 10.5z",
  fit: "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z", minus: "M5 11h14v2H5z",
});

/** @param {{name: string}} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d=${SHAPES[name]} /></svg>`;
}
