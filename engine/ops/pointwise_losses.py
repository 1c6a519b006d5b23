"""Losses that are a sum over entries, each given by one rule and its two slopes."""

from typing import Any

import numpy as np

from engine.ops.activations import softplus
from engine.ops.losses import samples
from engine.ops.pointwise import pointwise

SMALLEST = float(np.finfo(np.float64).tiny)


def huber(a: Any, y: Any, delta: float) -> Any:
    off = np.absolute(a - y)
    near = np.minimum(off, delta)
    return near * (off - 0.5 * near)


def _log(p: Any) -> Any:
    return np.maximum(np.log(p), -100.0)


def _log_rest(p: Any) -> Any:
    return np.maximum(np.log1p(-p), -100.0)


ROWS = (
    pointwise(
        "mae",
        lambda a, y: np.absolute(a - y),
        lambda a, y: np.sign(a - y),
        lambda a, y: -np.sign(a - y),
        symbol="Σ|·|",
        title="mean absolute error",
        does="Compare {0} with the target {1}: mean absolute error",
        sends=(
            "sends back the sign of the error, scaled by how much one entry counts",
            "sends the sign of the error to the target, turned",
        ),
        example=([[1.0, 2.0], [3.0, 4.0]], [[0.0, 2.5], [1.0, 800.0]]),
        doc="Absolute error Σ|a − y|/n; n by `reduction`. Where both are equal the slope used is 0, as in PyTorch.",
    ),
    pointwise(
        "huber",
        huber,
        lambda a, y, delta: np.maximum(np.minimum(a - y, delta), -delta),
        lambda a, y, delta: np.maximum(np.minimum(y - a, delta), -delta),
        options=(("delta", 1.0),),
        symbol="Huber",
        title="Huber loss",
        does="Compare {0} with the target {1}: squared where they are near, straight beyond {delta:g}",
        sends=(
            "sends back the error, held within {delta:g}, scaled by how much one entry counts",
            "sends the error to the target with its sign turned, held within {delta:g}",
        ),
        example=([[1.0, 2.0], [3.0, 4.0]], [[0.25, 2.5], [1.0, 800.0]]),
        doc="Half the squared error up to a distance of `delta`, and delta·(distance − delta/2) beyond it: one far-off "
        "target cannot send back more than delta. n by `reduction`.",
        flops=6,
    ),
    pointwise(
        "bce",
        lambda p, t: -(t * _log(p) + (1 - t) * _log_rest(p)),
        lambda p, t: (p - t) / np.maximum(p * (1 - p), 1e-12),
        lambda p, t: _log_rest(p) - _log(p),
        inputs=("p", "t"),
        latex=(
            r"-({1} \cdot \ln({0}) + (1 - {1}) \cdot \ln(1 - {0}))",
            r"\frac{{{0} - {1}}}{{{0} \cdot (1 - {0})}}",
            r"\ln(1 - {0}) - \ln({0})",
        ),
        symbol="BCE",
        title="binary cross-entropy",
        does="Charge −ln of the probability in {0} that what {1} says got",
        sends=(
            "sends probability minus target over the variance p(1 − p), for each entry's share of the loss",
            "sends the difference of the two logarithms",
        ),
        example=([[0.2, 0.7], [1e-9, 0.5]], [[0.0, 1.0], [1.0, 0.25]]),
        doc="Binary cross-entropy −t·ln p − (1 − t)·ln(1 − p) of probabilities; n by `reduction`. As in PyTorch the "
        "logarithms are held at −100 and p(1 − p) below the fraction at 10⁻¹², so that p = 0 and p = 1 cost no "
        "infinity.",
        flops=12,
    ),
    pointwise(
        "bce_logits",
        lambda z, t: t * softplus(-z) + (1 - t) * softplus(z),
        lambda z, t: 1 / (1 + np.exp(-z)) - t,
        lambda z, t: -z,
        inputs=("z", "t"),
        latex=(
            r"{1} \cdot \ln(1 + e^{{-{0}}}) + (1 - {1}) \cdot \ln(1 + e^{{{0}}})",
            r"\sigma({0}) - {1}",
            r"-{0}",
        ),
        symbol="σ+BCE",
        title="sigmoid with binary cross-entropy",
        does="Turn the scores {0} into probabilities and charge −ln of the one that what {1} says got",
        sends=(
            "sends probability minus target, for each entry's share of the loss",
            "sends minus the score to the target",
        ),
        example=([[1.0, -2.0], [800.0, -800.0]], [[0.0, 1.0], [1.0, 0.25]]),
        doc="Sigmoid and binary cross-entropy in one step, in logarithms: no overflow, no logarithm of 0. Its slope "
        "for the scores is σ(z) − t. n by `reduction`.",
        flops=16,
    ),
    pointwise(
        "hinge",
        lambda a, y: np.maximum(1 - a * y, 0.0),
        lambda a, y: -y * (a * y < 1),
        lambda a, y: -a * (a * y < 1),
        symbol="hinge",
        title="hinge loss",
        does="Charge every entry of {0} what it lacks to 1 in the direction {1}",
        sends=(
            "pushes every score that lacks something in its target's direction, and leaves the others",
            "sends minus the score to the target where something is lacking",
        ),
        example=([[0.5, -2.0], [800.0, -0.25]], [[1.0, 1.0], [1.0, -1.0]]),
        doc="max(0, 1 − a·y) for targets y of +1 and −1; n by `reduction`. At a·y = 1 the slope used is 0.",
    ),
    pointwise(
        "nll",
        lambda q, t: -(t * q),
        lambda q, t: -t,
        lambda q, t: -q,
        inputs=("q", "t"),
        count=samples,
        symbol="−ln p",
        title="negative log-likelihood",
        does="Charge minus the logarithm in {0} that the true class of {1} got",
        sends=(
            "sends minus the target, for each sample's share of the loss",
            "sends minus the logarithm of the probability",
        ),
        example=([[-0.5, -1.0, -800.0], [-2.0, -0.25, -3.0]], [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
        doc="−Σ t·ln p from logarithms of probabilities (rows along the last axis), such as log-softmax gives them.",
        flops=2,
    ),
    pointwise(
        "kl",
        lambda q, t: t * (np.log(np.maximum(t, SMALLEST)) - q),
        lambda q, t: -t,
        lambda q, t: np.log(np.maximum(t, SMALLEST)) + 1 - q,
        inputs=("q", "t"),
        latex=(r"{1} \cdot (\ln({1}) - {0})", r"-{1}", r"\ln({1}) + 1 - {0}"),
        symbol="KL",
        title="Kullback-Leibler divergence",
        does="Charge what the logarithms {0} lack to those of the probabilities {1}",
        sends=(
            "sends minus the target's probability, scaled by how much one entry counts",
            "sends the difference of the logarithms, and 1",
        ),
        example=([[-0.5, -1.0, -800.0], [-2.0, -0.25, -3.0]], [[0.25, 0.5, 0.25], [1e-9, 0.5, 0.25]]),
        doc="Σ t·(ln t − ln p) from logarithms of probabilities, as PyTorch's kl_div: `mean` divides by the number of "
        "entries, `batch` by that of samples (PyTorch's batchmean). A target of 0 costs 0.",
        flops=8,
    ),
)
