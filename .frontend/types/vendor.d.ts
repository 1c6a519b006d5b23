// What bundle.mjs exports as static/vendor/vendor.js.
import type { VNode } from "preact";

export * from "preact";
export * from "preact/hooks";
export * from "@preact/signals";
export { select } from "d3-selection";
export { zoom, zoomIdentity } from "d3-zoom";

export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;
