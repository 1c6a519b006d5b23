// Rows that open: a name, what there is in a few words, and at the right a shape or a count. What is wrong stands in the row.

import { html, signal, useEffect, useRef } from "../../vendor/vendor.js";

/** The row that is open. */
export const opened = signal(/** @type {string | null} */ (null));

/** @param {string} id */
export const toggle = (id) => (opened.value = opened.value === id ? null : id);

/** @param {{id: string, title: string, brief: string, right?: string, small?: string, wrong?: string[], shift?: number | null, grip?: any, onKeyDown?: (event: KeyboardEvent) => void, tools?: any, children: any}} props */
export function Row({ id, title, brief, right = "", small = "", wrong = [], shift = null, grip, onKeyDown, tools, children }) {
  const open = opened.value === id, place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => { if (open) place.current?.scrollIntoView({ block: "nearest" }); }, [open]);
  return html`<li class="part" ref=${place} data-part=${id} data-wrong=${wrong.length ? "" : undefined} data-open=${open ? "" : undefined} style=${{ transform: shift ? `translateY(${shift}px)` : undefined }}>
    <div class="part-head">${grip}<button type="button" class="part-open" aria-expanded=${open} onClick=${() => toggle(id)} onKeyDown=${onKeyDown}><span class="part-turn" aria-hidden="true">›</span><b>${title}</b> <span class="part-brief">${brief}</span>
      <span class="part-right"><span class="num">${right}</span>${small && html`<small>${small}</small>`}</span></button>${open && tools}</div>
    ${wrong.map((text) => html`<p class="trouble" role="alert">${text}</p>`)}
    ${open && html`<div class="part-body">${children}</div>`}</li>`;
}
