// Everything a person can do, once. Buttons, keys, the help sheet and the tests read this table.

import * as actions from "../actions.js";
import { stopAfter, stopBefore } from "../model/playhead.js";
import * as opening from "../opening.js";
import * as store from "../store.js";
import { blank, spotlight, toggleFullScreen } from "./room.js";

/** @typedef {{id: string, label: string, keys: string[], enabled: () => boolean, run: () => unknown}} Command */

const always = () => true;
const hasTrace = () => store.trace.value !== null;
const canForward = () => hasTrace() && (store.trains.value || stopAfter(store.ends.value, store.cursor.value) !== null);
const canBack = () => hasTrace() && (store.iteration.value > 0 || stopBefore(store.ends.value, store.cursor.value) !== null);
const sample = () => store.session.value?.data?.sample ?? 0;
/** Whether the model looks at one sample that a person may choose. */
const chooses = () => store.session.value?.data?.sample != null;
const samples = () => store.session.value?.data?.samples ?? 0;

/** What is chosen is a number that a person may change. */
const canChange = () => store.mayChange.value && store.changeable.value !== null;
/** @param {"undo" | "redo"} which */
const canTurn = (which) => store.mayChange.value && store.session.value?.[which] === true;
/** @param {"undo" | "redo"} which */
const turn = (which) => import("../changes.js").then((changes) => changes.turn(which));
/** @param {"this" | "own"} from */
const build = (from) => import("../build/draft.js").then(({ begin }) => begin(from), () => {}).then(() => { store.dialog.value = "build"; });
/** Beside its twin, both. */
const train = () => (store.view.value === "compare" ? import("../both.js").then(({ trainOrPauseBoth }) => trainOrPauseBoth()) : import("../runs.js").then(({ trainOrPause }) => trainOrPause()));
/** @param {number} by */
const moveSample = (by) => import("../changes.js").then(({ takeSample }) => takeSample((now) => now + by));
/** Whether somebody else drives the session. */
const canFollow = () => store.session.value !== null && (!store.session.value.drives || store.following.value);

/** In a guided lesson a step leads to its next stop, or back to it. @param {1 | -1} by */
const canWalk = (by) => { const { lesson, atStop } = store; return lesson.value !== null && (!atStop.value || lesson.value.stops[lesson.value.at + by] !== undefined); };
const guided = () => import("../lesson/state.js");
/** @param {1 | 0 | -1} by */
const walk = (by) => guided().then(({ move }) => move(by), actions.lost);
const teach = () => guided().then(({ begin, end }) => (store.lesson.value ? end() : begin()), actions.lost);

/** What Escape ends: the newest of what was begun. */
function leave() {
  if (store.selection.value) return actions.select(null);
  if (store.lesson.value) store.lesson.value = null;
  else store.present.value = false;
}

/** At the end of a model that does not train, play begins again. */
function playOrPause() {
  if (!store.playing.value && !canForward()) actions.seek(0);
  actions.play(!store.playing.value);
}

