// The stage: builds the drawing when the structure changes, paints it when the cursor moves.

import { effect, untracked } from "../../vendor/vendor.js";
import { pointAt } from "../model/layout/curves.js";
import { requestLayout } from "../model/layout-client.js";
import { edgeWidth } from "../model/scale.js";
import * as actions from "../actions.js";
import * as store from "../store.js";
import { makeCamera } from "./camera.js";
import { makeFlow } from "./flow.js";
import { edges, LABEL, paintEdges } from "./marks/edge.js";
import { closedGroups, frames, paintClosed, titleAt } from "./marks/group.js";
import { cards, markChosen, markNamed, paintCards } from "./marks/node.js";
import { paintOrder } from "./marks/order.js";
import { paintSlot } from "./marks/slot.js";
import { columnsOf, layoutQuestion, pictureFrom } from "./picture.js";
import { inSlices } from "./slices.js";
import { add, markOf } from "./svg.js";
import { walkByKeys } from "./walk.js";

const TRAVEL = 650;
const ROOMY = 1100;
const CARD = 124;
/** Below this zoom groups' titles are written larger. */
const LARGER_TITLES = 0.85;
/** Below this zoom the numbers on edges are too small to read. */
const SMALLEST_LABEL = 0.56;
/** Below these, the names of cards, and then the numbers on them: 6 pixels high or less. */
const SMALLEST_NAME = 0.4, SMALLEST_NUMBER = 0.3;

/** @param {HTMLElement} host @param {() => void} drawn called when a picture stands */
export function mountStage(host, drawn) {
  const svg = /** @type {SVGSVGElement} */ (add(host, "svg", { class: "stage", role: "group", "aria-label": "Computation graph" }));
  const layers = layersOf(svg);
  const canvas = host.appendChild(document.createElement("canvas"));
  canvas.setAttribute("aria-hidden", "true");
  const flow = makeFlow(canvas, pointAt);
  const camera = makeCamera(svg, (transform) => {
    layers.world.setAttribute("transform", `translate(${transform.x},${transform.y}) scale(${transform.k})`);
    svg.classList.toggle("larger-titles", transform.k < LARGER_TITLES);
    svg.classList.toggle("far", transform.k < SMALLEST_LABEL);
    svg.classList.toggle("farther", transform.k < SMALLEST_NAME);
    svg.classList.toggle("farthest", transform.k < SMALLEST_NUMBER);
    flow.moved(transform);
  });
  store.sight.value = camera.sight;
  const scene = { layers, flow, camera, picture: /** @type {ReturnType<typeof pictureFrom> | null} */ (null), graph: /** @type {import("../types").Graph | null} */ (null), fresh: false, toggled: "" };

  new ResizeObserver(() => {
    flow.resized();
    if (store.present.peek() && camera.outgrown()) present(scene, true);
    else camera.resized();
  }).observe(host);
  void requestLayout({ nodes: [], edges: [] }).catch(() => {}); // wakes the worker while the model is on its way
  watchStructure(scene, drawn);
  watchFrame(scene);
  watchWishes(scene);
  walkByKeys(svg, [layers.frames, layers.closed, layers.cards], (mark) => revealMark(scene, mark));
  watchPresent(scene);
  effect(() => markChosen(layers.cards, store.selection.value?.node ?? null));
  effect(() => markNamed(layers.cards, store.hovered.value === null ? undefined : store.names.value.get(store.hovered.value)));
}

/** @typedef {{layers: ReturnType<typeof layersOf>, flow: ReturnType<typeof makeFlow>, camera: ReturnType<typeof makeCamera>, picture: ReturnType<typeof pictureFrom> | null, graph: import("../types").Graph | null, fresh: boolean, toggled: string}} Scene */

/** @param {SVGSVGElement} svg */
function layersOf(svg) {
  arrowheads(svg);
  const world = add(svg, "g", { class: "world" });
  const layer = (/** @type {string} */ name) => add(world, "g", { class: name });
  return { room: () => svg.clientWidth, world, frames: layer("frames"), edges: layer("edges"), closed: layer("groups"), cards: layer("cards"), labels: layer("labels"), slot: layer("slots"), orders: add(world, "g", { class: "orders", "aria-hidden": "true" }) };
}

