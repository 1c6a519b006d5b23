// One chart: drawn by uPlot, a link to the step under the pointer, read aloud as a sentence.

import { effect, html, signal, useEffect, useRef } from "../../vendor/vendor.js";
import { numberAt, pointAt, roomFor, summary, tick } from "../model/course.js";
import { count, exact, format } from "../model/format.js";
import * as runs from "../runs.js";
import * as store from "../store.js";
import { colour, dashOf, inkOf } from "./colours.js";
import { hrefOf, onFollow } from "./link.js";

/** @typedef {import("../model/course.js").Chart<any>} Shown */
/** @template T @typedef {{readonly value: T, peek: () => T}} Read */
/** What a chart is drawn of, and where a point of it leads. @typedef {{course: Read<any>, shown: Read<number>, hrefOf: (step: number) => string, onFollow: (event: MouseEvent, step: number) => void}} Source */
/** @typedef {import("../model/course.js").Line} Line */
/** @typedef {import("../../vendor/uplot.js").default} Plot */
/** @type {typeof import("../../vendor/uplot.js").default} */
let uPlot;

/** @type {Source} */
const ALONE = { course: runs.course, shown: runs.shown, hrefOf, onFollow };

/** The step under the pointer, in every chart. */
const pointed = signal(/** @type {number | null} */ (null));

export async function loadCharts() {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL("../../vendor/uplot.css", import.meta.url).href;
  document.head.append(sheet);
  uPlot = (await import("../../vendor/uplot.js")).default;
}

/** @param {{chart: Shown, of?: Source}} props */
export function Chart({ chart, of = ALONE }) {
  const course = of.course.value, link = useRef(/** @type {HTMLAnchorElement | null} */ (null));
  const lines = course ? chart.lines(course) : [], names = lines.map(({ name }) => name).join() + chart.title;
  useEffect(() => (link.current ? draw(link.current, chart, of) : undefined), [names, store.present.value]); // larger letters are other axes
  if (!course) return null;
  const point = pointAt(course.iterations, pointed.value ?? of.shown.value), step = course.iterations[point] ?? 0;
  const read = lines.map(({ name, values }) => ({ name, value: numberAt(values, point) }));
  return html`<figure class="chart ${chart.id}" data-chart=${chart.id} aria-label=${chart.title}>
    <figcaption><h2>${chart.title}</h2><ul class="inks">${read.map(({ name, value }, k) => between(k, lines.length) ? k === ENDS && html`<li>… ${lines.length - 2 * ENDS} between …</li>` : html`<li data-line=${name} data-exact=${value === null ? undefined : exact(value)}>
      <svg viewBox="0 0 18 8" aria-hidden="true"><path d="M1 4H17" style=${{ stroke: inkOf(chart.id, k, lines.length, lines[k].dashed), strokeDasharray: dashOf(lines[k].dashed, k).join(" ") }} /></svg>
      <span>${name}</span> <b>${value === null ? "—" : format(value)}</b></li>`)}</ul></figcaption>
    <p class="unseen">${summary(chart, course)}</p>
    <a class="plot" ref=${link} href=${of.hrefOf(step)} data-command="open-step" data-iteration=${step} draggable=${false}
      aria-label="${chart.title} at step ${count(step)}: ${read.map(({ name, value }) => `${name} ${value === null ? "not measured" : format(value)}`).join(", ")}. Open this step."
      onClick=${(/** @type {MouseEvent} */ event) => onClick(event, of)} onKeyDown=${(/** @type {KeyboardEvent} */ event) => onKey(event, of)} onBlur=${() => (pointed.value = null)}></a></figure>`;
}

/** Of many lines the first and the last are named. */
const MOST_NAMED = 6, ENDS = 2;
/** @param {number} k @param {number} of */
const between = (k, of) => of > MOST_NAMED && k >= ENDS && k < of - ENDS;

/** A click leaves the keyboard to the steps. @param {MouseEvent} event @param {Source} of */
function onClick(event, of) {
  const link = /** @type {HTMLElement} */ (event.currentTarget);
  of.onFollow(event, Number(link.dataset.iteration));
  if (event.detail) link.blur();
}

const BY = /** @type {Record<string, (point: number, last: number) => number>} */ ({
  ArrowLeft: (point) => point - 1, ArrowRight: (point) => point + 1, PageUp: (point) => point - 20, PageDown: (point) => point + 20, Home: () => 0, End: (_, last) => last,
});
/** Arrows go from point to point, Enter opens the step. @param {KeyboardEvent} event @param {Source} of */
function onKey(event, of) {
  const course = of.course.peek(), move = BY[event.key];
  if (!course || !move || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const { iterations } = course, last = iterations.length - 1;
  pointed.value = iterations[Math.max(0, Math.min(last, move(pointAt(iterations, pointed.peek() ?? of.shown.peek()), last)))];
}

/** @param {HTMLElement} host @param {Shown} chart @param {Source} of */
function draw(host, chart, of) {
  const course = of.course.peek();
  if (!course) return;
  const plot = new uPlot(options(chart, chart.lines(course), host, of), columns(chart, course), host);
  const watch = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: host.clientHeight }));
  watch.observe(host);
  const stop = [
    effect(() => {
      const drawn = of.course.value ? columns(chart, of.course.value) : [];
      if (drawn.length === plot.series.length) plot.setData(drawn); // other lines: another plot is about to come
    }),
    effect(() => { void [store.dark.value, of.shown.value]; plot.redraw(false, true); }),
    effect(() => { cross(plot, pointed.value); }),
  ];
  return () => { for (const end of stop) end(); watch.disconnect(); plot.destroy(); };
}

