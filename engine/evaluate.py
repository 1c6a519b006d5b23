"""A run asked for answers to other inputs."""

from __future__ import annotations

import numpy as np

from engine.answers import Evaluator
from engine.run import Run
from engine.spec import NetworkModel
from engine.tape import Array


def evaluate(run: Run, x: Array) -> Array:
    """What a network answers to x (samples, …), with the parameters its iteration began with.

    Raises ValueError for a model that is no network, and `ShapeError` for inputs it cannot take.
    """
    return Evaluator(_network(run), np.asarray(x, np.float64))(values_of(run))


def values_of(run: Run) -> dict[str, Array]:
    """Parameters and running statistics as the iteration found them. Views: the next one overwrites them."""
    kept = {r.target for r in run.graph.running}
    leaves = (n for n in run.graph.leaves if n.role == "parameter" or n.id in kept)
    return {n.label: run.recording.view(run.schedule.values[n.id]) for n in leaves}


def _network(run: Run) -> NetworkModel:
    if run.model.network is None:
        raise ValueError("only a network answers to other inputs; an expression has its own values")
    return run.model.network
