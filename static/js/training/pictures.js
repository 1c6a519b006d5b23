// What has been learnt, as pictures of the step the page speaks of.

import { computed, html } from "../../vendor/vendor.js";
import { lazy } from "../lazy.js";
import { learning } from "../model/height.js";
import { learntOf } from "../model/learnt.js";
import * as store from "../store.js";
import { Plane } from "./plane.js";
import { Curve } from "./curve.js";
import { Filters } from "./filters.js";
import { Readings } from "./readings.js";
import { Time } from "./time.js";

const learnt = computed(() => (store.graph.value && store.session.value ? learntOf(store.graph.value, store.session.value) : null));
/** A plane takes two numbers that learn. */
const hasSurface = computed(() => store.graph.value !== null && learning(store.graph.value) > 1);
const Surface = lazy(() => import("./surface.js").then(async ({ Surface, styled }) => { await styled; return Surface; }));

export function Pictures() {
  const found = learnt.value, id = store.session.value?.id;
  if (!found || !id || !(hasSurface.value || found.over || found.filters || found.read || found.time)) return null;
  return html`<div class="pictures" role="group" aria-label="What has been learnt" key=${id}>
    ${found.time && html`<${Time} truncate=${/** @type {{backward?: {truncate?: number | null}}} */ (store.session.value?.spec).backward?.truncate ?? null} />`}
    ${found.over === "plane" && html`<${Plane} layers=${found.layers} />`}
    ${found.over === "line" && html`<${Curve} />`}
    ${found.read && html`<${Readings} of=${found.read} />`}
    ${found.filters && html`<${Filters} filters=${found.filters} />`}
    ${hasSurface.value && html`<${Surface} />`}</div>`;
}
