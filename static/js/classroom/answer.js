// The answer to a question: a sign, a size or a value.

import { html, signal, useState } from "../../vendor/vendor.js";
import { format } from "../model/format.js";
import { numberTyped } from "../model/typed.js";

/** @typedef {{said: string, sign?: number, size?: number, value?: number}} Given */
/** @typedef {{answer: (given: Given) => Promise<void>}} Props */

/** What is predicted of a number stays chosen from question to question. */
export const kind = signal(/** @type {"sign" | "size" | "value"} */ ("sign"));
const KINDS = /** @type {const} */ ([["sign", "its sign"], ["size", "its size"], ["value", "its value"]]);

/** @param {Props} props */
export function AnswerForm({ answer }) {
  return html`<div class="kinds" role="group" aria-label="What you predict">${KINDS.map(([name, label]) => html`
      <button type="button" data-command="predict-${name}" aria-pressed=${kind.value === name} onClick=${() => (kind.value = name)}>${label}</button>`)}</div>
    ${kind.value === "sign" && html`<${Sign} answer=${answer} />`}
    ${kind.value === "size" && html`<${Size} answer=${answer} />`}
    ${kind.value === "value" && html`<${Value} answer=${answer} />`}`;
}

const SIGNS = /** @type {const} */ ([[-1, "negative", "−"], [0, "exactly 0", "0"], [1, "positive", "+"]]);

/** @param {Props} props */
function Sign({ answer }) {
  return html`<div class="choices-of signs" role="group" aria-label="Its sign">${SIGNS.map(([sign, said, mark], k) => html`
    <button type="button" class="small-button" data-command="answer-sign" data-answer=${k === 0 ? "" : undefined} onClick=${() => answer({ said: `You said ${said}.`, sign })}><b aria-hidden="true">${mark}</b> ${said}</button>`)}</div>`;
}

/** Powers of ten on one page of them. */
const SIZES = 8, FIRST = -5;

/** @param {Props} props */
function Size({ answer }) {
  const [from, setFrom] = useState(FIRST);
  const sizes = Array.from({ length: SIZES }, (_, k) => from + k);
  return html`<p class="hint" id="size-hint">At least this much, and less than ten times as much, whatever the sign:</p>
    <div class="choices-of sizes" role="group" aria-labelledby="size-hint">
      <button type="button" class="small-button" data-command="smaller-sizes" aria-label="Smaller sizes" disabled=${from <= -301} onClick=${() => setFrom(from - SIZES)}>‹</button>
      ${sizes.map((size, k) => html`<button type="button" class="small-button" data-command="answer-size" data-size=${size} data-answer=${k === 0 ? "" : undefined} onClick=${() => answer({ said: `You said ${powerOfTen(size)} or more, below ${powerOfTen(size + 1)}.`, size })}>${powerOfTen(size)}</button>`)}
      <button type="button" class="small-button" data-command="larger-sizes" aria-label="Larger sizes" disabled=${from >= 292} onClick=${() => setFrom(from + SIZES)}>›</button></div>`;
}

/** @param {number} size */
function powerOfTen(size) {
  if (size >= 5 || size < -4) return `10${String(size).replace(/[-\d]/g, (digit) => RAISED[digit])}`;
  return size < 0 ? `0.${"0".repeat(-size - 1)}1` : `1${"0".repeat(size)}`;
}
const RAISED = /** @type {Record<string, string>} */ ({ "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" });

/** @param {Props} props */
function Value({ answer }) {
  const [typed, setTyped] = useState(""), number = numberTyped(typed);
  /** @param {Event} event */
  const send = (event) => {
    event.preventDefault();
    if (number !== null) void answer({ said: `You said ${format(number)}.`, value: number });
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => { if (event.key === "Escape") /** @type {HTMLElement} */ (event.currentTarget).blur(); };
  return html`<form class="value-of" onSubmit=${send}><label>It is <input type="text" name="value" inputmode="decimal" autocomplete="off" data-answer="" value=${typed} aria-invalid=${typed.trim() !== "" && number === null}
      onKeyDown=${onKey} onInput=${(/** @type {Event} */ event) => setTyped(/** @type {HTMLInputElement} */ (event.currentTarget).value)} /></label>
    <button type="submit" class="small-button" data-command="answer-value" disabled=${number === null}>Answer</button></form>`;
}
