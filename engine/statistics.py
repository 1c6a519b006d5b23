"""Running statistics: what a normalisation keeps of its batches, to normalise by when the network is not training.

Semantics are PyTorch's: what is kept moves by the share `momentum` towards what the batch has, and the variance that
is kept is the one divided by the count less one.
"""

from __future__ import annotations

from math import prod
from typing import Any

from engine.graph import Graph, Running
from engine.tape import Options, Rule


def mean(kept: Any, found: Any, momentum: float, count: int) -> Any:
    return (1 - momentum) * kept + momentum * found


def variance(kept: Any, found: Any, momentum: float, count: int) -> Any:
    """A batch's variance is divided by its count m; that of all samples is estimated by m − 1."""
    return (1 - momentum) * kept + momentum * (count / (count - 1) * found)


RULES: dict[str, Rule] = {"mean": mean, "variance": variance}  # by what the node saves


def settings(graph: Graph, running: Running) -> Options:
    """Momentum, and the count of numbers in one channel of the batch."""
    x = graph.nodes[graph.nodes[running.node].inputs[0]].shape
    return (("momentum", running.momentum), ("count", prod(x) // x[1]))
