// Training, as the service knows it: runs, and what was measured along the way.

import { ROOT, ask, getJson, postJson } from "../api.js";

/** @typedef {import("../types").Run} Run */
/** @typedef {import("../generated/api").HistoryAnswer} History */

/** @param {string} id @param {{iterations: number, until?: {loss: number} | null}} wish @returns {Promise<Run>} */
export const train = (id, wish) => postJson(`/sessions/${id}/train`, wish);
/** @param {string} id @param {string} run @returns {Promise<Run>} */
export const runOf = (id, run) => getJson(`/sessions/${id}/runs/${run}`);
/** @param {string} id @param {string} run */
export const cancel = (id, run) => ask(`${ROOT}/sessions/${id}/runs/${run}`, { method: "DELETE" });
/** @param {string} id @returns {Promise<History>} */
export const history = (id) => getJson(`/sessions/${id}/history`);
/** What happens to a session, as it happens. @param {string} id */
export const live = (id) => new EventSource(`${ROOT}/sessions/${id}/live`);

/** @typedef {{shape: number[], numbers: Float64Array}} Response numbers of a layer over a grid of inputs */
const RAW = { headers: { Accept: "application/octet-stream" } };

/** What layers, and the last one, hand on over a line or a plane of inputs. @param {string} id @param {{over: "line" | "plane", x: string, y?: string, layers?: string, iteration: number}} asked @returns {Promise<Response[]>} */
export async function evaluate(id, { over, x, y = "", layers = "", iteration }) {
  const answer = await ask(`${ROOT}/sessions/${id}/evaluate?over=${over}&x=${x}${y && `&y=${y}`}&layers=${layers}&iteration=${iteration}`, RAW);
  const shapes = (answer.headers.get("X-Shapes") ?? "").split(";").map((text) => text.split(",").map(Number)), bytes = await answer.arrayBuffer();
  let from = 0;
  return shapes.map((shape) => {
    const size = shape.reduce((n, m) => n * m, 1);
    return { shape, numbers: new Float64Array(bytes, 8 * (from += size) - 8 * size, size) };
  });
}
/** @param {string} id @returns {Promise<import("../generated/api").Samples>} */
export const samples = (id) => getJson(`/sessions/${id}/samples`);
/** @param {string} id @param {"held" | "seen"} of @param {number} iteration @returns {Promise<import("../generated/api").Readings>} */
export const readings = (id, of, iteration) => getJson(`/sessions/${id}/readings?of=${of}&iteration=${iteration}`);
/** The numbers of a parameter as a training step finds them. @param {string} id @param {number} node @param {number} iteration */
export const parameter = async (id, node, iteration) => new Float64Array(await (await ask(`${ROOT}/sessions/${id}/tensors/${node}/value?iteration=${iteration}`, RAW)).arrayBuffer());
/** What the loss at each time step sends back, and what cuts every so many steps would lose. @param {string} id @param {number} iteration @param {number | null} truncate @returns {Promise<import("../generated/api").TimeAnswer>} */
export const time = (id, iteration, truncate) => getJson(`/sessions/${id}/time?iteration=${iteration}${truncate === null ? "" : `&truncate=${truncate}`}`);

/** The loss over a plane through the parameters; without directions, those the service chooses. @param {string} id @param {{x: string, y: string, span: number | null, iteration: number}} asked @returns {Promise<import("../generated/api").SurfaceAnswer>} */
export function surface(id, { x, y, span, iteration }) {
  const asked = new URLSearchParams({ iteration: String(iteration), ...(x && { x }), ...(y && { y }), ...(span !== null && { span: String(span) }) });
  return getJson(`/sessions/${id}/surface?${asked}`);
}
