// How a run is called: A is filled, B outlined.

import { html } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { count } from "../model/format.js";

/** @param {{name: "A" | "B"}} props */
export const Side = ({ name }) => html`<b class="side side-${name.toLowerCase()}">${name}</b>`;

/** A way to a place of both. @param {{cursor: number}} props */
export const Go = ({ cursor }) => html`<button type="button" class="link" data-command="go-to-event" data-cursor=${cursor} onClick=${() => actions.seek(cursor)}>${cursor ? `event ${count(cursor)}` : "the start"}</button>`;