/** @type {Command[]} */
export const COMMANDS = [
  { id: "forward", label: "One step forward", keys: ["ArrowRight", "PageDown"], enabled: () => (store.lesson.value ? canWalk(1) : canForward()), run: () => (store.lesson.value ? walk(1) : actions.forward()) },
  { id: "back", label: "One step back", keys: ["ArrowLeft", "PageUp"], enabled: () => (store.lesson.value ? canWalk(-1) : canBack()), run: () => (store.lesson.value ? walk(-1) : actions.back()) },
  { id: "play", label: "Play or pause", keys: [" "], enabled: () => hasTrace() && !store.predicting.value, run: playOrPause },
  { id: "start", label: "To the start of this training step", keys: ["Home"], enabled: hasTrace, run: () => actions.seek(0) },
  { id: "end", label: "To the end of this training step", keys: ["End"], enabled: hasTrace, run: () => actions.seek(store.length.value) },
  { id: "next-iteration", label: "To the next training step", keys: ["n"], enabled: () => store.trains.value, run: () => actions.goTo(store.iteration.value + 1, 0) },
  { id: "previous-iteration", label: "To the training step before", keys: ["b"], enabled: () => store.iteration.value > 0, run: () => actions.goTo(store.iteration.value - 1, 0) },
  { id: "next-sample", label: "The next sample", keys: ["]"], enabled: () => chooses() && sample() + 1 < samples(), run: () => moveSample(1) },
  { id: "previous-sample", label: "The sample before", keys: ["["], enabled: () => chooses() && sample() > 0, run: () => moveSample(-1) },
  { id: "batch", label: "The samples of this training step", keys: ["s"], enabled: () => store.members.value !== null, run: () => (store.dialog.value = "batch") },
  { id: "batches", label: "Back to the batches", keys: ["u"], enabled: () => store.batches.value !== null, run: opening.openBatches },
  { id: "view-graph", label: "The graph of operations", keys: ["1"], enabled: always, run: () => actions.look("graph") },
  { id: "view-network", label: "The network of units and weights", keys: ["2"], enabled: always, run: () => actions.look("network") },
  { id: "view-code", label: "The lines of code", keys: ["3"], enabled: always, run: () => actions.look("code") },
  { id: "view-training", label: "Training: charts, and what has been learnt", keys: ["4"], enabled: always, run: () => actions.look("training") },
  { id: "view-compare", label: "Compare: this run and its twin in lock-step", keys: ["5"], enabled: () => store.beside.value !== null, run: () => actions.look("compare") },
  { id: "twin", label: "Compare with a twin that differs in one thing", keys: ["x"], enabled: hasTrace, run: () => (store.dialog.value = "twin") },
  { id: "swap-twin", label: "Let the twin stand first", keys: ["X"], enabled: () => store.beside.value !== null, run: () => import("../twins.js").then(({ swapTwin }) => swapTwin()) },
  { id: "close-twin", label: "Close the twin", keys: ["W"], enabled: () => store.beside.value !== null, run: () => import("../twins.js").then(({ closeTwin }) => closeTwin()) },
  { id: "train", label: "Train, or pause training", keys: ["T"], enabled: () => store.trains.value && store.session.value?.drives === true, run: train },
  { id: "newest", label: "Show the newest step while training goes on", keys: ["N"], enabled: () => store.underWay.value, run: () => import("../runs.js").then(({ keepUp }) => keepUp()) },
  { id: "walk", label: "Walk through the training step, pausing training where it is under way", keys: ["w"], enabled: () => store.trains.value, run: () => import("../runs.js").then(({ walk }) => walk()) },
  { id: "predict", label: "Predict each number before it is shown", keys: ["q"], enabled: hasTrace, run: () => actions.predict(!store.predicting.value) },
  { id: "lesson", label: "Lesson: a guided walk through this example, or its end", keys: ["l"], enabled: () => hasTrace() && (store.lesson.value !== null || store.lessonStops.value > 0), run: teach },
  { id: "return-to-lesson", label: "Back to the lesson from steps taken by hand", keys: ["k"], enabled: () => store.lesson.value !== null && !store.atStop.value, run: () => walk(0) },
  { id: "answer", label: "Answer the question", keys: ["a"], enabled: () => store.asked.value !== null, run: () => /** @type {HTMLElement | null} */ (document.querySelector("[data-answer]"))?.focus() },
  { id: "change", label: "Change the chosen number", keys: ["e"], enabled: canChange, run: () => (store.changing.value = true) },
  { id: "setup", label: "Change the optimizer, the learning rate or the sample", keys: ["o"], enabled: () => store.mayChange.value && (store.trains.value || store.session.value?.data != null), run: () => (store.dialog.value = "setup") },
  { id: "undo", label: "Undo the last change", keys: ["Ctrl+Z"], enabled: () => canTurn("undo"), run: () => turn("undo") },
  { id: "redo", label: "Make the undone change again", keys: ["Ctrl+Shift+Z", "Ctrl+Y"], enabled: () => canTurn("redo"), run: () => turn("redo") },
  { id: "doctor", label: "Doctor: what ails this step, break it, prove it, what it costs", keys: ["h"], enabled: hasTrace, run: () => (store.dialog.value = "doctor") },
  { id: "share", label: "Share: a link to this step, a code to join by", keys: ["c"], enabled: hasTrace, run: () => (store.dialog.value = "share") },
  { id: "join", label: "Join a session by its code", keys: ["j"], enabled: always, run: () => (store.dialog.value = "join") },
  { id: "follow", label: "Follow whoever drives this session, or look around alone", keys: ["v"], enabled: canFollow, run: () => (store.following.value = !store.following.value) },
  { id: "fit", label: "Show the whole graph", keys: ["f", "0"], enabled: hasTrace, run: () => (store.cameraWish.value = { do: "fit" }) },
  { id: "zoom-in", label: "Larger", keys: ["+", "="], enabled: hasTrace, run: () => (store.cameraWish.value = { do: "in" }) },
  { id: "zoom-out", label: "Smaller", keys: ["-"], enabled: hasTrace, run: () => (store.cameraWish.value = { do: "out" }) },
  { id: "gallery", label: "Open the gallery of examples", keys: ["g"], enabled: always, run: () => (store.dialog.value = "gallery") },
  { id: "build", label: "Change this model, or make another", keys: ["m"], enabled: always, run: () => build("this") },
  { id: "build-own", label: "Build a model of your own", keys: ["M"], enabled: always, run: () => build("own") },
  { id: "reopen", label: "Make a lost session again, here", keys: ["r"], enabled: () => store.session.value !== null && store.notice.value?.kind === "unknown", run: opening.reopen },
  { id: "present", label: "Present: larger type, for a projector", keys: ["p", "F5"], enabled: always, run: () => (store.present.value = !store.present.value) },
  { id: "theme", label: "Light or dark", keys: ["d"], enabled: always, run: () => (store.theme.value = store.dark.value ? "light" : "dark") },
  { id: "full-screen", label: "Full screen", keys: ["F"], enabled: always, run: toggleFullScreen },
  { id: "spotlight", label: "A spotlight that follows the pointer, while presenting", keys: ["L"], enabled: () => store.present.value, run: () => (spotlight.value = !spotlight.value) },
  { id: "blank", label: "A dark screen, until the next key", keys: ["."], enabled: always, run: () => (blank.value = true) },
  { id: "table", label: "The step as a table", keys: ["t"], enabled: hasTrace, run: () => (store.dialog.value = "table") },
  { id: "palette", label: "Find a command by its name", keys: ["/", "Ctrl+K"], enabled: always, run: () => (store.dialog.value = "palette") },
  { id: "help", label: "Keys", keys: ["?"], enabled: always, run: () => (store.dialog.value = "help") },
  { id: "deselect", label: "Close the chosen card, end the lesson, or stop presenting", keys: ["Escape"], enabled: () => store.selection.value !== null || store.lesson.value !== null || store.present.value, run: leave },
];