/** The live edge points where the signal goes: sign and direction without colour. @param {SVGSVGElement} svg */
function arrowheads(svg) {
  const defs = add(svg, "defs");
  for (const tone of ["forward", "backward"]) {
    const marker = add(defs, "marker", { id: `arrow-${tone}`, class: `arrow ${tone}`, viewBox: "0 0 12 12", refX: 9.5, refY: 6, markerWidth: 24, markerHeight: 24, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" });
    add(marker, "path", { d: "M1 1.5 L11 6 L1 10.5 Z" });
  }
  const cut = add(defs, "marker", { id: "cut", class: "cut-mark", viewBox: "0 0 20 20", refX: -4, refY: 10, markerWidth: 20, markerHeight: 20, markerUnits: "userSpaceOnUse", orient: "auto" });
  add(cut, "path", { d: "M4 18 L10 2 M10 18 L16 2" });
}

/** @param {Scene} scene @param {() => void} drawn */
function watchStructure(scene, drawn) {
  let asked = 0;
  /** @type {object | null} */
  let before = null;
  effect(() => {
    const graph = store.trace.value?.graph;
    const setting = { picture: store.session.value?.data?.picture ?? null, ops: store.ops.value, closed: store.closed.value, reading: store.reading.value };
    if (!graph) return;
    const mine = ++asked;
    requestLayout(layoutQuestion(graph, setting), spacing(graph, scene.layers.room())).then((layout) => {
      if (!layout || mine !== asked) return;
      const fresh = before !== graph;
      before = graph;
      scene.graph = graph;
      draw(scene, pictureFrom(graph, layout, setting), fresh, () => mine === asked, drawn);
    }, actions.fail);
  });
}

/** Between two columns stands a number on its edge; tensors, many and wide, make do with less on a small stage. @param {import("../types").Graph} graph @param {number} room width of the stage */
function spacing(graph, room) {
  const tensors = graph.nodes.some((node) => node.shape.length > 0);
  const share = room / columnsOf(graph) - CARD;
  const columnGap = Math.max(tensors && room < ROOMY ? 40 : 80, Math.min(120, share));
  return { columnGap, rowGap: 34, padding: 20, label: LABEL };
}

/** @param {Scene} scene @param {ReturnType<typeof pictureFrom>} picture @param {boolean} fresh @param {() => boolean} wanted whether no other picture was asked for meanwhile @param {() => void} drawn */
function draw(scene, picture, fresh, wanted, drawn) {
  const { layers, camera } = scene;
  const kept = keptPlace(scene, picture);
  scene.picture = picture;
  scene.toggled = "";
  scene.fresh ||= fresh;
  if (fresh) for (const layer of [layers.frames, layers.edges, layers.closed, layers.cards, layers.labels, layers.slot]) layer.replaceChildren();
  const wish = store.cameraWish.peek(), sight = wish?.do === "see" ? wish.sight : null;
  if (fresh) camera.open(picture, sight);
  else camera.rearranged(picture, store.reducedMotion.peek(), kept);
  inSlices(drawing(scene, picture), wanted, () => {
    paint(scene);
    const frame = store.frame.peek();
    if (scene.fresh && frame && !sight) untracked(() => travel(scene, frame, false));
    scene.fresh = false;
    if (sight) store.cameraWish.value = null; // it is seen
    markChosen(layers.cards, store.selection.peek()?.node ?? null);
    drawn();
  });
}

/** The title of the group that was opened or closed, before and now: it stays under the pointer. @param {Scene} scene @param {Picture} picture */
function keptPlace({ picture: before, toggled }, picture) {
  const [from, to] = [before, picture].map((each) => [...each?.frames ?? [], ...each?.closed ?? []].find(({ key }) => key === toggled)?.box);
  return from && to ? { from: titleAt(from), to: titleAt(to) } : null;
}

/** What is new comes first; what is gone goes last, together. @param {Scene} scene @param {ReturnType<typeof pictureFrom>} picture @returns {Generator<number, void>} */
function* drawing(scene, picture) {
  const { layers } = scene, painting = paintingOf(scene);
  const toggle = (/** @type {string} */ key) => actions.toggleGroup(scene.toggled = key);
  const gone = [
    ...yield* frames(layers.frames, picture.frames, { toggle }),
    ...yield* closedGroups(layers.closed, picture.closed, { toggle }),
    ...yield* cards(layers.cards, picture.cards, { choose: ({ node }) => actions.select({ node: node.id, which: "value", entry: null }), painting }),
    ...yield* edges(layers.edges, layers.labels, picture.edges, painting),
  ];
  for (const element of gone) element.remove();
}

/** What the marks show now. Until the next model's picture is laid out, the last one's stays as it is: null. @param {Scene} scene */
function paintingOf({ graph }) {
  const frame = store.frame.peek(), trace = store.trace.peek();
  return frame && trace?.graph === graph ? { frame, trace, dark: store.dark.peek(), proved: store.proved.peek() } : null;
}

/** @param {Scene} scene */
function paint(scene) {
  const { layers, picture } = scene, painting = paintingOf(scene);
  if (!painting) return;
  paintCards(layers.cards, painting);
  paintSlot(layers.slot, picture?.cards ?? [], painting);
  paintEdges(layers.edges, layers.labels, painting);
  paintOrder(layers.orders, picture, painting, store.reducedMotion.peek());
  paintClosed(layers.closed, painting.frame);
}

/** @param {Scene} scene */
function watchFrame(scene) {
  let last = -1;
  effect(() => {
    void [store.arrivals.value, store.proved.value];
    if (scene.picture && store.view.peek() === "graph") paint(scene);
  });
  effect(() => {
    const wanted = store.pointed.value !== null || store.alongside.value.length > 0, frame = store.frame.peek();
    if (wanted && frame && scene.picture) untracked(() => reveal(scene.camera, /** @type {Picture} */ (scene.picture), frame));
  });
  effect(() => {
    const frame = store.frame.value;
    void store.dark.value;
    if (store.view.value !== "graph") return;
    if (!frame || !scene.picture || scene.picture.cards.length === 0 || store.trace.peek()?.graph !== scene.graph) return;
    paint(scene);
    const stepped = frame.cursor > last;
    last = frame.cursor;
    untracked(() => travel(scene, frame, stepped));
  });
}

/** Colours of the style sheet, read once: reading has the whole page styled. @type {Map<string, string>} */
const colours = new Map();

/** @param {string} name @param {boolean} dark */
function colourOf(name, dark) {
  const key = `${name} ${dark}`;
  const found = colours.get(key) ?? getComputedStyle(document.documentElement).getPropertyValue(name);
  colours.set(key, found);
  return found;
}

/** What has the focus must be seen. @param {Scene} scene @param {SVGElement} mark */
function revealMark({ camera }, mark) {
  const box = markOf(mark.closest(".frame") ?? mark)?.box;
  if (box) camera.reveal([box], store.reducedMotion.peek());
}

/** The signal moves with a step forward; a step back only shows. @param {Scene} scene @param {import("../types").Frame} frame @param {boolean} stepped */
function travel({ flow, camera, picture }, frame, stepped) {
  const quick = store.reducedMotion.value;
  const trace = store.trace.value;
  if (!picture || !trace) return;
  const streams = picture.edges.filter((edge) => frame.live.edges.has(edge.key)).map((edge) => {
    const carried = frame.edges.get(edge.key)?.contribution;
    const width = edgeWidth(carried ? trace.magnitudes[carried.index] : null);
    return { segments: edge.segments, reverse: frame.live.reverse, radius: 6 + width / 2 };
  });
  const colour = colourOf(frame.live.tone === "backward" ? "--backward" : "--forward", store.dark.value);
  flow.run(stepped && !quick ? streams : [], colour, TRAVEL / Math.max(1, store.speed.value));
  reveal(camera, picture, frame);
}

/** What happens is seen, and what is pointed at before it; as much beside it as there is room for. @param {Scene["camera"]} camera @param {Picture} picture @param {import("../types").Frame} frame */
function reveal(camera, picture, frame) {
  const seen = liveBox(picture, frame), pointed = store.pointed.value === null ? undefined : boxOf(picture, store.pointed.value);
  const live = seen ? [seen.whole, seen.core] : [];
  const beside = store.alongside.value.flatMap((id) => boxOf(picture, id) ?? []);
  const boxes = pointed ? [...live.slice(1).map((core) => around(pointed, core)), pointed]
    : [...(beside.length ? [[...live, ...beside].reduce(around)] : []), ...live, ...beside.slice(0, 1)];
  if (boxes.length) camera.reveal(boxes, store.reducedMotion.value);
}

/** @typedef {import("../types").Box} Box */
/** @typedef {NonNullable<Scene["picture"]>} Picture */

/** Where it happens: the live card, and where its signal goes. @param {NonNullable<Scene["picture"]>} picture @param {import("../types").Frame} frame @returns {{whole: Box, core: Box} | null} */
function liveBox(picture, frame) {
  const { event, live } = frame;
  const newest = event && "node" in event ? event.node : event && "param" in event ? event.param : event && "params" in event ? event.params[0] : -1;
  const box = boxOf(picture, newest) ?? [...live.nodes].map((id) => boxOf(picture, id)).find(Boolean) ?? null;
  const other = event?.kind === "contribution" ? boxOf(picture, event.into) : undefined;
  return box && { whole: other ? around(box, other) : box, core: box };
}

/** @param {Picture} picture @param {number} id @returns {Box | undefined} */
const boxOf = ({ cards, closed }, id) => (cards.find(({ node }) => node.id === id) ?? closed.find(({ members }) => members.includes(id)))?.box;

/** @param {Box} a @param {Box} b @returns {Box} */
function around(a, b) {
  const x = Math.min(a.x, b.x), y = Math.min(a.y, b.y);
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
}

/** @param {Scene} scene */
function watchPresent(scene) {
  let before = false;
  effect(() => {
    const on = store.present.value;
    if (on === before) return;
    before = on;
    requestAnimationFrame(() => present(scene, on)); // the panel has its new width then
  });
}

/** @param {Scene} scene @param {boolean} on */
function present(scene, on) {
  scene.camera.present(on);
  const frame = store.frame.peek();
  if (frame) untracked(() => travel(scene, frame, false));
}

/** @param {Scene} scene */
function watchWishes(scene) {
  const { camera } = scene;
  effect(() => {
    const wish = store.cameraWish.value;
    if (!wish) return;
    if (wish.do === "see") {
      if (scene.graph === store.trace.peek()?.graph) camera.see(wish.sight); // else it opens so
    } else if (wish.do === "fit") camera.fit(store.reducedMotion.peek());
    else camera.by(wish.do === "in" ? 1.3 : 1 / 1.3);
  });
}
