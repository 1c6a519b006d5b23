// One question at a time: while training goes on, what is wanted changes oftener than it can be answered.

import { useEffect, useRef, useState } from "../vendor/vendor.js";
import { ApiError } from "./api.js";

const PAUSE = 150;

/** @template T @typedef {{found: T | null, failed: string | null, key: string}} Answer */

/**
 * What is asked now, whose answer stands, and what is asked next.
 * @template T @typedef {{now: string | null, stands: string | null, wanted: null | {key: string, ask: () => Promise<T>}, busy: boolean, gone: boolean}} Asking
 */

/** The newest answer there is; `key` names what is asked, null asks nothing. @template T @param {string | null} key @param {() => Promise<T>} ask @param {number} [pause] @returns {Answer<T> | null} */
export function useAnswer(key, ask, pause = PAUSE) {
  const [answer, tell] = useState(/** @type {Answer<T> | null} */ (null));
  const asking = useRef(/** @type {Asking<T>} */ ({ now: null, stands: null, wanted: null, busy: false, gone: false })).current;
  useEffect(() => {
    asking.now = key;
    asking.wanted = key === null || key === asking.stands ? null : { key, ask };
    if (!asking.busy) void work(asking, tell, pause);
  }, [key]);
  useEffect(() => () => { asking.gone = true; }, []);
  return answer;
}

/** @template T @param {Asking<T>} asking @param {(answer: Answer<T>) => void} tell @param {number} pause */
async function work(asking, tell, pause) {
  asking.busy = true;
  while (asking.wanted && !asking.gone) {
    const { key, ask } = asking.wanted;
    asking.wanted = null;
    const answer = await ask().then((found) => ({ key, found, failed: null }), (error) => ({ key, found: null, failed: said(error) }));
    if (asking.gone) return;
    if (asking.now === null || asking.now !== asking.stands) { // else somebody went and came back: the right answer stands
      asking.stands = answer.found === null ? null : key;
      tell(answer);
    }
    await new Promise((done) => setTimeout(done, pause));
  }
  asking.busy = false;
}

/** @param {unknown} error */
function said(error) {
  if (error instanceof ApiError) return error.message;
  throw error;
}
