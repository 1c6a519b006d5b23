// The chain rule for the chosen weight, where it is a single connection between two units.

import { html } from "../../vendor/vendor.js";
import { chainRule } from "../model/chain.js";
import * as store from "../store.js";
import { MathLine } from "./explain.js";

/** @param {{trace: import("../types").Trace}} props */
export function Chain({ trace }) {
  const { layers, selection, frame } = store, chosen = selection.value;
  if (!layers.value || !("network" in layers.value) || !chosen || !frame.value) return null;
  const single = trace.graph.nodes[chosen.node].shape.length === 0;
  if (!single && !chosen.entry) return null;
  const line = chainRule(trace, frame.value, layers.value.network, { node: chosen.node, entry: chosen.entry ?? [] }, store.row.value);
  return line && html`<div class="lines backward-lines"><${MathLine} line=${line} trace=${trace} named /></div>`;
}
