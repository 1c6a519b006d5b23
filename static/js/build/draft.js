// The model that is being built: its spec, what was undone of it, and what the service says of it.

import { batch, computed, effect, signal } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { ApiError, createSession } from "../api.js";
import * as api from "../api/build.js";
import * as store from "../store.js";
import { OWN_EXPRESSION, OWN_NETWORK } from "./spec.js";

/** @typedef {import("./spec.js").Spec} Spec */
/** @typedef {{spec: Spec, aside: Spec}} Draft `aside`: the model of the other kind, while it is not shown */
/** @typedef {{pointer: string, detail: string, line?: number, column?: number, layer?: string, before?: import("../generated/api").LayerShapes[]}} Trouble */

/** So long nothing is typed before the service is asked; after a longer rest, typing on is a change of its own. */
const PAUSE = 150, REST = 1000;

export const draft = signal(/** @type {Draft} */ ({ spec: OWN_EXPRESSION, aside: OWN_NETWORK }));
export const past = signal(/** @type {Draft[]} */ ([]));
export const future = signal(/** @type {Draft[]} */ ([]));
/** What the spec is built to, or was when it last could be. */
export const preview = signal(/** @type {import("../generated/api").Preview | null} */ (null));
export const troubles = signal(/** @type {Trouble[]} */ ([]));
/** The service has not answered to the newest spec yet. */
export const waiting = signal(false);
/** JSON that is being typed and is none yet: nothing is opened then. */
export const unread = signal(/** @type {string | null} */ (null));
export const tab = signal(/** @type {"expression" | "network" | "json"} */ ("expression"));
export const spec = computed(() => draft.value.spec);
/** What was typed for a name that is not read at the moment. @type {Map<string, any>} */
export const earlier = new Map();

/** What each layer takes and gives, as far as they fit. @returns {(import("../generated/api").LayerShapes | undefined)[]} */
export function shapesNow() {
  const misfit = troubles.value.find(({ before }) => before);
  if (misfit) return misfit.before ?? [];
  return troubles.value.length ? [] : preview.value?.layers ?? [];
}

/** Which of them the spec can have; null where there are none. */
export const carried = signal(/** @type {import("../api/build.js").Carried | null} */ (null));
/** Whether they are taken along. */
export const along = signal(true);

/** Where the draft came from: it is kept while it is built on. */
let origin = "";
/** The session whose model it is. @type {string | null} */
let base = null;
/** The same, while it has changes that may go along. @type {string | null} */
let source = null;
let last = { key: "", at: 0 };

/** @param {"this" | "own"} from */
export function begin(from) {
  const session = store.session.peek(), name = from === "this" && session ? session.id : "own";
  if (name !== origin) start(from === "this" && session ? session.spec : OWN_EXPRESSION, from === "this" && session ? session.id : null);
  source = base; // it may have been changed meanwhile
  origin = name;
}

/** Anew from a spec, and the session that it is of; undo does not lead behind it. @param {Spec} made @param {string | null} [of] */
export function start(made, of = null) {
  base = source = of;
  batch(() => {
    carried.value = null;
    along.value = true;
    draft.value = standing(made);
    past.value = [];
    future.value = [];
    preview.value = null;
    tab.value = made.model.kind;
  });
}

/** @param {Spec} made @returns {Draft} */
const standing = (made) => ({ spec: made, aside: made.model?.kind === "network" ? OWN_EXPRESSION : OWN_NETWORK });

/** One change; those with the same key shortly after one another are undone together. @param {Spec} next @param {string} [key] */
export function change(next, key = "") {
  if (JSON.stringify(next) !== JSON.stringify(spec.peek())) enter({ ...draft.peek(), spec: next }, key);
}

/** @param {Draft} next @param {string} key */
function enter(next, key) {
  const now = Date.now(), goesOn = key !== "" && key === last.key && now - last.at < REST && past.peek().length > 0;
  last = { key, at: now };
  batch(() => {
    if (!goesOn) past.value = [...past.peek().slice(-199), draft.peek()];
    future.value = [];
    draft.value = next;
  });
}

/** An expression or a network: the other one is kept. @param {"expression" | "network"} kind */
export function turnTo(kind) {
  const { spec, aside } = draft.peek();
  if (spec.model?.kind !== kind) enter({ spec: aside.model?.kind === kind ? aside : kind === "network" ? OWN_NETWORK : OWN_EXPRESSION, aside: spec }, "");
  tab.value = kind;
}

export const undo = () => step(past, future);
export const redo = () => step(future, past);

/** @param {typeof past} from @param {typeof past} to */
function step(from, to) {
  const next = from.peek().at(-1);
  if (!next) return;
  last = { key: "", at: 0 };
  batch(() => {
    to.value = [...to.peek(), draft.peek()];
    from.value = from.peek().slice(0, -1);
    draft.value = next;
    const kind = next.spec.model?.kind;
    if (tab.peek() !== "json" && (kind === "network" || kind === "expression")) tab.value = kind;
  });
}

/** While the dialog stands, every spec is shown to the service; only the newest answer counts. */
export function watch() {
  let timer = 0, asking = new AbortController();
  const stop = effect(() => {
    const asked = spec.value;
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    waiting.value = true;
    timer = setTimeout(() => void look(asked, signal), preview.peek() ? PAUSE : 0);
  });
  return () => {
    stop();
    clearTimeout(timer);
    asking.abort();
  };
}

/** @param {Spec} asked @param {AbortSignal} signal */
async function look(asked, signal) {
  /** @type {import("../generated/api").Preview | null} */
  let found = null;
  /** @type {Trouble[]} */
  let wrong = [];
  let edits = carried.peek();
  try {
    [found, edits] = await Promise.all([api.preview(asked, signal), source ? api.carry(source, asked, signal).catch(forgotten) : null]);
  } catch (error) {
    if (signal.aborted) return;
    wrong = troublesOf(error);
  }
  if (signal.aborted) return;
  batch(() => {
    if (found) preview.value = found;
    carried.value = edits;
    if (edits && !edits.kept && !edits.left.length) source = null;
    troubles.value = wrong;
    waiting.value = false;
  });
}

/** A session that is there no more has nothing to take along; what is wrong with the spec, the preview says. @param {unknown} error */
function forgotten(error) {
  if (!(error instanceof ApiError)) throw error;
  return null;
}

/** @param {unknown} error @returns {Trouble[]} */
function troublesOf(error) {
  if (!(error instanceof ApiError)) throw error;
  return error.errors.length ? error.errors : [{ pointer: "", detail: error.message }];
}

/** Makes the session, and goes there; what keeps it from being made is told in the dialog. */
export async function openIt() {
  const asked = spec.peek(), edits = along.peek() ? carried.peek()?.edits ?? [] : [];
  try {
    const session = await createSession(edits.length ? { import: { format: "backprop-session", version: 1, spec: asked, edits } } : { spec: asked });
    origin = base = source = session.id;
    store.view.value = "graph";
    await actions.open(() => Promise.resolve(session));
  } catch (error) {
    troubles.value = troublesOf(error);
  }
}

/** A sentence without what its place says already; a layer's name keeps its small letter. @param {Trouble} trouble */
export function words({ detail, layer }) {
  const text = detail.replace(/^line \d+, column \d+: /, "").replace(layer ? `${layer}: ` : "", "");
  return layer && text.startsWith(layer) ? `${text}.` : actions.sentence(text);
}
