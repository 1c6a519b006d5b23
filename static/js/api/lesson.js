// A guided lesson, as the service binds it to a session.

import { getJson } from "../api.js";

/** @param {string} id @param {string} example @returns {Promise<import("../generated/api").Lesson>} */
export const lesson = (id, example) => getJson(`/sessions/${id}/lesson?of=${encodeURIComponent(example)}`);
