/** @import {Graph, Layout, Options} from "./layout/types.js" */
/** @import {Answer} from "./layout/inbox.js" */

/**
 * Asks a worker for layouts. Only the newest question counts: a promise that was overtaken gives null.
 *
 * @param {() => Worker} startWorker called at the first question, and after the worker broke
 * @returns {(graph: Graph, options?: Partial<Options>) => Promise<Layout | null>}
 */
export function layoutClient(startWorker) {
  /** @type {Worker | null} */
  let worker = null;
  let ticket = 0;
  /** @type {{resolve: (layout: Layout | null) => void, reject: (error: Error) => void} | null} */
  let asker = null;
  const settle = () => {
    const settled = asker;
    asker = null;
    return settled;
  };
  const start = () => {
    const started = startWorker();
    started.onmessage = ({ data }) => data.ticket === ticket && deliver(data, settle());
    started.onerror = (event) => {
      worker = null;
      settle()?.reject(new Error(event.message || "layout: the worker could not be started"));
    };
    return started;
  };
  return (graph, options) => {
    settle()?.resolve(null);
    worker ??= start();
    worker.postMessage({ ticket: ++ticket, graph, options });
    return new Promise((resolve, reject) => {
      asker = { resolve, reject };
    });
  };
}

/** @param {Answer} answer @param {{resolve: (layout: Layout) => void, reject: (error: Error) => void} | null} asker */
function deliver(answer, asker) {
  if ("error" in answer) asker?.reject(new Error(answer.error));
  else asker?.resolve(answer.result);
}

export const requestLayout = layoutClient(
  () => new Worker(new URL("./layout-worker.js", import.meta.url), { type: "module" }),
);
