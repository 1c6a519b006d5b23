"""Graphs of many scalar nodes: what building, the first record and a replay cost, and how that grows."""

import gc
from time import process_time

from engine import Run
from engine.build import Builder
from engine.spec import Model
from tests.benchmarks import peers

SIZES = (10_000, 100_000)
HEADER = "W8, ns a node: build + first record (goal 1000), replay (goal 350), growth from 10,000 nodes (goal 1.3)"


def chain(count):
    """y = relu(y·c + b), over and over: one path."""
    builder = Builder()
    y, c, b = (builder.leaf(name, v, "parameter") for name, v in (("x", 0.5), ("c", 0.9), ("b", 0.1)))
    for _ in range(count // 3):
        y = builder.op("relu", y * c + b)
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
    start = process_time()
    run = Run(make(count))
    ready = process_time()
    for _ in range(3):
        run.plan.run()
    return ready - start, (process_time() - ready) / 3


def lines():
    yield HEADER
    for name, (count, work) in peers.chains(SIZES[0]).items():
        start = process_time()
        work()
        yield f"   {name}, the chain once: {(process_time() - start) / count * 1e9:.0f}"
    for name, make in GRAPHS.items():
        first = None
        for count in SIZES:
            times = [t / count * 1e9 for t in map(min, zip(*(measured(make, count) for _ in range(2)), strict=True))]
            first = first or times
            growth = " ".join(f"{now / then:.2f}" for now, then in zip(times, first, strict=True))
            yield f"   {name:<6}{count:>8} nodes: {times[0]:>9.0f} {times[1]:>7.0f}   growth {growth}"
