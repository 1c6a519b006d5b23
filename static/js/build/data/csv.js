// A table that is pasted, dropped or chosen: what its columns are for, and the cells that are in the way.

import { html, useEffect, useState } from "../../../vendor/vendor.js";
import { useAnswer } from "../../answers.js";
import { ApiError } from "../../api.js";
import * as api from "../../api/data.js";
import { count } from "../../model/format.js";
import * as store from "../../store.js";
import { Choice } from "../fields.js";
import { kept } from "./source.js";

/** @typedef {import("../../api/data.js").Table} Table */
/** @typedef {{row: number, column: number | null, detail: string}} BadCell */
/** @typedef {"input" | "target" | "unused"} Role */
/** @typedef {{text: string, header: boolean | null, roles: Record<string, Role>, kind: "class" | "number" | null}} Brought */

const NOTHING = /** @type {Brought} */ ({ text: "", header: null, roles: {}, kind: null });
const EXAMPLE = "width,length,kind\n1.5,4.2,leaf\n0.3,2.0,needle\n1.1,3.9,leaf";
/** Of so many different numbers it is likelier that they are names of classes. */
const FEW = 10;
/** What was brought last: it is still there when the form is opened again. */
let before = { ...NOTHING, id: "" };

/** @param {import("./form.js").Props & {shown: import("../../api/data.js").DataPreview | null}} props */
export function Csv({ data, change, shown }) {
  const [brought, bring] = useState(/** @type {Brought} */ (before)), [refused, refuse] = useState(/** @type {{detail: string, cells: BadCell[]} | null} */ (null)), [sending, setSending] = useState(false);
  const { text, header } = brought, given = text.trim() !== "";
  const looked = useAnswer(given ? `${header} ${text}` : null, () => api.table(text, header).then((table) => ({ table, wrong: null }), wrongOf), 120)?.found ?? null;
  const table = given ? looked?.table ?? null : null, wrong = refused ?? (given ? looked?.wrong ?? null : null);
  useEffect(() => { before = { ...before, ...brought }; }, [brought]);
  /** @param {Partial<Brought>} part */
  const set = (part) => { refuse(null); bring({ ...brought, ...part }); };
  /** @param {File | undefined} file */
  const read = async (file) => {
    const most = Number(store.catalogue.value?.limits.upload_bytes ?? Infinity);
    if (!file) return;
    if (file.size > most) refuse({ detail: `${file.name} has ${count(file.size)} bytes; this service reads ${count(most)}.`, cells: [] });
    else set({ ...NOTHING, text: await file.text() });
  };
  const use = async () => {
    if (!table) return;
    setSending(true);
    const sent = await api.send(text, choiceOf(table, brought)).then((sent) => ({ sent, wrong: null }), wrongOf);
    setSending(false);
    refuse(sent.wrong);
    if (!sent.sent) return;
    before = { ...brought, id: sent.sent.id };
    change({ id: sent.sent.id, ...kept(data, sent.sent.samples) });
  };
  const used = "id" in data && data.id === before.id && before.text === text;
  return html`<${Place} text=${text} set=${(/** @type {string} */ text) => set({ ...NOTHING, text })} read=${read} />
    ${table && html`<${Columns} table=${table} brought=${brought} set=${set} bad=${refused?.cells ?? []} />`}
    ${wrong && html`<${Wrong} wrong=${wrong} />`}
    ${table && html`<div class="inkwell"><button type="button" class="pill on" data-command="use-table" disabled=${sending} onClick=${use}>Use this table</button>
      <span class="note" role="status">${used && !wrong ? `In use: ${count(shown?.samples ?? table.samples)} samples.` : ""}</span></div>`}`;
}

/** @param {unknown} error @returns {{table: null, sent: null, wrong: {detail: string, cells: BadCell[]}}} */
function wrongOf(error) {
  if (!(error instanceof ApiError)) throw error;
  return { table: null, sent: null, wrong: { detail: error.message, cells: error.errors.filter((/** @type {any} */ each) => "row" in each) } };
}

/** @param {{text: string, set: (text: string) => void, read: (file: File | undefined) => Promise<void>}} props */
function Place({ text, set, read }) {
  const [over, setOver] = useState(false), limits = store.catalogue.value?.limits;
  const limit = (/** @type {string} */ name) => count(Number(limits?.[name]));
  /** @param {DragEvent} event */
  const drag = (event) => {
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop") void read(event.dataTransfer?.files[0]);
  };
  return html`<div class=${over ? "drop over" : "drop"} onDragOver=${drag} onDragLeave=${drag} onDrop=${drag}>
    <label class="field"><span class="note">Paste a table here, or drop a CSV file</span>
      <textarea name="csv" rows=${text ? 4 : 5} spellcheck=${false} autocomplete="off" placeholder=${EXAMPLE} value=${text} onInput=${(/** @type {Event} */ event) => set(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea></label>
    <div class="bar-of"><label class="field"><span class="unseen">Choose a file</span><input type="file" name="csv-file" accept=".csv,.tsv,.txt,text/csv" onChange=${(/** @type {Event} */ event) => void read(/** @type {HTMLInputElement} */ (event.currentTarget).files?.[0])} /></label></div>
    ${limits && html`<p class="note">Commas, semicolons or tabs; at most ${limit("csv_rows")} rows, ${limit("csv_columns")} columns and ${limit("upload_bytes")} bytes.</p>`}</div>`;
}

