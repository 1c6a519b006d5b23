// Joining a session by the code that somebody reads out, and following it.

import { html, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as server from "../api.js";
import * as api from "../api/classroom.js";
import * as store from "../store.js";

/** @param {string} code */
export async function enter(code) {
  await actions.open(async () => server.session(await api.join(code)));
  if (store.session.value && !store.notice.value) store.following.value = true;
}

const LENGTH = 6;

export function Join() {
  const [code, setCode] = useState(""), [refused, setRefused] = useState("");
  const short = code.replace(/[^A-Za-z0-9]/g, "").length < LENGTH;
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    setRefused("");
    try {
      const id = await api.join(code);
      store.dialog.value = null;
      await actions.open(() => server.session(id));
      store.following.value = true;
    } catch (error) {
      setRefused(error instanceof server.ApiError && error.status === 404 ? actions.sentence(error.message) : actions.refusal(error));
    }
  };
  return html`<form class="join" onSubmit=${submit}><label>The code that was read out <input type="text" name="code" autofocus autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="16" value=${code} aria-invalid=${refused !== ""}
      onInput=${(/** @type {Event} */ event) => setCode(/** @type {HTMLInputElement} */ (event.currentTarget).value)} /></label>
    <button type="submit" class="pill on" data-command="enter" disabled=${short}>Join</button>
    ${refused && html`<p class="trouble" role="alert">${refused}</p>`}<p class="note">Your page then goes where the session’s driver goes, until you walk on alone.</p></form>`;
}
