// Which one thing a twin of this run has otherwise.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import { diagnosis } from "../api/twins.js";
import { count, exact } from "../model/format.js";
import { numberTyped } from "../model/typed.js";
import { variantsOf } from "../model/variants.js";
import * as store from "../store.js";
import { twinByEdits, twinBySpec } from "../twins.js";

/** @typedef {Record<string, any>} Spec */
/** @typedef {{id: string, says: any, control: any, ready: boolean, make: () => Promise<string | null>}} Choice */

export function Twin() {
  const session = store.session.value, [kind, setKind] = useState("none"), [refused, setRefused] = useState(/** @type {string | null} */ (null)), [busy, setBusy] = useState(false);
  const choices = [useNone(), ...useVariants(), useRate(), useSeed(), useRemedy(), useWeight()].filter((choice) => choice !== null);
  const chosen = choices.find(({ id }) => id === kind);
  if (!session) return null;
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    if (!chosen?.ready || busy) return;
    setBusy(true);
    setRefused(await chosen.make());
    setBusy(false);
  };
  return html`<p class="about">Two runs of this model step side by side, with the same seed and the same batches. In the twin one thing is different:</p>
    <form class="setup twins" aria-label="A twin" onSubmit=${submit}>
      <fieldset><legend class="unseen">What differs</legend>${choices.map(({ id, says, control }) => html`<div class="choice" key=${id} data-twin=${id} onFocusIn=${() => setKind(id)}>
        <label><input type="radio" name="kind" value=${id} checked=${id === kind} autofocus=${id === kind} onChange=${() => setKind(id)} /> ${says}</label> ${control}</div>`)}</fieldset>
      ${refused && html`<p class="trouble" role="alert">${refused}</p>`}
      <button type="submit" class="pill on" data-command="make-twin" disabled=${!chosen?.ready || busy}>Compare</button></form>`;
}

const spec = () => /** @type {Spec} */ (store.session.value?.spec ?? {});

/** @returns {Choice} */
function useNone() {
  return { id: "none", says: "nothing: it must be identical, bit for bit", control: null, ready: true, make: () => twinBySpec(spec(), "nothing differs") };
}

/** @param {Event} event */
const valueOf = (event) => /** @type {HTMLInputElement | HTMLSelectElement} */ (event.currentTarget).value;

/** @returns {Choice[]} */
function useVariants() {
  const [chosen, setChosen] = useState(/** @type {Record<string, string>} */ ({}));
  if (!store.catalogue.value || !store.session.value) return [];
  return variantsOf(spec(), store.catalogue.value).map(({ id, says, now, choices, change }) => {
    const to = chosen[id] ?? choices[0];
    return {
      id, says, ready: true, make: () => twinBySpec(change(to), `${to} instead of ${now.join(" and ")}`),
      control: html`<span class="note">${now.join(", ")} →</span> <select aria-label=${`${says} of the twin`} value=${to} onChange=${(/** @type {Event} */ event) => setChosen({ ...chosen, [id]: valueOf(event) })}>${choices.map((name) => html`<option value=${name}>${name}</option>`)}</select>`,
    };
  });
}

/** @returns {Choice | null} */
function useRate() {
  const now = spec().optimizer, [typed, setTyped] = useState(now ? exact(now.learning_rate) : "");
  if (!now) return null;
  const rate = numberTyped(typed);
  return {
    id: "rate", says: "the learning rate", ready: rate !== null, make: () => twinBySpec({ ...spec(), optimizer: { ...now, learning_rate: rate } }, `learning rate ${typed.trim()} instead of ${exact(now.learning_rate)}`),
    control: html`<span class="note">${exact(now.learning_rate)} →</span> <${Text} label="learning rate of the twin" value=${typed} set=${setTyped} wrong=${rate === null} />`,
  };
}

/** @returns {Choice | null} */
function useSeed() {
  const now = spec().seed ?? 0, [typed, setTyped] = useState(String(now + 1)), fits = /^\d{1,9}$/.test(typed);
  if (!spec().data) return null; // nothing is drawn at random
  return {
    id: "seed", says: "the seed: other numbers to begin with", ready: fits, make: () => twinBySpec({ ...spec(), seed: Number(typed) }, `seed ${typed} instead of ${now}`),
    control: html`<span class="note">${now} →</span> <${Text} label="seed of the twin" value=${typed} set=${setTyped} wrong=${!fits} />`,
  };
}

/** What the service finds would help here. @returns {Choice | null} */
function useRemedy() {
  const [remedies, setRemedies] = useState(/** @type {{says: string, spec: object}[]} */ ([])), [chosen, setChosen] = useState(0), id = store.session.value?.id;
  useEffect(() => {
    if (id) diagnosis(id, store.iteration.peek()).then(({ remedies }) => setRemedies(remedies.flatMap(({ says, spec }) => (spec ? [{ says, spec }] : []))), () => {});
  }, [id]);
  const remedy = remedies[chosen];
  if (!remedy) return null;
  return {
    id: "remedy", says: "a remedy", ready: true, make: () => twinBySpec(remedy.spec, remedy.says),
    control: html`<select aria-label="remedy of the twin" value=${chosen} onChange=${(/** @type {Event} */ event) => setChosen(Number(valueOf(event)))}>${remedies.map(({ says }, k) => html`<option value=${k}>${says}</option>`)}</select>`,
  };
}

/** One entry of a parameter, from this training step on. @returns {Choice | null} */
function useWeight() {
  const parameters = store.trace.value?.graph.nodes.filter(({ role }) => role === "parameter") ?? [];
  const [label, setLabel] = useState(parameters[0]?.label ?? ""), [entry, setEntry] = useState(""), [typed, setTyped] = useState("");
  const node = parameters.find((each) => each.label === label), step = store.iteration.value;
  if (!node) return null;
  const deep = node.shape.length, index = entry === "" ? node.shape.map(() => 0) : entry.split(",").map(Number), number = numberTyped(typed);
  const fits = index.length === deep && index.every((k, axis) => Number.isInteger(k) && k >= 0 && k < node.shape[axis]);
  const edit = { set: label, to: number, ...(deep ? { index } : {}) }, called = deep ? `${label}[${index.join(", ")}]` : label;
  return {
    id: "weight", says: html`one number, from training step ${count(step)} on`, ready: number !== null && fits, make: () => twinByEdits([edit], `${called} is ${typed.trim()} from training step ${count(step)} on`, step),
    control: html`<select aria-label="parameter" value=${label} onChange=${(/** @type {Event} */ event) => setLabel(valueOf(event))}>${parameters.map((each) => html`<option value=${each.label}>${each.label}</option>`)}</select>
      ${deep > 0 && html`<${Text} label="entry" value=${entry} set=${setEntry} wrong=${!fits} hint=${node.shape.map(() => 0).join(",")} />`} <span class="note">→</span> <${Text} label="number in the twin" value=${typed} set=${setTyped} wrong=${typed !== "" && number === null} hint="a number" />`,
  };
}

/** @param {{label: string, value: string, set: (text: string) => void, wrong: boolean, hint?: string}} props */
function Text({ label, value, set, wrong, hint = "" }) {
  return html`<input type="text" inputmode="decimal" autocomplete="off" aria-label=${label} aria-invalid=${wrong} placeholder=${hint} value=${value} onInput=${(/** @type {Event} */ event) => set(valueOf(event))} />`;
}
