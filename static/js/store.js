// The page's whole state. Root signals are written by actions and commands; everything else derives from them.

import { computed, signal } from "../vendor/vendor.js";
import { membersOf } from "./model/batch.js";
import { namesOf } from "./model/listing.js";
import { networkOf } from "./model/network.js";
import { frameAt, stops } from "./model/playhead.js";
import { readingOf } from "./model/reading.js";

/** @typedef {import("./types").Trace} Trace */

export const session = signal(/** @type {import("./types").Session | null} */ (null));
/** The training step on screen. */
export const trace = signal(/** @type {Trace | null} */ (null));
export const cursor = signal(0);
/** Counts what came late of the numbers on screen: what showed their absence is drawn again. */
export const arrivals = signal(0);

export const selection = signal(/** @type {import("./types").Selection | null} */ (null));
/** Paths of closed groups, joined by "/". */
export const closed = signal(/** @type {Set<string>} */ (new Set()));

/** Which sample of a batch is shown where there is room for one. */
export const row = signal(0);
/** How the step is shown. */
export const view = signal(/** @type {import("./types").View} */ ("graph"));

/** Predict, then reveal: every number is asked for before it is shown. */
export const predicting = signal(false);
/** The place whose newest number was shown, and whose next one is not asked for yet. */
export const revealed = signal(/** @type {string | null} */ (null));
/** The session that this page made and the browser lets nobody drive, as it does in a frame of another site. */
export const alone = signal(/** @type {string | null} */ (null));
/** The page goes where the session's driver goes. */
export const following = signal(false);
/** The gradients of the samples of the chosen entry are asked for: they unfold where they stand. */
export const oneByOne = signal(false);
/** The chosen number is being typed anew. */
export const changing = signal(false);
/** The service makes a change of the session; the step on screen is still the one before. */
export const revising = signal(false);

/** Whether a step is still the one to ask about: while a change is made, the service already speaks of another. @param {Trace} step */
export const stands = (step) => !revising.peek() && trace.peek() === step;

export const playing = signal(false);
/** The page walks by itself and nobody has taken over yet. */
export const touring = signal(false);
/** The stage walks through the step for an animated picture: nobody is told where it stands. */
export const filming = signal(false);
/** The timeline is held, and drawn along. */
export const scrubbing = signal(false);
/** The cursor that is told while the picture is ahead; null where they go together. */
export const held = signal(/** @type {number | null} */ (null));
export const speed = signal(1);
export const grain = signal(/** @type {import("./types").Grain} */ ("operation"));

/** "system" follows the machine. */
export const theme = signal(/** @type {"system" | "light" | "dark"} */ ("system"));
export const systemDark = signal(false);
export const present = signal(false);
export const reducedMotion = signal(false);
/** The panels a link shows; null is all of them. */
export const panels = signal(/** @type {string[] | null} */ (null));

/** The dialog that is open. */
export const dialog = signal(/** @type {null | "gallery" | "help" | "batch" | "table" | "palette" | "setup" | "build" | "share" | "doctor" | "twin" | "join"} */ (null));
/** The session as the service exported it: what it is made again from where it is lost. */
export const kept = signal(/** @type {null | {id: string, text: string}} */ (null));
/** Something the person must know, and what can be done about it. */
export const notice = signal(/** @type {null | {kind: "lost" | "unknown" | "problem" | "changed", text: string}} */ (null));
export const loading = signal(true);

export const catalogue = signal(/** @type {import("./types").Catalogue | null} */ (null));
export const examples = signal(/** @type {import("./types").Example[] | null} */ (null));
/** Explanations of the training step on screen, by event. */
export const explanations = signal(/** @type {Map<number, import("./types").Explanation>} */ (new Map()));
/** Every name in the lines of code, and what it stands for. */
export const names = computed(() => (trace.value ? namesOf(trace.value, explanations.value) : new Map()));
/** The name in the lines of code that is under the pointer. */
export const hovered = signal(/** @type {string | null} */ (null));
/** Lines of PyTorch, by event. */
export const pytorch = signal(/** @type {Map<number, string[]>} */ (new Map()));
/** Explanations for the entry that says most, by `entryKey`. */
export const entries = signal(/** @type {Map<string, import("./types").Explanation>} */ (new Map()));
/** The chosen entry's own explanation. */
export const entryExplanation = signal(/** @type {import("./types").Explanation | null} */ (null));

/** @typedef {{id: string, revision: number, stops: import("./generated/api").LessonStop[], at: number, going: boolean}} Walked */
/** The guided lesson that is walked: of which session, and at which of its stops; `going` there. */
export const lesson = signal(/** @type {Walked | null} */ (null));

/** What the service says of a stop's event, of the entry that the stop speaks of. */
export const guided = signal(/** @type {null | {key: string, words: import("./types").Explanation}} */ (null));

/** A card that must be seen, with the one where it happens if there is room for both. */
export const pointed = signal(/** @type {number | null} */ (null));
/** Cards that are to be seen too, as far as there is room beside the one where it happens. */
export const alongside = signal(/** @type {number[]} */ ([]));
/** What the camera is asked to do; a fresh object each time. */
export const cameraWish = signal(/** @type {null | {do: "fit" | "in" | "out"} | {do: "see", sight: import("./types").Sight}} */ (null));
/** Asks for the part of the graph that is seen; null is all of it. */
export const sight = signal(/** @type {() => import("./types").Sight | null} */ (() => null));

