// Which event wrote a number first.

/** @typedef {import("../types").Trace} Trace */

/** @type {WeakMap<object, Map<number, number>>} */
const known = new WeakMap();

/** The event that made the array at this place; null for what no event makes. @param {Trace} trace @param {number} offset @returns {number | null} */
export function makerOf(trace, offset) {
  const makers = known.get(trace.schedule) ?? remember(trace);
  return makers.get(offset) ?? null;
}

/** @param {Trace} trace */
function remember({ schedule, events }) {
  const makers = new Map(), given = new Set(schedule.values.map(({ offset }) => offset));
  for (const event of events) {
    if (event.kind === "forward") given.delete(event.value.offset);
  }
  for (const { offset, index } of events.flatMap(written)) {
    if (!makers.has(offset) && !given.has(offset)) makers.set(offset, index);
  }
  known.set(schedule, makers);
  return makers;
}

/** What an event writes. @param {import("../types").TraceEvent} event @returns {{offset: number, index: number}[]} */
function written(event) {
  const refs = ["value" in event ? event.value : null, "total" in event ? event.total : null];
  return refs.flatMap((ref) => (ref ? [{ offset: ref.offset, index: event.index }] : []));
}
