// Two sessions side by side, as the service knows them.

import { getJson, postJson } from "../api.js";

/** @typedef {import("../types").Session} Session */
/** @typedef {import("../generated/api").Comparison} Comparison */

/** What the twin has and its original has not. @typedef {{spec: object} | {edits: object[], iteration: number}} Twin */
/** The twin's own token comes in a cookie of its own addresses. @param {string} id @param {Twin} twin @returns {Promise<Session>} */
export const makeTwin = (id, twin) => postJson(`/sessions/${id}/twin`, twin, { "X-Drive": "cookie" });

/** @typedef {{iteration: number, cursor: number, order: "layer" | "difference", count?: number}} Asked `count`: of rows */
/** @param {string} a @param {string} b @param {Asked} asked @returns {Promise<Comparison>} */
export const compare = (a, b, { iteration, cursor, order, count = 200 }) =>
  getJson(`/sessions/${a}/compare?with=${b}&iteration=${iteration}&cursor=${cursor}&order=${order}&count=${count}`);
/** What is wrong with a training step, and what would help. @param {string} id @param {number} iteration @returns {Promise<import("../generated/api").Treated>} */
export const diagnosis = (id, iteration) => getJson(`/sessions/${id}/diagnosis?iteration=${iteration}`);
