// A session as text: where the page stands, to take away and to bring back. Its numbers are never written anew here.

import * as actions from "../actions.js";
import { ApiError, ROOT, ask, importSession } from "../api.js";
import { packed, unpacked } from "../model/packed.js";
import * as store from "../store.js";
import { linked, readable } from "../url.js";

/** What stands before a session in an address; what is behind the # is sent to no server. */
const BEFORE = "#session=";

/** The session at the event on screen, and what its file is called. @returns {Promise<Response>} */
export const exported = () => ask(`${ROOT}/sessions/${store.session.value?.id}/export?format=json&iteration=${store.iteration.value}&cursor=${store.cursor.value}`);

/** An address with the whole session in it, and what of the page it shows. @param {string} text @param {string[]} [panels] */
export async function linkTo(text, panels) {
  const shown = linked();
  for (const name of ["session", "iteration", "cursor", ...(shown.has("twin") ? ["twin", "view"] : [])]) shown.delete(name);
  if (panels) {
    shown.set("panels", panels.join(","));
    shown.delete("camera"); // a frame has a size of its own
  }
  const query = readable(shown);
  return `${location.origin}/${query && "?"}${query}${BEFORE}${await packed(text)}`;
}

/** Opens what an address brought. @param {import("../url.js").Address} address */
export function arrive(address) {
  return actions.open(async () => importSession(await carried()), address);
}

/** @returns {Promise<string>} */
async function carried() {
  try {
    return await unpacked(location.hash.slice(BEFORE.length));
  } catch {
    throw new ApiError(400, "This link holds no session: a part of it is missing, or was changed.");
  }
}

/** Opens what a file brought; says why where it cannot. @param {File} file @returns {Promise<string>} */
export async function bring(file) {
  const most = Number(store.catalogue.value?.limits.body_bytes ?? Infinity);
  if (file.size > most) return `This file has ${file.size} bytes; a session has at most ${most}.`;
  try {
    const session = await importSession(await file.text());
    actions.takeOver();
    await actions.open(async () => session);
    return "";
  } catch (error) {
    return actions.refusal(error);
  }
}
