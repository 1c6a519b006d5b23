"""Graphs of many scalar nodes: what building, the first record and a replay cost, and how that grows."""

import gc
from time import perf_counter

from engine import Run
from engine.build import Builder
from engine.spec import Model

SIZES = (10_000, 100_000)
HEADER = "W8, ns a node: build + first record (goal 1000), replay (goal 350), growth from 10,000 nodes (goal 1.3)"


def chain(count):
    """y = tanh(y·c), over and over: one path."""
    builder = Builder()
    y, c = builder.leaf("x", 0.5, "parameter"), builder.leaf("c", 0.9, "parameter")
    for _ in range(count // 2):
        y = builder.op("tanh", y * c)
    return built(builder, y)


def crossed(count):
    """Two values that each step mixes: every node has two users, so paths double all the way."""
    builder = Builder()
    a, b = builder.leaf("a", 0.5, "parameter"), builder.leaf("b", 0.3, "parameter")
    for _ in range(count // 4):
        a, b = builder.op("tanh", a + b), builder.op("tanh", a - b)
    return built(builder, a * b)


def built(builder, output):
    return Model(graph=builder.build(output), values=builder.values)


GRAPHS = {"chain": chain, "DAG": crossed}


def measured(make, count):
    """Seconds for building with the first record, and for one replay."""
    gc.collect()
    start = perf_counter()
    run = Run(make(count))
    ready = perf_counter()
    run.plan.run()
    return ready - start, perf_counter() - ready


def lines():
    yield HEADER
    for name, make in GRAPHS.items():
        first = None
        for count in SIZES:
            times = [t / count * 1e9 for t in map(min, zip(*(measured(make, count) for _ in range(2)), strict=True))]
            first = first or times
            growth = " ".join(f"{now / then:.2f}" for now, then in zip(times, first, strict=True))
            yield f"   {name:<6}{count:>8} nodes: {times[0]:>9.0f} {times[1]:>7.0f}   growth {growth}"
