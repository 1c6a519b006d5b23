/** The shapes on the wire are the service's own (generated/api.d.ts); here are their names on the page, and what the page derives. */

import type * as wire from "./generated/api";

/** JSON has no NaN and no infinity: they travel as strings. */
export type WireNumber = wire.Number;
/** The place of an array in the recording, counted in numbers, row-major. */
export type Ref = wire.ArrayRef;
export type GraphNode = wire.Node;
export type GraphGroup = wire.Group;
export type Graph = wire.Graph;
export type Schedule = wire.Schedule;
export type Session = wire.SessionView;
export type Example = wire.Example;
export type OpRow = wire.OpRow;
export type Catalogue = wire.Catalogue;
export type Line = wire.Formula;
export type Operand = wire.Operand;
export type Explanation = wire.Explanation;
export type ExplanationPage = wire.ExplanationPage;
export type Run = wire.RunView;

export type TraceEvent = Schedule["events"][number];
export type Kind<K extends TraceEvent["kind"]> = Extract<TraceEvent, { kind: K }>;
export type ForwardEvent = Kind<"forward">;
export type ContributionEvent = Kind<"contribution">;
export type AssignEvent = Kind<"assign">;
export type Phase = TraceEvent["phase"];
/** What a signal is coloured by. */
export type Tone = Operand["tone"];
/** The page shows one training step at a time, so epochs are the service's. */
export type Grain = wire.Grain;

/** An array as it is drawn: every entry, or, with `places`, an overview: each cell one entry, and where in the array it stands. */
export interface Shown { numbers: Float64Array | Float32Array; rows: number; columns: number; places: Uint32Array | null }
/** The numbers of a training step, by place. What is not here yet is null, and asked for. */
export interface Numbers {
  held(): number; at(k: number): number | undefined; array(ref: Ref): Float64Array | Float32Array | null;
  shown(ref: Ref): Shown | null; strange(): boolean; prefetch(refs: Ref[]): void;
}

/** One training step: structure, and the numbers of this iteration. */
export interface Trace {
  iteration: number; graph: Graph; schedule: Schedule; events: TraceEvent[]; length: number;
  numbers: Numbers; magnitudes: (number | null)[];
}

/** What an edge has carried after the first `cursor` events. */
export interface EdgeState { forward: boolean; contribution: ContributionEvent | null }
/** The screen's content: a function of (trace, cursor). */
export interface Frame {
  cursor: number; phase: Phase; event: TraceEvent | null;
  values: (Ref | null)[]; gradients: (Ref | null)[]; assigned: boolean[];
  /** Nodes whose gradient's place shows a tangent of the forward-mode pass that is under way. */
  tangents: Set<number>;
  edges: Map<string, EdgeState>; live: Live;
}
/** The operation the cursor stands in: what is highlighted, and where the signal travels. */
export interface Live { tone: Tone; nodes: Set<number>; edges: Set<string>; reverse: boolean }

/** Three pictures of one trace: operations, units, lines of code; the training that it is a step of; and a twin beside it. */
export type View = "graph" | "network" | "code" | "training" | "compare";
export interface Selection { node: number; which: "value" | "gradient"; entry: number[] | null }

/** What a check says of the gradient at this place of the recording. */
export interface Mark { offset: number; good: boolean; says: string }
export type Point = [number, number];
/** How large a drawing is shown, and what of it stands in the middle. */
export interface Sight { k: number; x: number; y: number }
export interface Box { x: number; y: number; width: number; height: number }
