// A file for whoever sits here.

import * as store from "../store.js";

/** What a file of this training step is called. @param {string} ending */
export const named = (ending) => `${store.session.peek()?.example ?? "model"}-${store.iteration.peek()}${ending}`;

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** An answer as the file that it says it is. @param {Response} answer */
export async function saveAnswer(answer) {
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  save(await answer.blob(), named?.[1] ?? "session");
}
