"""Networks with batch normalisation that are compared with PyTorch's over several steps and in evaluation."""

from dataclasses import dataclass
from typing import Any

import numpy as np

STEPS = 4
RNG = np.random.default_rng(2026)


@dataclass(frozen=True)
class Case:
    """`kept`: our names of PyTorch's buffers. `new`: other inputs, for evaluation. Batches follow in order."""

    layers: list[tuple[str, dict[str, Any]]]
    x: Any
    y: Any
    batch: int
    rate: float
    parameters: dict[str, Any]
    kept: dict[str, str]
    new: Any


def _drawn(*shape):
    return RNG.normal(0.5, 2.0, shape)


def _norm(layer, channels):
    return {f"{layer}.weight": _drawn(channels), f"{layer}.bias": _drawn(channels)}


CASES = {
    "dense": Case(
        layers=[("dense", {"units": 3}), ("batch_norm", {}), ("tanh", {}), ("dropout", {"p": 0.0}),
                ("dense", {"units": 2})],
        x=_drawn(12, 4), y=_drawn(12, 2), batch=4, rate=0.05,
        parameters={"l0.weight": _drawn(4, 3), "l0.bias": _drawn(3), **_norm("l1", 3), "l4.weight": _drawn(3, 2)},
        kept={"l1.running_mean": "1.running_mean", "l1.running_var": "1.running_var"}, new=_drawn(5, 4),
    ),
    "pictures": Case(
        layers=[("conv2d", {"filters": 2, "kernel": 2}), ("batch_norm", {"momentum": 0.3, "eps": 1e-3}), ("relu", {}),
                ("flatten", {}), ("dense", {"units": 2})],
        x=_drawn(6, 1, 4, 4), y=_drawn(6, 2), batch=2, rate=0.01,
        parameters={"l0.weight": _drawn(2, 1, 2, 2), "l0.bias": _drawn(2), **_norm("l1", 2),
                    "l4.weight": _drawn(18, 2)},
        kept={"l1.running_mean": "1.running_mean", "l1.running_var": "1.running_var"}, new=_drawn(3, 1, 4, 4),
    ),
}  # fmt: skip
