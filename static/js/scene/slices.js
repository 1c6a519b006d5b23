// Work in pieces: no task keeps a key, or a frame, waiting.

/** What one piece costs at most. How much each thing costs is estimated, not timed: the same picture is always built in the same pieces. */
const PIECE = 320;

/** @param {Iterator<number, void>} work gives the cost of each thing it did @param {() => boolean} wanted whether anybody still waits for it @param {() => void} done */
export function inSlices(work, wanted, done) {
  for (let cost = 0; cost < PIECE;) {
    const step = work.next();
    if (step.done) return done();
    cost += step.value;
  }
  setTimeout(() => wanted() && inSlices(work, wanted, done));
}
