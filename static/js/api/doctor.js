// What the service says of a training step: how healthy it is, what can be broken in it, whether its gradients are slopes.

import { getJson, postJson } from "../api.js";

/** @typedef {import("../generated/api").Treated} Diagnosis */
/** @typedef {import("../generated/api").FaultsAnswer} Faults */
/** @typedef {import("../generated/api").GradientCheck} Check */
/** @typedef {import("../generated/api").CostAnswer} Costs */

/** @param {string} id @param {number} iteration @returns {Promise<Diagnosis>} */
export const diagnosis = (id, iteration) => getJson(`/sessions/${id}/diagnosis?iteration=${iteration}`);
/** @param {string} id @param {number} iteration @returns {Promise<Faults>} */
export const faults = (id, iteration) => getJson(`/sessions/${id}/faults?iteration=${iteration}`);
/** Every gradient, those between the leaves too. @param {string} id @param {number} iteration @returns {Promise<Check>} */
export const check = (id, iteration) => postJson(`/sessions/${id}/check?iteration=${iteration}`, { between: true });
/** @param {string} id @returns {Promise<Costs>} */
export const cost = (id) => getJson(`/sessions/${id}/cost`);
