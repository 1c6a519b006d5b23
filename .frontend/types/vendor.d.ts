// What bundle.mjs exports as static/vendor/vendor.js.
import type { VNode } from "preact";

export * from "preact";
export * from "preact/hooks";
export * from "@preact/signals";
export * from "d3-interpolate";
export * from "d3-scale";
export * from "d3-selection";
export * from "d3-shape";
export * from "d3-zoom";

export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;
