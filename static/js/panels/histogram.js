// How a tensor's numbers are spread, as the service has counted them.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import * as api from "../api.js";
import { count, format, fromWire } from "../model/format.js";
import * as store from "../store.js";

/** @typedef {import("../generated/api").Histogram} Counted */

/** @param {{node: import("../types").GraphNode, which: "value" | "gradient", iteration: number, cursor: number}} props */
export function Histogram({ node, which, iteration, cursor }) {
  const [found, setFound] = useState(/** @type {Counted | null} */ (null));
  useEffect(() => {
    let stale = false;
    api.histogram(store.session.peek()?.id ?? "", node.id, which, { iteration, cursor }).catch(() => null).then((told) => { if (!stale) setFound(told); });
    return () => { stale = true; };
  }, [node, which, iteration, cursor]);
  if (!found) return html`<figure class="histogram"></figure>`;
  const most = Math.max(1, ...found.counts), edges = found.edges.map((edge) => format(fromWire(edge)));
  return html`<figure class="histogram"><figcaption>Histogram of all of it${aside(found)}</figcaption>
    ${found.counts.length > 0 && html`<ol role="list" aria-label="Histogram: numbers in each bin">${found.counts.map((n, k) =>
    html`<li data-count=${n} title=${bin(n, edges, k)}><span class="bar" style=${{ height: `${n / most * 100}%` }}></span><span class="unseen">${bin(n, edges, k)}</span></li>`)}</ol>
    <p class="ends" aria-hidden="true"><span>${edges[0]}</span><span>most in a bin: ${count(most)}</span><span>${edges[edges.length - 1]}</span></p>`}</figure>`;
}

/** @param {number} n @param {string[]} edges @param {number} k */
const bin = (n, edges, k) => (edges[k] === edges[k + 1] ? `${count(n)} at ${edges[k]}` : `${count(n)} from ${edges[k]} to ${edges[k + 1]}`);

/** What colours and bars do not say. @param {Counted} counted */
function aside({ zeros, nan, infinite }) {
  const said = [[zeros, "exactly 0"], [nan, "NaN"], [infinite, "infinite"]].filter(([n]) => n).map(([n, name]) => `${count(/** @type {number} */ (n))} ${name}`);
  return said.length ? html` · <span data-aside>${said.join(", ")}</span>` : "";
}
