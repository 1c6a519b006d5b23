// Wires the page: state to panels and stage, address to state, clock and keys to commands.

import { effect, html, render, untracked } from "../vendor/vendor.js";
import * as api from "./api.js";
import * as actions from "./actions.js";
import { fetchAhead, lazy, part } from "./lazy.js";
import { watchEntries } from "./panels/entries.js";
import { Explain } from "./panels/explain.js";
import { loadMath } from "./panels/math.js";
import { Legend } from "./scene/legend.js";
import { mountStage } from "./scene/stage.js";
import { reportPosition } from "./report.js";
import * as store from "./store.js";
import { runClock } from "./ui/clock.js";
import { Dialogs } from "./ui/dialogs.js";
import { listenToKeys } from "./ui/keys.js";
import { mountRoom } from "./ui/room.js";
import { showPanels } from "./ui/showing.js";
import { speakSteps } from "./ui/speech.js";
import { tellInTime } from "./ui/telling.js";
import { Notices, watchConnection } from "./ui/notices.js";
import { Top } from "./ui/top.js";
import { Transport } from "./ui/transport.js";
import { readAddress } from "./url.js";

const OPENING = "neuron";

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

function mount() {
  render(html`<${Top} />`, place("top"));
  render(html`<${Asking} /><${Walk} /><${Card} /><${Explain} />`, place("panel"));
  render(html`<${Transport} />`, place("transport"));
  render(html`<${Legend} />`, place("legend"));
  render(html`<${Notices} />`, place("notices"));
  render(html`<${Dialogs} />`, place("dialogs"));
  mountStage(place("stage"), ready);
}

const Predict = lazy(() => import("./classroom/predict.js").then(({ Predict }) => Predict));
const Asking = () => store.predicting.value && html`<${Predict} />`;

const Lesson = lazy(() => import("./lesson/panel.js").then(({ Lesson, styled }) => styled.then(() => Lesson)));
const Walk = () => store.lesson.value && html`<${Lesson} />`;
/** A link may begin a lesson, at one of its stops. @param {number | undefined} stop counted from 1 */
const beginLesson = (stop) => (stop ? import("./lesson/state.js").then(({ begin }) => begin(stop - 1), actions.lost) : undefined);

/** Once there is more to a session than its spec, what it would be made again from is kept. */
function watchChanges() {
  let once = false;
  effect(() => {
    const session = store.session.value;
    if (once || !session || (session.revision === 1 && !/** @type {{id?: string} | undefined} */ (session.spec.data)?.id && store.frontier.value < 20)) return;
    once = true;
    void import("./keeping.js").then(({ keep }) => keep(), () => { once = false; });
  });
}

/** What only a class needs comes with it. */
function watchClass() {
  const once = { predicting: false, followed: false, walked: false };
  effect(() => {
    if (!store.lesson.value || once.walked) return;
    once.walked = true;
    void import("./lesson/lights.js").then(({ light, point, speak }) => { light(place("stage")); point(); speak(place("spoken")); });
  });
  effect(() => {
    if (!store.predicting.value || once.predicting) return;
    once.predicting = true;
    void import("./classroom/marks.js").then(({ markAsked }) => markAsked(place("stage")));
    void import("./classroom/predict.js").then(({ speakQuestions }) => speakQuestions(place("spoken")));
  });
  effect(() => {
    if (once.followed || !store.session.value || (store.session.value.drives && !store.following.value) || store.alone.value === store.session.value.id) return;
    once.followed = true;
    void import("./classroom/follow.js").then(({ follow }) => follow(place("stage")));
  });
}

const Chosen = lazy(() => import("./panels/selection.js").then(({ Chosen }) => Chosen));

function Card() {
  return store.selection.value && html`<${Chosen} />`;
}

/** What is not the graph is fetched when it is first looked at. */
const VIEWS = {
  network: part(() => import("./scene/network/view.js").then(({ mountNetwork }) => mountNetwork)),
  code: part(() => import("./panels/code-view.js").then(({ mountCode }) => mountCode)),
  compare: part(() => import("./compare/view.js").then(({ mountCompare }) => () => mountCompare(place("panel")))),
  training: part(() => import("./training/view.js").then(({ mountTraining }) => () => mountTraining(place("panel")))),
};
const NAMES = { graph: "Graph", network: "Network", code: "Code", training: "Graph", compare: "Graph" };
/** @type {Partial<Record<import("./types").View, Promise<void>>>} */
const mounted = { graph: Promise.resolve() };