/** What each column is for: as was said; else the last one is the target, unless its cells are all different words, and others with numbers are inputs. @param {Table} table @param {Brought} brought @returns {Record<string, Role>} */
function rolesOf({ columns, samples }, { roles }) {
  const named = columns.find(({ name }) => roles[name] === "target"), told = columns.findLast(({ numbers, different }) => numbers > 0 || different < samples);
  const target = (named ?? told ?? columns[columns.length - 1]).name;
  return Object.fromEntries(columns.map((column) => [column.name, column.name === target ? "target" : roles[column.name] ?? (column.numbers ? "input" : "unused")]));
}

/** @param {Table} table @param {Brought} brought @returns {import("../../api/data.js").Choice} */
function choiceOf(table, brought) {
  const roles = rolesOf(table, brought), target = table.columns.find(({ name }) => roles[name] === "target") ?? table.columns[0];
  const inputs = table.columns.filter(({ name }) => roles[name] === "input").map(({ name }) => name);
  const kind = brought.kind ?? (target.numbers < table.samples - target.empty || target.different <= Math.min(FEW, table.samples / 3) ? "class" : "number");
  return { target: target.name, inputs, kind, header: brought.header };
}

const ROLES = /** @type {[Role, string][]} */ ([["input", "input"], ["target", "target"], ["unused", "not used"]]);

/** @param {{table: Table, brought: Brought, set: (part: Partial<Brought>) => void, bad: BadCell[]}} props */
function Columns({ table, brought, set, bad }) {
  const roles = rolesOf(table, brought), { kind, target } = choiceOf(table, brought), wrong = new Set(bad.map(({ row, column }) => `${row} ${column}`));
  /** @param {string} name @param {Role} role */
  const play = (name, role) => {
    const others = role === "target" ? Object.fromEntries(Object.entries(roles).map(([each, now]) => [each, now === "target" ? "input" : now])) : roles;
    set({ roles: { ...others, [name]: role }, kind: role === "target" ? null : brought.kind });
  };
  return html`<div class="options"><${Choice} label=${`${target} is`} name="kind" value=${kind} choices=${[["class", "a class"], ["number", "a number"]]} set=${(/** @type {"class" | "number"} */ kind) => set({ kind })} />
      <${Choice} label="the first row" name="header" value=${String(brought.header)} choices=${[["null", "as it looks"], ["true", "holds names"], ["false", "is a sample"]]} set=${(/** @type {string} */ to) => set({ header: JSON.parse(to), roles: {} })} /></div>
    <div class="scroll columns" tabindex="0" role="region" aria-label="Columns of the table"><table><thead><tr><th scope="col"><span class="unseen">row</span></th>${table.columns.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr>
      <tr><td></td>${table.columns.map(({ name }) => html`<td><select name="role ${name}" aria-label="What ${name} is for" value=${roles[name]} onChange=${(/** @type {Event} */ event) => play(name, /** @type {Role} */ (/** @type {HTMLSelectElement} */ (event.currentTarget).value))}>
        ${ROLES.map(([role, title]) => html`<option value=${role} selected=${role === roles[name]}>${title}</option>`)}</select></td>`)}</tr></thead>
      <tbody>${table.first.map(({ row, cells }) => html`<tr><th scope="row">${row}</th>${cells.map((cell, k) => html`<td class=${wrong.has(`${row} ${k + 1}`) ? "bad" : ""}>${cell}</td>`)}</tr>`)}</tbody></table></div>
    ${table.samples > table.first.length && html`<p class="note">The first ${table.first.length} of ${count(table.samples)} rows.</p>`}`;
}

/** @param {{wrong: {detail: string, cells: BadCell[]}}} props */
function Wrong({ wrong: { detail, cells } }) {
  if (!cells.length) return html`<p class="trouble" role="alert">${detail}</p>`;
  return html`<div role="alert"><p class="trouble">${cells.length === 1 ? "A cell is in the way" : `${cells.length} cells are in the way`}:</p>
    <ul class="bad-cells">${cells.map(({ row, column, detail }) => html`<li data-row=${row} data-column=${column}><b>Row ${count(row)}${column ? `, column ${column}` : ""}</b>: ${detail}</li>`)}</ul></div>`;
}
