// The row of a network's data.

import { html } from "../../vendor/vendor.js";
import { lazy } from "../lazy.js";
import { count, shapeText } from "../model/format.js";
import { change, shapesNow, spec } from "./draft.js";
import { spoken } from "./fields.js";
import { Row } from "./rows.js";
import { wrongUnder } from "./training.js";

const Form = lazy(() => import("./data/form.js").then(({ DataForm }) => DataForm));

export function DataPart() {
  const { data } = spec.value, taken = shapesNow()[0]?.input, wrong = wrongUnder("/spec/data");
  return html`<${Row} id="data" title="Data" brief=${briefOf(data)} right=${taken ? shapeText(taken) : ""} small=${taken ? "inputs" : ""} wrong=${wrong}>
    <${Form} data=${data ?? {}} quiet=${wrong.length > 0} change=${(/** @type {any} */ next) => change({ ...spec.value, data: next }, "data")} /><//>`;
}

/** @param {Record<string, any> | null | undefined} data */
function briefOf(data) {
  if (!data) return "none";
  const name = data.arrays ? "your own points" : data.id ? "your own table" : spoken(String(data.name ?? ""));
  if (data.sample != null) return `${name}, sample ${data.sample} alone`;
  return data.batch ? `${name}, ${count(data.batch)} at a time` : name;
}
