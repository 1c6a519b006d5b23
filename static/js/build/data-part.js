// The row of a network's data.

import { html } from "../../vendor/vendor.js";
import { count, shapeText } from "../model/format.js";
import { change, shapesNow, spec } from "./draft.js";
import { TextField, spoken } from "./fields.js";
import { Row } from "./rows.js";
import { valueTyped } from "./spec.js";
import { wrongUnder } from "./training.js";

/** The data as JSON. @param {{data: any, change: (next: any) => void}} props */
const Form = ({ data, change }) => html`<${TextField} label="data" wide value=${data} read=${valueTyped} write=${JSON.stringify} set=${change} />`;

export function DataPart() {
  const { data } = spec.value, taken = shapesNow()[0]?.input;
  return html`<${Row} id="data" title="Data" brief=${briefOf(data)} right=${taken ? shapeText(taken) : ""} small=${taken ? "inputs" : ""} wrong=${wrongUnder("/spec/data")}>
    <${Form} data=${data} change=${(/** @type {any} */ next) => change({ ...spec.value, data: next }, "data")} /><//>`;
}

/** @param {Record<string, any> | null | undefined} data */
function briefOf(data) {
  if (!data) return "none";
  const name = data.arrays ? "your own points" : data.id ? "your own table" : spoken(String(data.name ?? ""));
  if (data.sample != null) return `${name}, sample ${data.sample} alone`;
  return data.batch ? `${name}, ${count(data.batch)} at a time` : name;
}
