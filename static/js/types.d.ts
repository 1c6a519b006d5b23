/** The shapes on the wire, and the few the page derives from them. */

export type Phase = "forward" | "loss" | "backward" | "update";
export type Grain = "event" | "operation" | "layer" | "phase" | "iteration";
export type Role = "input" | "target" | "parameter" | "constant" | "intermediate" | "loss";
/** What a signal is coloured by. */
export type Tone = "forward" | "backward" | "update" | "plain";

/** The place of an array in the recording, counted in numbers, row-major. */
export interface Ref { offset: number; shape: number[] }

export interface GraphNode {
  id: number; op: string | null; inputs: number[]; shape: number[]; role: Role;
  label: string; group: string[]; options: Record<string, unknown>; wanted: boolean;
}
export interface GraphGroup { path: string[]; title: string }
export interface Graph { nodes: GraphNode[]; groups: GraphGroup[]; outputs: number[] }

interface Common { index: number; phase: Phase; operation: number; layer: number }
export interface BatchEvent extends Common { kind: "batch"; samples?: Ref | null; learning_rate?: Ref | null }
export interface ForwardEvent extends Common { kind: "forward"; node: number; value: Ref; saved?: Record<string, Ref> }
export interface ZeroGradEvent extends Common { kind: "zero_grad"; params: number[] }
export interface SeedEvent extends Common { kind: "seed"; node: number; value: Ref }
export interface ContributionEvent extends Common {
  kind: "contribution"; node: number; slot: number; into: number;
  upstream: Ref; local: Ref | number | null; value: Ref; total: Ref;
}
export interface AssignEvent extends Common { kind: "assign"; param: number; target: string; value: Ref }
export interface RecomputeEvent extends Common { kind: "recompute"; node: number; value: Ref; saved?: Record<string, Ref> }
export interface ClipEvent extends Common { kind: "clip"; params: number[]; norm: Ref | null; factor: Ref | null; value: Ref }
export type TraceEvent =
  | BatchEvent | ForwardEvent | ZeroGradEvent | SeedEvent | ContributionEvent | RecomputeEvent | ClipEvent | AssignEvent;

export interface Schedule {
  size: number; dtype: "float64" | "float32"; length: number; values: Ref[]; events: TraceEvent[];
}
/** One training step: structure, and the numbers of this iteration. */
export interface Trace {
  iteration: number; graph: Graph; schedule: Schedule; events: TraceEvent[]; length: number;
  numbers: Float64Array | Float32Array; magnitudes: (number | null)[];
}

export interface DataInfo {
  name: string; sample: number | null; samples: number; label: number | null;
  picture: number[] | null; classes: string[] | null;
}
export interface Session {
  id: string; title: string; summary: string; example: string | null; spec: Record<string, any>;
  iteration: number; cursor: number; length: number; phase: Phase; frontier: number;
  revision: number; loss: number | string | null; data: DataInfo | null;
}
export interface Example { id: string; title: string; summary: string; group?: string; spec: Record<string, any> }
export interface OpRow { name: string; family: string; symbol: string; latex?: string; doc: string }
export interface Catalogue { ops: OpRow[] }

export interface Line { says: string; formula: string; numbers: string | null }
export interface Operand { label: string; says: string; tone: Tone; ref: Ref | null; number: number | string | null }
export interface Explanation {
  event: number; title: string; entry: number[] | null; sentence: string;
  lines: Line[]; operands: Operand[]; code: string[];
}
export interface ExplanationPage { from: number; to: number; length: number; explanations: Explanation[] }

/** What an edge has carried after the first `cursor` events. */
export interface EdgeState { forward: boolean; contribution: ContributionEvent | null }
/** The screen's content: a function of (trace, cursor). */
export interface Frame {
  cursor: number; phase: Phase; event: TraceEvent | null;
  values: (Ref | null)[]; gradients: (Ref | null)[]; assigned: boolean[];
  edges: Map<string, EdgeState>; live: Live;
}
/** The operation the cursor stands in: what is highlighted, and where the signal travels. */
export interface Live { tone: Tone; nodes: Set<number>; edges: Set<string>; reverse: boolean }

export interface Selection { node: number; which: "value" | "gradient"; entry: number[] | null }

export type Point = [number, number];
export interface Box { x: number; y: number; width: number; height: number }
