// What the service says of events, in pages: explanations and lines of PyTorch, each page asked for once.

import { batch } from "../vendor/vendor.js";
import * as api from "./api.js";
import * as store from "./store.js";

/** They come by so many events at a time. */
const PAGE = 500;
/** Words name places of one stretch of training steps; it begins here. */
let stretch = 0;
/** Pages of explanations that were asked for. @type {Set<number>} */
let explained = new Set();
/** Pages of PyTorch that were asked for. @type {Set<number>} */
let translated = new Set();

/** The step on screen is of another stretch. @param {number} begins */
export function enterStretch(begins) {
  if (begins !== stretch) forget(begins);
}

/** @param {number} begins */
export function forget(begins) {
  stretch = begins;
  explained = new Set();
  translated = new Set();
  batch(() => {
    store.explanations.value = new Map();
    store.entries.value = new Map();
    store.pytorch.value = new Map();
  });
}

/** Explanations name places, not numbers, so they hold for a whole stretch of training steps. @param {number} event @param {number} length */
export async function loadExplanations(event, length) {
  const found = await pageOnce(explained, event, length, async (id, page) => (await api.explanations(id, page)).explanations);
  if (found && found.asked === explained) store.explanations.value = new Map([...store.explanations.peek(), ...found.words.map(byEvent)]);
}

/** @param {import("./types").Explanation} explanation @returns {[number, import("./types").Explanation]} */
const byEvent = (explanation) => [explanation.event, explanation];

/** Lines of PyTorch around an event. @param {number} event @param {number} length */
export async function loadPyTorch(event, length) {
  const found = await pageOnce(translated, Math.min(event, length - 1), length, api.pytorch);
  if (found && found.asked === translated) store.pytorch.value = new Map([...store.pytorch.peek(), ...found.words.map((lines, k) => /** @type {const} */ ([found.from + k, lines]))]);
}

/**
 * The page an event stands on; null where it was asked for before, or there is none. One that did not come can be asked for again.
 * @template T
 * @param {Set<number>} asked
 * @param {number} event
 * @param {number} length
 * @param {(id: string, page: {iteration: number, from: number, to: number}) => Promise<T[]>} ask
 */
async function pageOnce(asked, event, length, ask) {
  const page = Math.max(0, Math.floor(event / PAGE)), from = page * PAGE, id = store.session.peek()?.id;
  if (!id || from >= length || asked.has(page)) return null;
  asked.add(page);
  try {
    return { asked, from, words: await ask(id, { iteration: stretch, from, to: Math.min(from + PAGE, length) }) };
  } catch (error) {
    asked.delete(page);
    throw error;
  }
}
