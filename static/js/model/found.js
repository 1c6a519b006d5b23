// Which examples are found by the words typed: those that have all of them, in any order.

/** @param {{id: string, title: string, summary: string, group: string}} example @param {string} words */
export function found({ id, title, summary, group }, words) {
  const text = `${id} ${title} ${summary} ${group}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
