"""Row 22 of the course at full size: LSTM 128 → LSTM 64 → dense 10 over 100 time steps, with and without deriving."""

from contextlib import contextmanager
from time import perf_counter

import numpy as np

from engine import Data, LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, build, keeping
from tests.benchmarks.timing import interleaved

TITLE = "LSTM 128, LSTM 64, dense 10; T = 100"
MIB = 2**20


def model():
    x, y = np.random.default_rng(0).standard_normal((1, 100, 1)), np.eye(10)[:1]
    layers = [
        LayerSpec(type="lstm", name="lstm1", options={"units": 128, "return_sequences": True}),
        LayerSpec(type="lstm", name="lstm2", options={"units": 64}),
        LayerSpec(type="dense", name="dense1", options={"units": 10}),
    ]
    optimizer = OptimizerSpec(name="sgd", learning_rate=0.01)
    network = NetworkModel(layers=layers, loss="softmax_cross_entropy")
    return build(Spec(model=network, optimizer=optimizer), Data(x=x, targets=y, samples=range(1)))


@contextmanager
def all_kept():
    """Nothing is derived."""
    large, keeping.LARGE = keeping.LARGE, 10**9
    try:
        yield
    finally:
        keeping.LARGE = large


def lines():
    start = perf_counter()
    made = model()
    ready = perf_counter()
    run = Run(made)
    end = perf_counter()
    with all_kept():
        kept = Run(made)
    yield f"R22 {TITLE}; {run.schedule.length} events"
    yield f"   {ready - start:.2f} s to build, {end - ready:.2f} s to plan and compute"
    yield f"   kept {bytes_of(run)} of {bytes_of(kept)} MiB; {run.recording.nbytes / MIB:.1f} with what reading leaves"
    times = interleaved({"derived": run.advance, "kept": kept.advance, **late(run)}, seconds=2.0)
    milliseconds = {name: f"{t * 1e3:.1f} ms" for name, t in times.items()}
    yield f"   training step {milliseconds['derived']}; with everything kept {milliseconds['kept']}"
    yield f"   total 98 of 100 alone {milliseconds['alone']}; all totals in order {milliseconds['order']}"


def bytes_of(run):
    return f"{run.recording.buffer.nbytes / MIB:.1f}"


def late(run):
    """Reading what has arrived of the largest weight's gradient."""
    weight = max(run.graph.parameters, key=lambda n: np.prod(n.shape)).id
    totals = [e.total for e in run.schedule.events if e.kind == "contribution" and e.into == weight]

    def forgetting(refs):
        def read():
            for derived in run.recording.derived.values():
                derived.received.forget()
            for ref in refs:
                run.recording.view(ref)

        return read

    return {"alone": forgetting(totals[97:98]), "order": forgetting(totals)}
