// Which panels a link shows: `&panels=stage,sentence,transport`. What it leaves out is not seen.

import { effect } from "../../vendor/vendor.js";
import * as store from "../store.js";

export function showPanels() {
  effect(() => {
    const { dataset } = document.documentElement, shown = store.panels.value;
    if (shown) dataset.panels = shown.join(" ");
    else delete dataset.panels;
  });
}
