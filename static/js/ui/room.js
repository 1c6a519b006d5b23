// What a lecturer does to the room's screen: full screen, a dark screen, a light that follows the pointer.

import { effect, signal } from "../../vendor/vendor.js";
import * as store from "../store.js";

export const spotlight = signal(false);
export const blank = signal(false);

export function toggleFullScreen() {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  return done.catch(() => {}); // a browser that does not allow it has said so itself
}

/** @param {HTMLElement} host */
export function mountRoom(host) {
  const light = host.appendChild(made("spotlight")), dark = host.appendChild(made("blank"));
  effect(() => { light.hidden = !(spotlight.value && store.present.value); });
  effect(() => { dark.hidden = !blank.value; });
  dark.addEventListener("click", () => { blank.value = false; });
  addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!light.hidden) light.style.transform = `translate(${clientX}px, ${clientY}px)`;
  });
}

/** @param {string} id */
function made(id) {
  const element = document.createElement("div");
  element.id = id;
  element.hidden = true;
  element.setAttribute("aria-hidden", "true");
  return element;
}
