// Names in lines of code: each knows what it stands for, and the one under the pointer is lit wherever it stands.

import { html } from "../../vendor/vendor.js";
import { piecesOf } from "../model/listing.js";
import * as store from "../store.js";

/** @param {{line: string}} props */
export function Named({ line }) {
  return html`${piecesOf(line, store.names.value).map(({ text, name }) => (name ? html`<span data-name=${name}>${text}</span>` : text))}`;
}

/** What lines of code do with the pointer. */
export const onNames = {
  /** @param {PointerEvent} event */
  onPointerOver: (event) => { store.hovered.value = /** @type {HTMLElement} */ (event.target).dataset.name ?? null; },
  onPointerLeave: () => { store.hovered.value = null; },
};

/** @param {HTMLElement | null} box */
export function lightNames(box) {
  box?.querySelectorAll("[data-name]").forEach((place) => {
    place.classList.toggle("lit", /** @type {HTMLElement} */ (place).dataset.name === store.hovered.value);
  });
}
