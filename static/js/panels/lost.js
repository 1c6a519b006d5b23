// What edges that are cut leave out of the chosen leaf's gradient: a share that the service has measured.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import * as api from "../api.js";
import { format } from "../model/format.js";
import * as store from "../store.js";

/** @typedef {import("../generated/api").Truncation} Truncation */

/** @param {{node: import("../types").GraphNode, trace: import("../types").Trace}} props */
export function Lost({ node, trace }) {
  const found = useTruncation(trace);
  const row = found?.leaves.find((leaf) => leaf.node === node.id);
  if (!row) return null;
  return html`<p class="lost">${found?.cuts.length} edges are cut on the way back: they lose <b>${format(Number(row.share))}</b> of this gradient (the norm of what is missing over that of the whole).</p>`;
}

/** @param {import("../types").Trace} trace @returns {Truncation | null} */
function useTruncation(trace) {
  const [found, setFound] = useState(/** @type {Truncation | null} */ (null));
  useEffect(() => {
    if (!trace.schedule.backward?.cut?.length) return;
    let stale = false;
    api.truncation(store.session.peek()?.id ?? "", trace.iteration).catch(() => null).then((told) => {
      if (!stale) setFound(told);
    });
    return () => { stale = true; };
  }, [trace]);
  return found;
}
