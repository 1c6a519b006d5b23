// The samples of a batch, one by one.

import { getJson } from "../api.js";

/** For each sample of a training step the gradient of its own loss for one entry of a parameter. @param {string} id @param {number} node @param {number[]} entry @param {number} iteration @returns {Promise<import("../generated/api").SampleGradientsAnswer>} */
export const sampleGradients = (id, node, entry, iteration) => getJson(`/sessions/${id}/sample-gradients?node=${node}&index=${entry.join(",")}&iteration=${iteration}`);