export const dark = computed(() => (theme.value === "system" ? systemDark.value : theme.value === "dark"));
/** The same for every training step. */
export const graph = computed(() => trace.value?.graph ?? null);
export const frame = computed(() => (trace.value ? frameAt(trace.value, cursor.value) : null));
export const ends = computed(() => (trace.value ? stops(trace.value, predicting.value ? "event" : grain.value) : [0]));
export const length = computed(() => trace.value?.length ?? 0);
export const iteration = computed(() => trace.value?.iteration ?? 0);
/** Only a model with an optimizer has a next training step. */
export const trains = computed(() => trace.value?.events.some((event) => event.kind === "assign") ?? false);
/** The session's training run, as it was told last. */
export const run = signal(/** @type {import("./types").Run | null} */ (null));
/** @param {import("./types").Run | null} run */
export const going = (run) => run !== null && ["waiting", "training"].includes(run.status);
export const underWay = computed(() => going(run.value));
/** The furthest training step that is known to be reached. */
export const frontier = computed(() => Math.max(session.value?.frontier ?? 0, iteration.value, run.value?.revision === session.value?.revision ? run.value?.iteration ?? 0 : 0));
/** The stop of the lesson, and whether the page stands there. */
export const stop = computed(() => lesson.value?.stops[lesson.value.at] ?? null);
export const atStop = computed(() => stop.value !== null && (lesson.value?.going || (stop.value.iteration === iteration.value && stop.value.cursor === cursor.value)));
/** How many stops the example on screen has. */
export const lessonStops = computed(() => examples.value?.find(({ id }) => id === session.value?.example)?.stops ?? 0);
export const place = computed(() => `${iteration.value} ${cursor.value}`);
/** The event whose number is asked for; null where none is. */
export const asked = computed(() => {
  const next = trace.value?.events[cursor.value];
  return predicting.value && next && "value" in next && revealed.value !== place.value ? next.index : null;
});
/** Whether whoever sits here may change the session. */
export const mayChange = computed(() => session.value?.drives === true && !following.value);
/** The chosen card, where its value is what a person may set. */
export const changeable = computed(() => {
  const node = selection.value && trace.value?.graph.nodes[selection.value.node];
  return node && selection.value?.which === "value" && ["parameter", "input", "target"].includes(node.role) ? node : null;
});
/** A second session that stands beside the open one: of whose it is the twin, in what it differs, and whether it is this one that differs. */
export const twin = signal(/** @type {null | {of: string, session: import("./types").Session, says: string, turned: boolean}} */ (null));
export const beside = computed(() => (twin.value && twin.value.of === session.value?.id ? twin.value : null));
/** Gradients that were checked in three ways: of which step, and what stands at which card's gradient. */
export const proof = signal(/** @type {null | {trace: Trace, found: import("./generated/api").GradientCheck, marks: Map<number, import("./types").Mark>}} */ (null));
export const proved = computed(() => (proof.value?.trace === trace.value ? proof.value?.marks ?? null : null));
/** Where the explanations stand: the cursor; behind it while steps pass too quickly to be read. */
export const told = computed(() => Math.min(length.value, held.value ?? cursor.value));
export const explanation = computed(() => explanationOf(told.value - 1));

/** Where the probabilities are that the page draws, if the model classifies one sample. */
export const reading = computed(() => (trace.value ? readingOf(trace.value, session.value?.data ?? null) : null));

/** The model as columns of units and the weights between them, or what keeps it from being one. */
export const layers = computed(() => (graph.value ? networkOf(graph.value, session.value?.data?.picture ?? null) : null));

/** The samples of the batch on screen, if there are several. */
export const members = computed(() => (arrivals.value >= 0 && trace.value ? membersOf(trace.value, session.value?.data ?? null, cursor.value) : null));

/** Whether one sample of the batch can be opened alone: the same parameters come from training so far. */
export const canBeAlone = computed(() => {
  const spec = /** @type {{data?: {batch?: number | null}, trained?: object} | undefined} */ (session.value?.spec);
  return session.value?.data?.sample == null && Boolean(spec?.data?.batch) && !spec?.trained;
});
/** In so many training steps every sample is used once. */
export const epoch = computed(() => session.value?.data?.epoch ?? 1);
/** The batches that a sample alone was taken from. */
export const batches = signal(/** @type {null | {id: string, iteration: number, cursor: number}} */ (null));

export const ops = computed(() => new Map((catalogue.value?.ops ?? []).map((op) => [op.name, op])));

/** Which entry is the largest depends on the numbers, so on the training step. @param {number} step @param {number} event */
export const entryKey = (step, event) => `${step} ${event}`;

/** The best explanation at hand. @param {number} event */
export const explanationOf = (event) =>
  (guided.value?.key === entryKey(iteration.value, event) ? guided.value.words : null) ?? entries.value.get(entryKey(iteration.value, event)) ?? explanations.value.get(event) ?? null;
