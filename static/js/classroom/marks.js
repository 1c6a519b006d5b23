// Where the number stands that is asked for: its card and row, its edge, its unit, its line of code.

import { effect } from "../../vendor/vendor.js";
import { hiddenBy } from "../model/groups.js";
import { placeAsked } from "../model/question.js";
import * as store from "../store.js";

const PENDING = "—", ASKED = "?";

/** @param {HTMLElement} host the drawings and the code stand in it */
export function markAsked(host) {
  // Cards and lines come and go: whatever is drawn anew is marked too. Its own marks are no news.
  const observer = new MutationObserver(() => mark());
  const mark = () => {
    for (const before of host.querySelectorAll("[data-asked]")) unmark(before);
    for (const [selector, what] of placesOf()) for (const found of host.querySelectorAll(selector)) markAs(found, what);
    observer.takeRecords();
  };
  observer.observe(host, { childList: true, subtree: true });
  effect(() => {
    const trace = store.trace.value, asked = store.asked.value;
    void [store.closed.value, store.view.value];
    store.pointed.value = trace && asked !== null ? placeAsked(trace.events[asked]).node : null;
    mark();
  });
}

/** A number that is not there yet is a question. @param {Element} element @param {string} what */
function markAs(element, what) {
  element.setAttribute("data-asked", what);
  const text = element.querySelector(`.row.${what} > text`);
  if (text?.textContent === PENDING) text.firstChild?.replaceWith(ASKED);
}

/** @param {Element} element */
function unmark(element) {
  element.removeAttribute("data-asked");
  for (const text of element.querySelectorAll(".row > text")) if (text.textContent === ASKED) text.firstChild?.replaceWith(PENDING);
}

/** What is marked, and as what. @returns {[string, string][]} */
function placesOf() {
  const trace = store.trace.peek(), asked = store.asked.peek();
  if (!trace || asked === null) return [];
  const { node, which, edge } = placeAsked(trace.events[asked]), card = trace.graph.nodes[node];
  const hidden = card ? hiddenBy(card.group, store.closed.peek()) : null;
  /** @type {[string, string | null][]} */
  const found = [[`[data-node="${node}"]`, which], [`[data-unit^="${node}:"]`, which], [`[data-event="${asked}"]`, "line"],
    [`path[data-edge="${edge}"]`, edge && "edge"], [`.closed[data-group="${CSS.escape(hidden ?? "")}"]`, hidden && which]];
  return found.flatMap(([selector, what]) => (what ? [[selector, what]] : []));
}