/** @param {string} id @returns {Command} */
export function command(id) {
  const found = COMMANDS.find((each) => each.id === id);
  if (!found) throw new Error(`There is no command "${id}".`);
  return found;
}

/** What the bar at the top does: a link that hides the bar takes it away. */
const AT_THE_TOP = new Set(["next-sample", "previous-sample", "batch", "batches", "view-graph", "view-network", "view-code", "view-training", "view-compare", "gallery", "present", "theme"]);

/** Whether a command can be carried out now. @param {Command} each */
export const available = (each) => each.enabled() && !(store.panels.value?.includes("top") === false && AT_THE_TOP.has(each.id));

/** Whatever somebody does, the page's own walk ends first: its key then pauses nothing that was not theirs. @param {Command} each */
export function perform(each) {
  if (blank.value) return void (blank.value = false);
  if (!available(each)) return;
  const wasTouring = store.touring.value;
  actions.takeOver();
  if (wasTouring && each.id === "play") return;
  if (["forward", "back", "start", "end"].includes(each.id)) actions.play(false);
  each.run();
}

/** @param {string} key @returns {Command | undefined} */
export function commandFor(key) {
  return COMMANDS.find((each) => each.keys.includes(key));
}

const NAMES = /** @type {Record<string, string>} */ ({ ArrowRight: "→", ArrowLeft: "←", " ": "Space", PageDown: "Page ↓", PageUp: "Page ↑", Escape: "Esc" });
/** @param {string} key */
export const keyName = (key) => NAMES[key] ?? key;
