// The row of a network's data.

import { html, signal } from "../../vendor/vendor.js";
import { lazy } from "../lazy.js";
import { count, shapeText } from "../model/format.js";
import { fitting } from "./data/fitting.js";
import { change, shapesNow, spec } from "./draft.js";
import { spoken } from "./fields.js";
import { Row } from "./rows.js";
import { wrongUnder } from "./training.js";

const Form = lazy(() => import("./data/form.js").then(({ DataForm }) => DataForm));

/** @typedef {import("../generated/api").DataPreview} Told */
const told = signal(/** @type {Told | null} */ (null));

/** What of the network does not fit the data, and the way to change it. */
function Fit() {
  const found = told.value && fitting(spec.value.model, told.value);
  return found && html`<p class="fit" role="status"><span>To fit these data: ${found.says}.</span> <button type="button" class="pill" data-command="fit-network" onClick=${() => change({ ...spec.value, model: found.model })}>Change the network so</button></p>`;
}

export function DataPart() {
  const { data } = spec.value, taken = shapesNow()[0]?.input, wrong = wrongUnder("/spec/data");
  return html`<${Row} id="data" title="Data" brief=${briefOf(data)} right=${taken ? shapeText(taken) : ""} small=${taken ? "inputs" : ""} wrong=${wrong}>
    <${Fit} /><${Form} told=${(/** @type {Told} */ next) => { told.value = next; }} data=${data ?? {}} quiet=${wrong.length > 0} change=${(/** @type {any} */ next) => change({ ...spec.value, data: next }, "data")} /><//>`;
}

/** @param {Record<string, any> | null | undefined} data */
function briefOf(data) {
  if (!data) return "none";
  const name = data.arrays ? "your own points" : data.id ? "your own table" : spoken(String(data.name ?? ""));
  if (data.sample != null) return `${name}, sample ${data.sample} alone`;
  return data.batch ? `${name}, ${count(data.batch)} at a time` : name;
}
