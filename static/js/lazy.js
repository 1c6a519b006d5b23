// What the first picture does without: fetched when it is first wanted, or a moment before, once somebody uses the page.

import { html, signal, useEffect } from "../vendor/vendor.js";
import * as actions from "./actions.js";

/** Between two parts that are fetched ahead, so that what somebody does is answered first. */
const PAUSE = 60;

/** @type {Part<unknown>[]} */
const parts = [];

/**
 * @template T
 * @typedef {{here: {value: T | null}, fetch: () => Promise<boolean>}} Part `fetch` says whether it is here
 */

/** @template T @param {() => Promise<T>} load @returns {Part<T>} */
export function part(load) {
  const here = signal(/** @type {T | null} */ (null));
  const fetch = () => load().then((found) => { here.value = found; return true; }, () => false);
  const made = { here, fetch };
  parts.push(made);
  return made;
}

/** A component that draws nothing until it is here. @param {() => Promise<Function>} load @returns {(props: any) => any} */
export function lazy(load) {
  const { here, fetch } = part(load);
  return (props) => {
    const Found = here.value;
    useEffect(() => { if (!Found) void fetch().then((here) => here || actions.lost()); });
    return Found && html`<${Found} ...${props} />`;
  };
}

/** A style sheet that only one part of the page needs. @param {string} name @returns {Promise<void>} */
export function style(name) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`../css/${name}`, import.meta.url).href;
  return new Promise((done) => { link.onload = link.onerror = () => done(); document.head.append(link); });
}

/** One after the other, so that nobody waits for it. */
export function fetchAhead() {
  const next = parts.find(({ here }) => here.value === null);
  if (next) setTimeout(() => void next.fetch().then((here) => { if (here) fetchAhead(); }), PAUSE);
}
