/** @import {Graph, Layout, Options} from "./types.js" */

/** @typedef {{ticket: number, graph: Graph, options?: Partial<Options>}} Question */
/** @typedef {{ticket: number, result: Layout} | {ticket: number, error: string}} Answer */

/**
 * Takes questions and answers the newest only: those that were overtaken while waiting are dropped.
 *
 * @param {(graph: Graph, options?: Partial<Options>) => Layout} layout
 * @param {(answer: Answer) => void} reply
 * @param {(work: () => void) => void} later runs the work after the messages that have already arrived
 * @returns {(question: Question) => void}
 */
export function inbox(layout, reply, later) {
  /** @type {Question | null} */
  let newest = null;
  const work = () => {
    const question = newest;
    newest = null;
    if (question) reply(answer(question, layout));
  };
  return (question) => {
    if (!newest) later(work);
    newest = question;
  };
}

/** @param {Question} question @param {(graph: Graph, options?: Partial<Options>) => Layout} layout @returns {Answer} */
function answer({ ticket, graph, options }, layout) {
  try {
    return { ticket, result: layout(graph, options) };
  } catch (error) {
    return { ticket, error: error instanceof Error ? error.message : String(error) };
  }
}
