// Native dialogs, so focus and Escape are the browser's. What stands in one is fetched when it is first opened.

import { html, useEffect, useRef } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { part } from "../lazy.js";
import * as store from "../store.js";

/** @typedef {NonNullable<typeof store.dialog.value>} Name */

/** @type {Record<Name, {title: string, content: import("../lazy.js").Part<() => any>}>} */
const SHEETS = {
  gallery: { title: "Examples", content: part(() => import("./gallery.js").then(({ Gallery }) => Gallery)) },
  help: { title: "Keys", content: part(() => import("./help.js").then(({ Help }) => Help)) },
  setup: { title: "Change how it trains", content: part(() => import("./setup.js").then(({ Setup }) => Setup)) },
  twin: { title: "Compare with a twin that differs in one thing", content: part(() => import("./twin.js").then(({ Twin }) => Twin)) },
  build: { title: "Build a model", content: part(() => import("../build/dialog.js").then(({ Build }) => Build)) },
  doctor: { title: "Doctor", content: part(() => import("../doctor/doctor.js").then(({ Doctor, styled }) => styled.then(() => Doctor))) },
  share: { title: "Share", content: part(() => import("./share.js").then(({ Share }) => Share)) },
  join: { title: "Join a session", content: part(() => import("./join.js").then(({ Join }) => Join)) },
  batch: { title: "The samples of this training step", content: part(() => import("./batch.js").then(({ Batch }) => Batch)) },
  table: { title: "This training step so far", content: part(() => import("./table.js").then(({ Table }) => Table)) },
  palette: { title: "Find a command", content: part(() => import("./palette.js").then(({ Palette }) => Palette)) },
};

export function Dialogs() {
  return Object.entries(SHEETS).map(([name, { title, content }]) => html`<${Sheet} key=${name} name=${name} title=${title} content=${content} />`);
}

const close = () => (store.dialog.value = null);

/** @param {{name: Name, title: string, content: import("../lazy.js").Part<() => any>}} props */
function Sheet({ name, title, content }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null)), ours = useRef(0);
  const wanted = store.dialog.value === name, Content = content.here.value, open = wanted && Content !== null;
  useEffect(() => { if (wanted && !Content) void fetch(content); }, [wanted]);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else if (dialog.current?.open) {
      ours.current += 1;
      dialog.current.close();
    }
  }, [open]);
  /** The browser tells late that it closed: what was closed here may be wanted again by then, or another one. Of Escape it tells at once, so that the next key is the page's. */
  const closed = () => {
    if (ours.current > 0) ours.current -= 1;
    else if (store.dialog.peek() === name) close();
  };
  /** Not what happens inside: a file that was not chosen after all is cancelled, too. @param {Event} event */
  const left = (event) => { if (event.target === dialog.current) close(); };
  return html`<dialog ref=${dialog} class=${name} aria-label=${title} onCancel=${left} onClose=${closed} onClick=${left}>
    <header><h2>${title}</h2><button type="button" class="quiet-button" data-command="close-${name}" aria-label="Close" onClick=${close}>✕</button></header>
    ${open && html`<${Content} />`}</dialog>`;
}

/** A dialog that cannot be shown takes no keys. @param {import("../lazy.js").Part<unknown>} content */
async function fetch(content) {
  if (await content.fetch()) return;
  close();
  actions.lost();
}
