// The page's whole state. Root signals are written by actions.js; everything else derives from them.

import { computed, signal } from "../vendor/vendor.js";
import { frameAt, stops } from "./model/playhead.js";

/** @typedef {import("./types").Trace} Trace */

/** @type {{value: import("./types").Session | null}} */
export const session = signal(null);
/** The training step on screen. @type {{value: Trace | null}} */
export const trace = signal(null);
export const cursor = signal(0);

/** @type {{value: import("./types").Selection | null}} */
export const selection = signal(null);
/** Paths of closed groups, joined by "/". @type {{value: Set<string>}} */
export const closed = signal(new Set());

export const playing = signal(false);
/** The page walks by itself and nobody has taken over yet. */
export const touring = signal(false);
export const speed = signal(1);
/** @type {{value: import("./types").Grain}} */
export const grain = signal("operation");

/** "system" follows the machine. @type {{value: "system" | "light" | "dark"}} */
export const theme = signal("system");
export const systemDark = signal(false);
export const present = signal(false);
export const reducedMotion = signal(false);

/** The dialog that is open. @type {{value: null | "gallery" | "help"}} */
export const dialog = signal(null);
/** Something the person must know, and what can be done about it. @type {{value: null | {kind: "lost" | "unknown" | "problem", text: string}}} */
export const notice = signal(null);
export const loading = signal(true);

/** @type {{value: import("./types").Catalogue | null}} */
export const catalogue = signal(null);
/** @type {{value: import("./types").Example[] | null}} */
export const examples = signal(null);
/** Explanations of the training step on screen, by event. @type {{value: Map<number, import("./types").Explanation>}} */
export const explanations = signal(new Map());
/** The chosen entry's own explanation. @type {{value: import("./types").Explanation | null}} */
export const entryExplanation = signal(null);

/** What the camera is asked to do; a fresh object each time. @type {{value: null | {do: "fit" | "in" | "out"}}} */
export const cameraWish = signal(null);

export const dark = computed(() => (theme.value === "system" ? systemDark.value : theme.value === "dark"));
export const frame = computed(() => (trace.value ? frameAt(trace.value, cursor.value) : null));
export const ends = computed(() => (trace.value ? stops(trace.value, grain.value) : [0]));
export const length = computed(() => trace.value?.length ?? 0);
export const iteration = computed(() => trace.value?.iteration ?? 0);
/** Only a model with an optimizer has a next training step. */
export const trains = computed(() => trace.value?.events.some((event) => event.kind === "assign") ?? false);
export const explanation = computed(() => explanations.value.get(cursor.value - 1) ?? null);

/** @type {{value: Map<string, import("./types").OpRow>}} */
export const ops = computed(() => new Map((catalogue.value?.ops ?? []).map((op) => [op.name, op])));
