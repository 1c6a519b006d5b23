// A data set by name, with the options of its row in the catalogue.

import { html } from "../../../vendor/vendor.js";
import * as store from "../../store.js";
import { NumberField, OptionField } from "../fields.js";
import { said } from "../spec.js";

const FAMILIES = /** @type {[string, string][]} */ ([["points", "Points in the plane"], ["curve", "Curves"], ["picture", "Pictures"], ["sequence", "Sequences"], ["table", "Tables"]]);

const MOST_SEED = 2 ** 32 - 1;

/** What stays when the data are other ones: how they are dealt out; not in batches where there are too few samples for one. @param {import("./form.js").Data} data @param {number} [samples] */
export function kept({ split, standardize, seed, batch, shuffle }, samples = Infinity) {
  const fits = samples === Infinity || batch <= samples - Math.ceil(samples * (split ?? 0));
  return said({ split, standardize, seed, batch: fits ? batch : undefined, shuffle: fits ? shuffle : undefined });
}

/** @param {import("./form.js").Props} props */
export function Source({ data, change }) {
  const rows = store.catalogue.value?.data ?? [], row = rows.find(({ name }) => name === data.name);
  /** @param {string} name */
  const choose = (name) => change({ name, ...kept(data) });
  /** @param {string} key @param {any} to */
  const put = (key, to) => change(said({ ...data, [key]: to }));
  return html`<div class="options"><label class="field wide"><span>data set</span> <select name="data" value=${row?.name ?? ""} onChange=${(/** @type {Event} */ event) => choose(/** @type {HTMLSelectElement} */ (event.currentTarget).value)}>
      ${!row && html`<option value="" disabled selected>choose one …</option>`}
      ${FAMILIES.map(([family, title]) => html`<optgroup label=${title}>${rows.filter((each) => each.family === family).map(({ name }) => html`<option value=${name} selected=${name === row?.name}>${name}</option>`)}</optgroup>`)}</select></label>
    ${row?.options.map((option) => (option.kind === "text"
      ? html`<${Text} key=${`${row.name} ${option.name}`} option=${option} value=${data[option.name]} set=${(/** @type {any} */ to) => put(option.name, to)} />`
      : html`<${OptionField} key=${`${row.name} ${option.name}`} option=${option} value=${data[option.name]} set=${(/** @type {any} */ to) => put(option.name, to)} />`))}
    ${row?.generated && html`<${Seed} data=${data} change=${change} />`}</div>
    ${row && html`<p class="note">${row.doc}</p>`}`;
}

/** What decides which samples are made, which are held out, and the order of batches. @param {import("./form.js").Props} props */
export function Seed({ data, change }) {
  const put = (/** @type {any} */ seed) => change(said({ ...data, seed })), now = Number.isInteger(data.seed) ? data.seed : 0;
  return html`<div class="seed"><${NumberField} label="seed" name="data-seed" doc="The same seed gives the same samples, the same split and the same batches." value=${data.seed} usual=${0} low=${0} high=${MOST_SEED} whole set=${put} />
    <button type="button" class="small-button" data-command="next-seed" title="Use the next seed" onClick=${() => put((now + 1) % (MOST_SEED + 1))}>Next</button></div>`;
}

/** @param {{option: {name: string, doc: string, default: any, high: number | null}, value: any, set: (value: any) => void}} props */
const Text = ({ option: { name, doc, default: usual, high }, value, set }) => html`<label class="field wide" title=${doc}><span>${name}</span>
  <textarea name=${name} rows="3" spellcheck=${false} maxlength=${high} value=${value ?? usual} onInput=${(/** @type {Event} */ event) => set(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea></label>`;
