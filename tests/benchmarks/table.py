"""The table: medians, ratios to the floor, and the goals."""

import os
import subprocess
import sys
from collections.abc import Iterator
from math import isclose
from time import perf_counter

from engine import places
from tests.benchmarks import full, peers, scalars
from tests.benchmarks.timing import THREADS, interleaved
from tests.benchmarks.workloads import WORKLOADS, Workload

HEADER = (
    f"{'work':<37}{'engine':>12}{'floor':>12}{'ratio':>7}  {'goal':<15}{'bytes':<7}{'default threads':<19}"
    "peers, × floor"
)


def lines(only: str = "", seconds: float = 1.0) -> Iterator[str]:
    yield f"peers absent: {', '.join(peers.ABSENT) or 'none'}"
    yield HEADER
    for work in WORKLOADS:
        if work.name.startswith(only):
            yield row(work, seconds)
    if "W8".startswith(only):
        yield from scalars.lines()
    if "R22".startswith(only):
        yield from full.lines()
    if not only:
        yield from imports()


def row(work: Workload, seconds: float) -> str:
    run, floor = work.make()
    others = peers.of(floor)
    for name, step in others.items():
        assert isclose(step(), run.loss, rel_tol=1e-6), f"{name} does other work than {work.name}"
    steps = {"engine": run.advance, "floor": floor.step, **others}
    times = interleaved({name: several(step, work.steps) for name, step in steps.items()}, seconds)
    ratio = times["engine"] / times["floor"]
    met = (times["engine"] * 1e6 if work.absolute else ratio) <= work.goal
    goal = f"{work.goal:g} µs" if work.absolute else f"{work.goal:.2f}"
    beside = ", ".join(f"{name} {times[name] / times['floor']:.2f}" for name in others)
    return (
        f"{work.name + ' ' + work.title:<37}{micro(times['engine'])}{micro(times['floor'])}{ratio:>7.2f}  "
        f"{goal + (' met' if met else ' missed'):<15}{bytes_ratio(run):<7.3f}{threaded(work, seconds):<19}{beside}"
    )


def threaded(work: Workload, seconds: float) -> str:
    """The engine and its ratio to the floor with as many threads as BLAS likes, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks", "--pair", work.name, "--seconds", str(seconds)]
    free = {name: value for name, value in os.environ.items() if name not in THREADS}
    told = subprocess.run(command, env=free, check=True, capture_output=True, text=True).stdout
    engine, floor = map(float, told.split())
    return f"{micro(engine)} {engine / floor:.2f}"


def pair(name: str, seconds: float) -> str:
    """Seconds of the engine and of the floor, for `threaded`."""
    work = next(work for work in WORKLOADS if work.name == name)
    run, floor = work.make()
    steps = {"engine": run.advance, "floor": floor.step}
    times = interleaved({name: several(step, work.steps) for name, step in steps.items()}, seconds)
    return f"{times['engine']} {times['floor']}"


def several(step, count):
    if count == 1:
        return step

    def steps():
        for _ in range(count):
            step()

    return steps


def micro(seconds: float) -> str:
    return f"{seconds * 1e6:>9.1f} µs"


def bytes_ratio(run) -> float:
    """What is kept, over the distinct arrays that events speak of: those of equal numbers count once. Goal 1.1."""
    kept = run.schedule.stored
    spoken = {ref for event in run.schedule.events for ref in places(event).values()}
    spoken |= {*run.schedule.values, *(ref for _, _, ref, _ in run.schedule.slots)}
    distinct = {run.recording.view(ref).tobytes(): ref.size for ref in spoken if ref.offset < kept}
    return kept / sum(distinct.values())


def imports() -> Iterator[str]:
    """What `import engine` takes beyond NumPy's own import, each in a fresh interpreter."""
    times = interleaved(
        {name: lambda name=name: fresh(name) for name in ("numpy", "engine")}, seconds=4.0, clock=perf_counter
    )
    more = (times["engine"] - times["numpy"]) * 1e3
    yield f"import engine: {times['engine'] * 1e3:.0f} ms, {more:.0f} ms more than NumPy (goal 20)"


def fresh(module: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
