// Module worker: {ticket, graph, options} in, {ticket, result} or {ticket, error} out.
import { inbox } from "./layout/inbox.js";
import { layout } from "./layout.js";

const take = inbox(layout, (answer) => self.postMessage(answer), (work) => setTimeout(work));

self.addEventListener("message", (event) => take(event.data));
