// A step as an address: it can be copied, opened beside this page, or followed here.

import * as runs from "../runs.js";
import * as store from "../store.js";

/** @param {number} step */
export const hrefOf = (step) => `?session=${store.session.peek()?.id ?? ""}&iteration=${step}&cursor=0&view=training`;

/** A plain click stays on this page. @param {MouseEvent} event @param {number} step */
export function onFollow(event, step) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
  event.preventDefault();
  void runs.choose(step);
}
