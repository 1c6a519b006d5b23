// The cards, units and closed groups that a stop names are lit, whatever is drawn anew; and the stop is spoken.

import { effect } from "../../vendor/vendor.js";
import { hiddenBy } from "../model/groups.js";
import * as store from "../store.js";
import { named, spoken } from "./panel.js";

/** @param {HTMLElement} host the drawings stand in it */
export function light(host) {
  const observer = new MutationObserver(() => mark());
  const mark = () => {
    for (const before of host.querySelectorAll("[data-named]")) before.removeAttribute("data-named");
    for (const node of store.atStop.peek() ? store.stop.peek()?.nodes ?? [] : []) {
      for (const found of host.querySelectorAll(placesOf(node))) found.setAttribute("data-named", node === named.peek() ? "now" : "");
    }
    observer.takeRecords(); // its own marks are no news
  };
  observer.observe(host, { childList: true, subtree: true });
  effect(() => {
    void [store.stop.value, store.atStop.value, named.value, store.closed.value, store.view.value];
    host.classList.toggle("in-lesson", store.lesson.value !== null);
    mark();
  });
}

/** A card that has the pointer on its name is brought into sight; what a stop names, beside what happens. */
export function point() {
  let walked = false;
  effect(() => {
    const stop = store.atStop.value ? store.stop.value : null;
    store.alongside.value = stop?.nodes ?? [];
    if (stop || walked) store.pointed.value = named.value;
    walked = stop !== null;
  });
}

/** @param {number} node */
function placesOf(node) {
  const hidden = hiddenBy(store.graph.peek()?.nodes[node]?.group ?? [], store.closed.peek());
  return [`[data-node="${node}"]`, `[data-unit^="${node}:"]`, ...(hidden ? [`.closed[data-group="${CSS.escape(hidden)}"]`] : [])].join();
}

/** The live region says where in the lesson the page is, and the text. @param {HTMLElement} region */
export function speak(region) {
  effect(() => {
    const lesson = store.lesson.value, stop = store.stop.value;
    if (!lesson || !stop || lesson.going || !store.atStop.value) return;
    region.textContent = `Stop ${lesson.at + 1} of ${lesson.stops.length}. ${spoken(stop)}`;
  });
}
