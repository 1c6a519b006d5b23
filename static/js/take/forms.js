// This training step as a file that the service writes: to run, to read, to play.

import { html, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { ROOT, ask } from "../api.js";
import * as store from "../store.js";
import { saveAnswer } from "./save.js";

const FORMS = [
  ["html", "One HTML file", "Plays this step, forward and back, with no server and no network."],
  ["numpy", "NumPy script", "Computes this step anew and says whether its numbers are the same."],
  ["pytorch", "PyTorch script", "The same in PyTorch, its gradients held to these."],
  ["notebook", "Notebook", "The NumPy lines in cells, with a sentence and the formula of each."],
  ["svg", "SVG drawing", "The whole graph with every value and gradient, on one sheet."],
];

export function Forms() {
  const [refused, setRefused] = useState("");
  /** @param {string} format */
  const take = async (format) => {
    setRefused("");
    try {
      await saveAnswer(await ask(`${ROOT}/sessions/${store.session.value?.id}/export?format=${format}&iteration=${store.iteration.value}`));
    } catch (error) {
      setRefused(actions.refusal(error));
    }
  };
  return html`<section><h3>This training step</h3><ul class="forms">${FORMS.map(([format, name, says]) => html`<li><button type="button" class="pill" data-command="export-${format}" onClick=${() => take(format)}>${name}</button><span class="note">${says}</span></li>`)}</ul>
    ${refused && html`<p class="trouble" role="alert">${refused}</p>`}</section>`;
}
