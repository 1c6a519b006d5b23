// While something is broken on purpose the page says so, above the timeline.

import { html, useState } from "../../vendor/vendor.js";
import { titleOf } from "../model/faults.js";
import { change } from "../changes.js";
import * as store from "../store.js";
import { part } from "./part.js";
import { styled } from "./styled.js";

export { styled };

export function Broken() {
  const fault = store.session.value?.fault, [refused, setRefused] = useState("");
  if (!fault) return null;
  const mend = async () => setRefused((await change([{ break: null }], "By the rules again from here on.")) ?? "");
  return html`<div class="broken-strip" role="status" data-broken=${fault}><span><b>Broken on purpose:</b> ${store.catalogue.value?.faults.find(({ name }) => name === fault)?.doc ?? titleOf(fault)} ${refused}</span>
    <button type="button" class="pill" data-command="what-went-wrong" onClick=${() => { part.value = "break"; store.dialog.value = "doctor"; }}>What went wrong?</button>
    ${store.mayChange.value && html`<button type="button" class="pill on" data-command="mend" disabled=${store.revising.value} onClick=${mend}>Mend</button>`}</div>`;
}
