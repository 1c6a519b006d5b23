"""python3 -m tests.benchmarks: the engine, everything recorded, beside NumPy by hand that records nothing."""

import argparse
import os


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="work whose name begins so, such as W5")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each candidate (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="threads of BLAS (default: %(default)s)")
    chosen = parser.parse_args()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(chosen.threads)  # read once, when NumPy is imported

    from tests.benchmarks import table

    for line in table.lines(chosen.only, chosen.seconds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
