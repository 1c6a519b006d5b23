// The charts' inks: what flows back is orange, what updates green, as everywhere on the page; layers from pale to strong.

import { computed } from "../../vendor/vendor.js";
import * as store from "../store.js";

const INKS = /** @type {Record<string, string>} */ ({ loss: "--loss", accuracy: "--forward", gradients: "--backward", updates: "--update", rate: "--update" });
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

const style = computed(() => {
  void [store.dark.value, store.present.value];
  return getComputedStyle(document.documentElement);
});
/** Canvas knows no variables. @param {string} ink a variable's name, or a mix of one with the ground */
export function colour(ink) {
  const [, name, share] = /(--[\w-]+)\)?(?: (\d+)%)?/.exec(ink) ?? [], value = style.value.getPropertyValue(name ?? ink).trim();
  return share && Number(share) < 100 ? `color-mix(in srgb, ${value} ${share}%, ${style.value.getPropertyValue("--surface").trim()})` : value;
}

/** The first layer is the palest. @param {string} chart @param {number} k @param {number} of @param {boolean} dashed */
export function inkOf(chart, k, of, dashed) {
  const name = INKS[chart] ?? "--ink", share = dashed ? 70 : of > 1 && (chart === "gradients" || chart === "updates") ? Math.round(45 + 55 * k / (of - 1)) : 100;
  return `color-mix(in srgb, var(${name}) ${share}%, var(--surface))`;
}

/** @param {boolean} dashed @param {number} k */
export const dashOf = (dashed, k) => (dashed ? [5, 4] : DASHES[k % DASHES.length]);