/** @param {Shown} chart @param {any} course @returns {any} */
const columns = (chart, course) => [course.iterations, ...chart.lines(course).map(({ values }) => (chart.log ? values.map(positive) : values))];
/** A logarithm has no place for zero. @param {number | null} x */
const positive = (x) => (x !== null && x > 0 ? x : null);

/** The line under the pointer, in every chart at the same step. @param {Plot} plot @param {number | null} step */
function cross(plot, step) {
  plot.setCursor({ left: step === null ? -10 : plot.valToPos(step, "x"), top: step === null ? -10 : 0 }, false);
}

/** @param {Shown} chart @param {Line[]} lines @param {HTMLElement} host @param {Source} of @returns {import("../../vendor/uplot.js").default.Options} */
function options(chart, lines, host, of) {
  const font = () => `${Math.max(11, parseFloat(getComputedStyle(host).fontSize))}px Inter, sans-serif`, axis = { font: font(), labelFont: font(), stroke: () => colour("--ink-2") };
  const size = parseFloat(getComputedStyle(host).fontSize);
  return {
    width: host.clientWidth, height: host.clientHeight, pxAlign: 0, padding: [size * 0.6, size * 1.4, 0, 0], legend: { show: false },
    scales: { x: { time: false, range: stepRange }, y: chart.log ? { distr: 3, range: (_, low, high) => powersAround(low, high) } : { range: (_, low, high) => chart.range ?? valueRange(low, high) } },
    axes: [
      { ...axis, size: size * 2, gap: 4, space: size * 6, grid: { show: false }, ticks: { show: false }, values: (_, marks) => marks.map((x) => (Number.isInteger(x) ? count(x) : "")) },
      { ...axis, size: size * 4, gap: 6, space: size * 2.4, grid: { stroke: () => colour("--line-2"), width: 1, filter: (_, marks) => (chart.log ? powers(marks) : marks) }, ticks: { show: false }, values: (_, marks) => marks.map((x) => (x === null ? "" : tick(x))), ...(chart.log ? { splits: marksBetween, filter: (/** @type {Plot} */ _, /** @type {number[]} */ marks) => powers(marks) } : {}) },
    ],
    series: [{}, ...lines.map((line, k) => ({
      stroke: () => colour(inkOf(chart.id, k, lines.length, line.dashed)), width: 2, dash: dashOf(line.dashed, k), spanGaps: true, points: { show: false },
    }))],
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 8, width: 2, fill: () => colour("--surface") } },
    hooks: { setCursor: [follow], draw: [(plot) => marked(plot, of.shown.peek())], ready: [(plot) => plot.over.addEventListener("mouseleave", () => { pointed.value = null; })] },
  };
}

/** Powers of ten around some numbers, however small they are. @param {number} low @param {number} high @returns {[number, number]} */
function powersAround(low, high) {
  if (!(low > 0)) return [0.1, 1];
  const from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high));
  return [10 ** from, 10 ** Math.max(to, from + 1)];
}

/** Every power of ten; of few the numbers between them, too. @param {Plot} _ @param {number} __ @param {number} low @param {number} high @returns {number[]} */
function marksBetween(_, __, low, high) {
  const from = Math.round(Math.log10(low)), to = Math.round(Math.log10(high)), steps = to - from > 2 ? [1] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  return Array.from({ length: to - from + 1 }, (_, k) => steps.map((n) => n * 10 ** (from + k))).flat().filter((x) => x <= high * 1.0001);
}

/** Of ten. @param {number} x */
const isPower = (x) => Math.abs(Math.log10(x) - Math.round(Math.log10(x))) < 1e-9;

/** A few powers of ten; where there is only one, every mark. @param {number[]} marks */
function powers(marks) {
  const some = marks.filter(isPower), stride = Math.ceil(some.length / 5);
  return some.length < 2 ? marks : marks.map((x) => (isPower(x) && Math.round(Math.log10(x)) % stride === 0 ? x : null));
}

/** Only a pointer over the chart says which step is meant. @param {Plot} plot */
function follow(plot) {
  const { idx, left } = plot.cursor;
  if (plot.cursor.event && idx != null && left != null && left >= 0) pointed.value = plot.data[0][idx];
}

/** @param {Plot} _ @param {number} low @param {number} high @returns {[number, number]} */
function stepRange(_, low, high) {
  const run = store.run.peek();
  if (low === null) return [0, 1];
  return [low, store.underWay.peek() && run ? roomFor(high, run.to) : Math.max(high, low + 1)];
}

/** @param {number} low @param {number} high @returns {[number, number]} */
function valueRange(low, high) {
  if (low === null) return [0, 1];
  if (low >= 0) return [0, high > 0 ? high * 1.06 : 1];
  return /** @type {[number, number]} */ (uPlot.rangeNum(low, high, 0.1, true));
}

/** Where the page stands. @param {Plot} plot @param {number} step */
function marked(plot, step) {
  const { ctx, bbox } = plot, x = plot.valToPos(step, "x", true);
  if (!(x >= bbox.left - 1 && x <= bbox.left + bbox.width + 1)) return;
  ctx.save();
  ctx.fillStyle = colour("--focus");
  ctx.fillRect(x - devicePixelRatio * 0.75, bbox.top, 1.5 * devicePixelRatio, bbox.height);
  ctx.beginPath();
  ctx.arc(x, bbox.top, 3.5 * devicePixelRatio, 0, 7);
  ctx.fill();
  ctx.restore();
}