function showView() {
  effect(() => {
    const view = store.view.value;
    document.body.dataset.view = view;
    place("stage").setAttribute("aria-label", NAMES[view]);
    mounted[view] ??= untracked(() => mountView(/** @type {keyof typeof VIEWS} */ (view)));
  });
}

/** A view that cannot be fetched is not looked at; another time it may be there. @param {keyof typeof VIEWS} view */
async function mountView(view) {
  if (await VIEWS[view].fetch()) return VIEWS[view].here.value?.(place("stage"));
  delete mounted[view];
  actions.lost();
  actions.look("graph");
}

/** The first picture stands: formulas may now be loaded, and the rest as soon as somebody does something. */
async function ready() {
  await mounted[store.view.peek()];
  document.documentElement.dataset.ready = "";
  void loadMath();
  void actions.loadGallery();
}

function followMachine() {
  follow("(prefers-color-scheme: dark)", store.systemDark);
  follow("(prefers-reduced-motion: reduce)", store.reducedMotion);
  effect(() => { document.documentElement.dataset.theme = store.dark.value ? "dark" : "light"; });
  effect(() => { document.documentElement.toggleAttribute("data-present", store.present.value); });
  const memory = remembering();
  store.theme.value = /** @type {any} */ (memory?.getItem("theme") ?? "system");
  effect(() => memory?.setItem("theme", store.theme.value));
}

/** A page in somebody else's frame may be allowed to remember nothing. */
function remembering() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** @param {string} query @param {{value: boolean}} target */
function follow(query, target) {
  const list = matchMedia(query);
  target.value = list.matches;
  list.addEventListener("change", () => { target.value = list.matches; });
}

/** The body says where the page stands; the live region says what happened there. */
function showPosition() {
  effect(() => {
    if (!store.frame.value) return;
    const { dataset } = document.body;
    dataset.cursor = String(store.cursor.value);
    dataset.iteration = String(store.iteration.value);
    dataset.phase = store.frame.value.phase;
  });
  speakSteps(place("spoken"));
  effect(() => { document.title = store.session.value ? `${store.session.value.title} · Backprop Explorer` : "Backprop Explorer"; });
}

/** @param {string} session @param {ReturnType<typeof readAddress>} address */
async function openBoth(session, address) {
  const { twin } = address;
  await actions.open(() => api.session(session), address);
  if (twin && store.session.peek()?.id === session) await import("./twins.js").then(({ openTwin }) => openTwin(twin), actions.lost);
  else if (address.view === "compare") actions.look("graph");
}

/** A link with everything: the session itself stands behind the #, where no server sees it. */
const brings = () => location.hash.startsWith("#session=");

function openAddress() {
  const address = readAddress(location.search);
  store.present.value = address.present;
  store.panels.value = address.panels;
  store.view.value = address.view;
  actions.predict(address.predict);
  store.following.value = address.follow && Boolean(address.session);
  const { session, example, join } = address;
  if (brings()) return import("./take/session.js").then(({ arrive }) => arrive(address)).then(() => beginLesson(address.lesson));
  if (join) return import("./ui/join.js").then(({ enter }) => enter(join));
  if (session) return openBoth(session, address).then(() => beginLesson(address.lesson));
  store.touring.value = !example;
  store.playing.value = !example && !store.reducedMotion.value;
  return actions.open(() => api.createSession({ example: example ?? OPENING }), address).then(() => beginLesson(address.lesson));
}

followMachine();
mount();
listenToKeys();
for (const input of ["keydown", "pointerdown"]) addEventListener(input, fetchAhead, { once: true, passive: true });
runClock();
tellInTime();
showPosition();
showView();
reportPosition();
showPanels();
mountRoom(document.body);
watchEntries();
watchClass();
watchChanges();
watchConnection(openAddress, place("spoken"));
addEventListener("hashchange", () => { if (brings()) void openAddress(); }); // in a page that is open already
void actions.loadCatalogue();
void openAddress();
