// Sharing: a link to this very step, and a short code by which a class joins and follows; then all that can be taken away.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import * as api from "../api/classroom.js";
import { lazy } from "../lazy.js";
import * as store from "../store.js";
import { Copied } from "../take/copied.js";
import { linked, readable } from "../url.js";
import { Button } from "./button.js";

/** Names that lead every machine to itself. */
const HERE_ONLY = new Set(["localhost", "127.0.0.1", "[::1]"]);

const Take = lazy(() => import("../take/take.js").then(({ Take }) => Take));

export function Share() {
  const session = store.session.value;
  if (!session) return null;
  const { origin, hostname } = location;
  return html`<div class="share">
    <${Link} name="step" title="This very step" says="Whoever opens it sees what you see now, and can walk on alone." address="${origin}/?${readable(linked())}" />
    <${Link} name="following" title="This session, to follow" says="Whoever opens it goes where ${session.drives ? "you go" : "its driver goes"}, step by step." address="${origin}/?session=${session.id}&follow=1" />
    ${session.drives && html`<${Code} id=${session.id} origin=${origin} />`}
    <section><${Button} id="join" named class="pill">Join another session by its code<//></section>
    ${HERE_ONLY.has(hostname) && html`<p class="note">This address leads other machines to themselves. For a class, start the explorer with <code>--host 0.0.0.0</code> and open it by this machine’s name.</p>`}<${Take} /></div>`;
}

/** @param {{name: string, title: string, says: string, address: string}} props */
const Link = ({ name, title, says, address }) => html`<section><h3>${title}</h3><p class="note">${says}</p><${Copied} name=${name} title=${title} text=${address} /></section>`;

/** @param {{id: string, origin: string}} props */
function Code({ id, origin }) {
  const [code, setCode] = useState("");
  useEffect(() => {
    api.code(id).then((made) => setCode(made.code), actions.fail);
  }, [id]);
  return html`<section><h3>A code to read out</h3>
    <p class="code-of" data-code=${code} aria-label=${code && `Code: ${[...code].join(" ")}`}>${code ? html`<span>${code.slice(0, 3)}</span> <span>${code.slice(3)}</span>` : "…"}</p>
    <p class="note">Typed in under <b>Join</b>, key <kbd>j</kbd>, or opened as <code>${origin}/?join=${code || "…"}</code>. It holds for six hours.</p></section>`;
}
