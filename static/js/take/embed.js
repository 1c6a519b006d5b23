// A frame for a page of one's own: the session in its address, and only what there is room for.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import * as store from "../store.js";
import { Copied } from "./copied.js";
import { linkTo } from "./session.js";

const PANELS = ["stage", "sentence", "formula", "transport"];

/** @param {{text: string}} props the session, as it was exported */
export function Embed({ text }) {
  const [address, setAddress] = useState("");
  useEffect(() => { void linkTo(text, PANELS).then(setAddress); }, [text]);
  const title = (store.session.value?.title ?? "").replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const code = `<iframe src="${address.replaceAll("&", "&amp;")}" title="${title}" width="960" height="540" loading="lazy"></iframe>`;
  return html`<section><h3>In a page of your own</h3><p class="note">Everybody who reads that page has a session of their own. The explorer at this address must allow it: start it with <code>--embed https://that.page</code>.</p>
    ${address && html`<${Copied} name="embed" title="Code for a page of your own" text=${code} />`}</section>`;
}
