"""python3 -m tests.benchmarks: the engine, everything recorded, beside NumPy by hand that records nothing."""

import argparse
import os
import sys

from tests.benchmarks.timing import THREADS

# Memory given back to the system comes with page faults when it is asked for again, which costs code that makes new
# arrays up to four times its work. A user who cares sets this; the floor is measured so, at its best.
MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
    "MALLOC_TOP_PAD_": str(1 << 26),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="work whose name begins so, such as W5")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each candidate (default: %(default)s)")
    parser.add_argument("--runs", action="store_true", help="a service that trains, instead of the engine alone")
    parser.add_argument("--pair", default="", help="tell the seconds of this work alone, with BLAS's own threads")
    chosen = parser.parse_args()
    _begin_with(MALLOC if chosen.pair else MALLOC | dict.fromkeys(THREADS, "1"))

    from tests.benchmarks import table, training

    if chosen.pair:
        print(table.pair(chosen.pair, chosen.seconds))
        return
    for line in training.lines() if chosen.runs else table.lines(chosen.only, chosen.seconds):
        print(line, flush=True)


def _begin_with(environment: dict[str, str]) -> None:
    """What is read only once, when a process begins: begin again where it is not set."""
    if not environment.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, "-m", "tests.benchmarks", *sys.argv[1:]], os.environ | environment)


if __name__ == "__main__":
    main()
