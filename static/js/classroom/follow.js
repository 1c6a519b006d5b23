// Following: the page goes where the session's driver goes, over a stream, or by asking again and again where streams do not come through.

import { effect, html, render, signal } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as server from "../api.js";
import * as api from "../api/classroom.js";
import * as store from "../store.js";
import { Button } from "../ui/button.js";

/** Nothing heard for so long: the stream is held back on its way. */
const SILENCE = 6_000;
const RETRY = 2_000;

/** @typedef {{revision: number, iteration: number, cursor: number}} Place */

/** Where the driver stands. @type {{value: Place | null}} */
const leader = signal(null);
const line = signal(/** @type {"waiting" | "live" | "asking" | "lost"} */ ("waiting"));

/** @param {HTMLElement} host */
export function follow(host) {
  const place = host.appendChild(document.createElement("div"));
  place.id = "following";
  render(html`<${Banner} />`, place);
  effect(() => {
    const id = store.following.value && store.session.value?.id;
    if (!id) return;
    return listen(id);
  });
  effect(() => {
    if (store.following.value && leader.value && !store.loading.value) void catchUp();
  });
}

/** @param {string} id @returns {() => void} ends it */
function listen(id) {
  const stop = new AbortController(), source = api.stream(id);
  leader.value = null;
  line.value = "waiting";
  const timer = setTimeout(() => askInstead(id, source, stop.signal), SILENCE);
  for (const name of ["session", "position", "revision"]) {
    source.addEventListener(name, ({ data }) => {
      clearTimeout(timer);
      hear(JSON.parse(data));
    });
  }
  source.addEventListener("error", () => {
    line.value = "lost";
    if (source.readyState === EventSource.CLOSED) askInstead(id, source, stop.signal);
  });
  return () => {
    clearTimeout(timer);
    source.close();
    stop.abort();
  };
}

/** @param {Place} place */
function hear({ revision, iteration, cursor }) {
  line.value = line.value === "asking" ? "asking" : "live";
  leader.value = { revision, iteration, cursor };
}

/** @param {string} id @param {EventSource} source @param {AbortSignal} signal */
async function askInstead(id, source, signal) {
  source.close();
  while (!signal.aborted) {
    try {
      const { session } = await api.news(id, leader.value ?? { revision: 0, iteration: 0, cursor: 0 }, signal);
      line.value = "asking";
      hear(session);
    } catch (error) {
      if (!(error instanceof server.ApiError)) throw error;
      if (signal.aborted) return;
      line.value = "lost";
      if (error.status === 404 || error.status === 410) return actions.fail(error);
      await new Promise((resolve) => { setTimeout(resolve, RETRY); });
    }
  }
}

let busy = false;

/** Goes where the driver stands by now; what was passed on the way is not fetched. */
async function catchUp() {
  if (busy) return;
  busy = true;
  try {
    for (let to = leader.value; store.following.value && to && !arrived(to); to = leader.value) {
      if (to.revision !== store.session.value?.revision) await actions.renew(await server.session(store.session.value?.id ?? ""));
      if (leader.value === to || leader.value?.revision === to.revision) await actions.stand(leader.value.iteration, leader.value.cursor);
      if (!arrived(to) && leader.value === to) break;
    }
  } catch (error) {
    actions.fail(error);
  } finally {
    busy = false;
  }
}

/** @param {Place} place */
const arrived = ({ revision, iteration, cursor }) => store.session.value?.revision === revision && store.iteration.value === iteration && store.cursor.value === cursor;

function Banner() {
  const session = store.session.value;
  if (!session || (session.drives && !store.following.value)) return null;
  return html`<p class="invitation ${line.value}" role="status" data-following=${store.following.value ? line.value : "off"}>${store.following.value
    ? html`<span><i class="dot" aria-hidden="true"></i>${SAID[line.value]}</span><${Button} id="follow" named class="pill">Walk alone<//>`
    : html`<span>You walk alone.</span><${Button} id="follow" named class="pill on">Follow the teacher<//>`}</p>`;
}

const SAID = { waiting: "Finding the teacher…", live: "Following the teacher", asking: "Following the teacher", lost: "The teacher is out of reach; trying again" };
