// Buttons, timeline, grain and speed.

import { html } from "../../vendor/vendor.js";
import { lazy } from "../lazy.js";
import { count } from "../model/format.js";
import * as store from "../store.js";
import { Button } from "./button.js";
import { Icon } from "./icons.js";
import { Timeline } from "./timeline.js";

const GRAINS = { event: "by event", operation: "by operation", layer: "by layer", phase: "by phase", iteration: "by training step", epoch: "by epoch" };
const SPEEDS = [0.25, 0.5, 1, 2, 4];

const Broken = lazy(() => import("../doctor/broken.js").then(({ Broken, styled }) => styled.then(() => Broken)));

export function Transport() {
  const playing = store.playing.value;
  return html`${store.session.value?.fault && html`<${Broken} />`}
    <div class="buttons">
      <${Button} id="start" class="round"><${Icon} name="start" /><//>
      <${Button} id="back" class="round"><${Icon} name="back" /><//>
      <${Button} id="play" class="round big" pressed=${playing}><${Icon} name=${playing ? "pause" : "play"} /><//>
      <${Button} id="forward" class="round"><${Icon} name="forward" /><//>
      <${Button} id="end" class="round"><${Icon} name="end" /><//>
    </div>
    <div class="track"><${Timeline} /><${Where} /></div>
    <div class="choices">
      <label><span class="unseen">One step is</span><select data-command="grain" value=${shownGrain()} onChange=${onGrain} onPointerDown=${onPointerDown} onBlur=${onBlur}>
        ${Object.entries(GRAINS).filter(([id]) => id !== "epoch" || store.epoch.value > 1).map(([id, label]) => html`<option value=${id}>${label}</option>`)}</select></label>
      <label><span class="unseen">Speed</span><select data-command="speed" value=${String(store.speed.value)} onChange=${onSpeed} onPointerDown=${onPointerDown} onBlur=${onBlur}>
        ${SPEEDS.map((speed) => html`<option value=${String(speed)}>${speed}×</option>`)}</select></label>
    </div>`;
}

/** Where every training step uses all samples, an epoch is one. */
const shownGrain = () => (store.grain.value === "epoch" && store.epoch.value === 1 ? "iteration" : store.grain.value);

/** A choice made by pointer gives the keyboard back to the steps; one made by keys may go on. */
let pointed = false;
const onPointerDown = () => { pointed = true; };
const onBlur = () => { pointed = false; };

/** @param {Event} event @returns {string} */
function chosen(event) {
  const select = /** @type {HTMLSelectElement} */ (event.currentTarget);
  if (pointed) select.blur();
  return select.value;
}

/** @param {Event} event */
function onGrain(event) {
  store.grain.value = /** @type {import("../types").Grain} */ (chosen(event));
}

/** @param {Event} event */
function onSpeed(event) {
  store.speed.value = Number(chosen(event));
}

function Where() {
  if (!store.trace.value) return html`<div class="where"></div>`;
  return html`<div class="where">${store.trains.value ? html`
    <${Button} id="previous-iteration" class="small">‹<//>
    <span class="number"><span class="wide">training </span>step <b>${count(store.iteration.value)}</b></span>
    <${Button} id="next-iteration" class="small">›<//> <${TrainsWith} />` : html`<span>one pass, without an optimizer</span>`}
    <span class="space"></span><${Turns} />
    ${store.lessonStops.value > 0 && html`<${Button} id="lesson" named class="pill ${store.lesson.value ? "on" : ""}" pressed=${store.lesson.value !== null}>Lesson<//>`}
    <${Button} id="predict" named class="pill ${store.predicting.value ? "on" : ""}" pressed=${store.predicting.value}>Predict<//>
    <${Button} id="doctor" named class="pill">Doctor<//>
    <${Button} id="share" named class="pill">Share<//></div>`;
}

/** What the parameters are updated with; whoever drives may change it. */
function TrainsWith() {
  const optimizer = store.session.value?.optimizer;
  if (!optimizer) return null;
  const said = html`${optimizer.name}<span class="wide">, learning rate</span> ${optimizer.learning_rate}`;
  return store.mayChange.value ? html`<${Button} id="setup" named class="link">${said}<//>` : html`<span class="with">${said}</span>`;
}

/** The way back, once there is something to go back to. */
function Turns() {
  const session = store.session.value;
  if (!session || !store.mayChange.value || !(session.undo || session.redo)) return null;
  return html`<${Button} id="undo" class="small">↶<//><${Button} id="redo" class="small">↷<//>`;
}

