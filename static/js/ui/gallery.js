// The examples by chapter, each one click away: its place in the course, a small picture of its graph, a sentence.

import { html, useEffect, useRef, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { found } from "../model/found.js";
import { openExample } from "../opening.js";
import * as store from "../store.js";
import { Bring } from "../take/bring.js";
import { Button } from "./button.js";

/** @typedef {import("../types").Example} Example */

export function Gallery() {
  const [words, setWords] = useState("");
  useEffect(() => void actions.loadGallery(), []);
  const list = store.examples.value;
  return html`<div class="row"><${Button} id="build-own" named class="pill on">Build your own<//><${Button} id="build" named class="pill">Change this model<//><${Bring} /></div>${list ? html`<${Chapters} list=${list} words=${words} find=${setWords} />` : html`<p class="empty">Loading the examples…</p>`}`;
}

/** @param {{list: Example[], words: string, find: (words: string) => void}} props */
function Chapters({ list, words, find }) {
  if (list.length === 0) return html`<p class="empty">This server has no examples.</p>`;
  const shown = list.filter((example) => found(example, words)), chapters = [...new Set(shown.map(({ chapter }) => chapter))];
  /** @param {Event} event */
  const open = (event) => {
    event.preventDefault();
    if (words.trim() && shown.length) void choose(shown[0].id);
  };
  return html`<div onKeyDown=${walk}><form class="find" role="search" onSubmit=${open}><input type="search" name="words" autocomplete="off" placeholder="Find an example" aria-label="Find an example" value=${words} onInput=${(/** @type {Event} */ event) => find(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
      <span class="note" role="status">${words.trim() && (shown.length ? `${shown.length} of ${list.length}` : "No example has these words.")}</span></form>
    ${chapters.map((chapter) => html`<${Chapter} key=${chapter} list=${shown.filter((example) => example.chapter === chapter)} />`)}</div>`;
}

/** @param {{list: Example[]}} props */
const Chapter = ({ list }) => html`<section aria-label="Chapter ${list[0].chapter}: ${list[0].group}"><h3><span class="chapter">${list[0].chapter}</span> ${list[0].group}</h3>
  <ul class="examples">${list.map((example) => html`<${Entry} key=${example.id} example=${example} />`)}</ul></section>`;

/** @param {{example: Example}} props */
function Entry({ example: { id, title, summary, chapter, lesson, stops } }) {
  const current = id === store.session.value?.example;
  return html`<li><button type="button" data-command="open-example" data-example=${id} autofocus=${current} aria-current=${current}
    onClick=${() => choose(id)}><${Thumbnail} id=${id} /><b><small><span class="unseen">Lesson </span>${chapter}.${lesson}</small> ${title}</b><span>${summary}</span></button>
    ${stops > 0 && html`<button type="button" class="pill guided" data-command="open-lesson" aria-label="Guided lesson: ${title}, ${stops} stops" onClick=${() => choose(id).then(() => import("../lesson/state.js")).then(({ begin }) => begin())}>Lesson · ${stops} stops</button>`}</li>`;
}

/** Drawn by the service, fetched when it comes into sight. @param {{id: string}} props */
function Thumbnail({ id }) {
  const place = useRef(/** @type {Element | null} */ (null)), [near, setNear] = useState(false);
  useEffect(() => {
    const shown = /** @type {Element} */ (place.current);
    const watcher = new IntersectionObserver((seen) => { if (seen.some((each) => each.isIntersecting)) setNear(true); }, { root: shown.closest("dialog"), rootMargin: "160px" });
    watcher.observe(shown);
    return () => watcher.disconnect();
  }, []);
  return html`<svg class="sketch" ref=${place} viewBox="0 0 240 72" aria-hidden="true">${near && html`<use href=${`/api/v1/examples/${id}/thumbnail#picture`} />`}</svg>`;
}

/** Arrows go from example to example, up and down to the nearest one of another row. @param {KeyboardEvent} event */
function walk(event) {
  const here = /** @type {HTMLElement} */ (event.target), typing = here.matches("input");
  const all = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("[data-command=open-example]")]);
  const next = typing ? (event.key === "ArrowDown" ? all[0] : undefined) : nextTo(all, all.indexOf(/** @type {HTMLElement} */ (here.closest("li")?.firstElementChild)), event.key);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLElement[]} all @param {number} at @param {string} key @returns {HTMLElement | null | undefined} */
function nextTo(all, at, key) {
  if (key === "ArrowRight" || key === "ArrowLeft") return all[at + (key === "ArrowRight" ? 1 : -1)];
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const down = key === "ArrowDown", from = all[at].getBoundingClientRect();
  const beyond = all.map((button) => ({ button, box: button.getBoundingClientRect() })).filter(({ box }) => (down ? box.top > from.top + 1 : box.top < from.top - 1));
  const row = down ? Math.min(...beyond.map(({ box }) => box.top)) : Math.max(...beyond.map(({ box }) => box.top));
  const inRow = beyond.filter(({ box }) => Math.abs(box.top - row) < 1).sort((a, b) => Math.abs(a.box.left - from.left) - Math.abs(b.box.left - from.left));
  return inRow[0]?.button ?? (down ? null : document.querySelector("dialog.gallery input[type=search]"));
}

/** @param {string} id */
function choose(id) {
  actions.takeOver();
  actions.play(false);
  store.dialog.value = null;
  return openExample(id);
}
