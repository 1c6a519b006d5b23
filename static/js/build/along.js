// What was changed on the page of the model that is built on: what of it goes along, and what cannot.

import { html } from "../../vendor/vendor.js";
import { along, carried } from "./draft.js";

/** So many that are left out are named. */
const NAMED = 3;

export function Along() {
  const { kept = 0, left = [] } = carried.value ?? {};
  if (!kept && !left.length) return null;
  return html`<div class="along" role="status">${kept > 0 && html`<label><input type="checkbox" name="along" checked=${along.value} onChange=${() => { along.value = !along.value; }} /> Take along ${kept === 1 ? "the change" : `the ${kept} changes`} made on the page</label>`}
    ${along.value && left.length > 0 && html`<span class="note" data-left=${left.length}>${leftOut(left)}</span>`}</div>`;
}

/** @param {import("../api/build.js").Carried["left"]} left */
function leftOut(left) {
  const named = left.slice(0, NAMED).map(({ what, why }) => `${what} (${why})`), more = left.length - named.length;
  return `Left out: ${named.join("; ")}${more ? `; and ${more} more` : ""}.`;
}
