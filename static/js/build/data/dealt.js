// How data are dealt out: what is held out for testing, and which samples a training step sees.

import { html } from "../../../vendor/vendor.js";
import { count } from "../../model/format.js";
import * as store from "../../store.js";
import { Choice, NumberField, Tick } from "../fields.js";
import { said } from "../spec.js";
import { Seed } from "./source.js";

/** @param {import("./form.js").Props & {shown: import("../../api/data.js").DataPreview | null}} props */
export function Dealt({ data, change, shown }) {
  /** @param {Record<string, any>} part */
  const put = (part) => change(said({ ...data, ...part }));
  const row = store.catalogue.value?.data.find(({ name }) => name === data.name), single = row?.single ?? false, generated = row?.generated ?? false, most = store.catalogue.value?.limits.batch ?? 1024;
  const sees = data.sample != null || (single && data.batch == null) ? "one" : data.batch != null ? "batch" : "all";
  const ways = /** @type {[string, string][]} */ ([["all", "all of them"], ["batch", "a batch of them"], ["one", "one alone"]]).filter(([way]) => way !== "all" || !single);
  /** @param {string} way */
  const see = (way) => put({ batch: way === "batch" ? data.batch ?? 16 : undefined, sample: way === "one" ? data.sample ?? shown?.step[0] ?? 0 : undefined });
  const set = (/** @type {string} */ key) => (/** @type {any} */ to) => put({ [key]: to });
  return html`<div class="options" role="group" aria-label="How the samples are used">
    <${Choice} label="a training step sees" name="sees" value=${sees} choices=${ways} set=${see} />
    ${sees === "batch" && html`<${NumberField} label="batch" doc="Samples in a batch." value=${data.batch} low=${1} high=${most} whole set=${(/** @type {any} */ to) => put({ batch: to ?? "" })} />
      <${Tick} label="shuffle" doc="Every epoch has an order of its own." value=${data.shuffle ?? true} set=${(/** @type {boolean} */ to) => put({ shuffle: to ? undefined : false })} />`}
    ${sees === "one" && html`<${NumberField} label="sample" doc=${shown ? `0 to ${count(shown.samples - 1)}; or choose it below.` : ""} value=${data.sample ?? 0} low=${0} high=${shown ? shown.samples - 1 : null} whole set=${(/** @type {any} */ to) => put({ sample: to ?? "" })} />`}
    <${NumberField} label="test split" name="split" doc="The share of samples that training does not see. They tell how well it does on what is new." value=${data.split} usual=${0} low=${0} high=${0.9} set=${set("split")} />
    <${Tick} label="standardize" doc="Each input gets mean 0 and standard deviation 1 over the samples that training sees." value=${data.standardize ?? false} set=${(/** @type {boolean} */ to) => put({ standardize: to || undefined })} />
    ${!generated && (data.split || data.batch) && html`<${Seed} data=${data} change=${change} />`}</div>`;
}
