// Training: how far to run, charts of how it goes, and pictures of what has been learnt. Every point of a chart is a link to its step.

import { html, render } from "../../vendor/vendor.js";
import { style } from "../lazy.js";
import { CHARTS } from "../model/course.js";
import * as store from "../store.js";
import * as runs from "../runs.js";
import { Chart, loadCharts } from "./chart.js";
import { Controls } from "./controls.js";
import { Pictures } from "./pictures.js";
import { Table } from "./table.js";

/** @param {HTMLElement} after */
export async function mountTraining(after) {
  const place = document.createElement("main"); // the stage is hidden while it is looked at
  place.id = "training";
  place.setAttribute("aria-label", "Training");
  await Promise.all([loadCharts(), style("training.css")]);
  after.after(place);
  render(html`<${Training} />`, place);
}

function Training() {
  if (store.view.value !== "training" || !store.trace.value) return null;
  if (!store.trains.value) return html`<p class="nothing">This model has no optimizer, so there is nothing to train: its one step is walked through in the graph.</p>`;
  return html`<${Controls} /><div class="body"><${Charts} /><${Pictures} /></div>`;
}

function Charts() {
  const course = runs.course.value;
  if (!course) return html`<p class="nothing" role="status">Looking up what was measured …</p>`;
  const drawn = CHARTS.filter((chart) => chart.lines(course).length > 0);
  return html`<div class="charts" role="group" aria-label="Charts of training">${drawn.map((chart) => html`<${Chart} key=${chart.id} chart=${chart} />`)}
    <${Table} charts=${drawn} /></div>`;
}
