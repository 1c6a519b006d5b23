"""Medians of work that is done in turns, so that a slow spell of the machine falls on all alike."""

import os
from statistics import median
from time import perf_counter, process_time

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

# With one thread, the processor's time: what others do on the machine does not count.
CLOCK = process_time if os.environ.get("OPENBLAS_NUM_THREADS") == "1" else perf_counter


def interleaved(works, seconds=1.0, fewest=5, clock=CLOCK):
    """The median time of one call of each work, in seconds: turns are taken until the time is over."""
    counts = {name: _calls(work, clock) for name, work in works.items()}
    found = {name: [] for name in works}
    end = perf_counter() + seconds * len(works)
    while perf_counter() < end or len(next(iter(found.values()))) < fewest:
        for name, work in works.items():
            found[name].append(_timed(work, counts[name], clock))
    return {name: median(times) for name, times in found.items()}


def _timed(work, count, clock):
    start = clock()
    for _ in range(count):
        work()
    return (clock() - start) / count


def _calls(work, clock, turn=0.005):
    """So many calls take about one turn; the first ones warm up."""
    work()
    return max(1, int(turn / max(_timed(work, 2, clock), 1e-7)))
