// The charts as a table: the same numbers, each step a link.

import { html, useState } from "../../vendor/vendor.js";
import { count, exact, format } from "../model/format.js";
import * as runs from "../runs.js";
import { hrefOf, onFollow } from "./link.js";

/** @param {{charts: import("../model/course.js").Chart[]}} props */
export function Table({ charts }) {
  const [open, setOpen] = useState(false);
  return html`<details class="as-table" onToggle=${(/** @type {Event} */ event) => setOpen(/** @type {HTMLDetailsElement} */ (event.currentTarget).open)}>
    <summary>The same as a table</summary>${open && html`<${Rows} charts=${charts} />`}</details>`;
}

/** @param {{charts: import("../model/course.js").Chart[]}} props */
function Rows({ charts }) {
  const course = runs.course.value;
  if (!course) return null;
  const columns = charts.flatMap((chart) => chart.lines(course).map((line) => ({ title: `${chart.title}, ${line.name}`, values: line.values })));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What was measured, step by step"><table>
    <thead><tr><th scope="col">step</th>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${course.iterations.map((step, k) => html`<tr><th scope="row"><a href=${hrefOf(step)} data-command="open-step" data-iteration=${step} onClick=${(/** @type {MouseEvent} */ event) => onFollow(event, step)}>${count(step)}</a></th>
      ${columns.map(({ values }) => html`<td data-exact=${values[k] === null ? undefined : exact(values[k])}>${values[k] === null ? "" : format(values[k])}</td>`)}</tr>`)}</tbody></table></div>`;
}
