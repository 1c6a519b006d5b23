"""Cross-entropies: minus the logarithm of the probability that the true class got.

`smoothing` s takes s of the target from the true class and shares it equally among all K: (1 − s)·t + s/K.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from engine.op import Op
from engine.ops import cross_entropies_text as text
from engine.ops.losses import REDUCTION, classes, samples, tangent
from engine.ops.softmax import softmax_line
from engine.tape import Options

OPTIONS: Options = (*REDUCTION, ("smoothing", 0.0))


def smoothed(t: Any, smoothing: float) -> Any:
    return t * (1 - smoothing) + smoothing / t.shape[-1] if smoothing else t


def _each(g: Any, x: Any, reduction: str) -> Any:
    """What reaches every sample of upstream."""
    return g / samples(x.shape, reduction)


def _target(g: Any, x: Any, reduction: str, smoothing: float) -> Any:
    """What reaches the target of every sample: smoothing holds back its share."""
    return _each(g, x, reduction) * (1 - smoothing) if smoothing else _each(g, x, reduction)


# --- of probabilities ---


def cross_entropy(p: Any, t: Any, reduction: str, smoothing: float) -> Any:
    return -(smoothed(t, smoothing) * np.log(p)).sum() / samples(p.shape, reduction)


def _to_probabilities(g: Any, loss: Any, p: Any, t: Any, reduction: str, smoothing: float) -> Any:
    return -(smoothed(t, smoothing) / p) * _each(g, p, reduction)


def _to_target(g: Any, loss: Any, p: Any, t: Any, reduction: str, smoothing: float) -> Any:
    return -np.log(p) * _target(g, p, reduction, smoothing)


# --- of scores ---


def softmax_cross_entropy(z: Any, t: Any, reduction: str, smoothing: float) -> tuple[Any, Any]:
    """Loss and probabilities; in logarithms, so that a probability of 0 costs no infinity."""
    shifted = z - z.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    below = e.sum(axis=-1, keepdims=True)
    loss = (smoothed(t, smoothing) * (np.log(below) - shifted)).sum() / samples(z.shape, reduction)
    return loss, e / below


def _fused_to_target(g: Any, loss: Any, p: Any, z: Any, t: Any, reduction: str, smoothing: float) -> Any:
    """dL/dt = −ln p, from the scores rather than from p, which may have rounded to 0."""
    shifted = z - z.max(axis=-1, keepdims=True)
    logarithms = np.log(np.exp(shifted).sum(axis=-1, keepdims=True)) - shifted
    return logarithms * _target(g, z, reduction, smoothing)


def _fused_to_scores(g: Any, loss: Any, p: Any, z: Any, t: Any, reduction: str, smoothing: float) -> Any:
    """p·Σt − t: with a target that adds up to 1, p − t."""
    t = smoothed(t, smoothing)
    return (p * t.sum(axis=-1, keepdims=True) - t) * _each(g, z, reduction)


ROWS = (
    Op(
        name="cross_entropy",
        family="plain",
        symbol="CE",
        title="cross-entropy",
        inputs=("p", "t"),
        does="Charge −ln of the probability in {0} that the true class of {1} got",
        sends=(
            "sends minus target over probability, for each sample's share of the loss",
            "sends minus ln of the probability",
        ),
        forward=cross_entropy,
        vjps=(_to_probabilities, _to_target),
        jvp=lambda dxs, loss, p, t, **o: tangent(
            dxs, _to_probabilities(1.0, loss, p, t, **o), _to_target(1.0, loss, p, t, **o)
        ),
        shape=classes("cross_entropy"),
        flops=lambda p, t, **o: 6 * prod(p),
        latex=text.latex("{0}_{{ik}}"),
        local=(
            lambda names, options=(): (
                rf"-\frac{{{text.smooth_latex(f'{names[2].text}_{{ik}}', options)}}}{{B\,{names[1].text}_{{ik}}}}"
            ),
            text.latex_to_target("{0}_{{ik}}"),
        ),
        numpy=text.line,
        numpy_vjp=(text.sent_line, text.sent_to_target_line),
        entry=text.entry,
        entry_vjp=(text.sent, text.sent_to_target),
        options=OPTIONS,
        example=([[0.2, 0.7, 0.1], [0.1, 0.2, 0.7]], [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
        doc="Cross-entropy −Σ t·ln p of probabilities (rows along the last axis) against targets. "
        "A probability of 0 for the true class costs infinity. `smoothing` shares that much of the target equally "
        "among all classes.",
    ),
    Op(
        name="softmax_cross_entropy",
        family="plain",
        symbol="softmax+CE",
        title="softmax with cross-entropy",
        inputs=("z", "t"),
        does="Turn the scores {0} into probabilities and charge −ln of the one the true class of {1} got",
        sends=(
            "sends probability minus target (a sample's targets adding up to 1), for each sample's share of the loss",
            "sends minus ln of the probability",
        ),
        forward=softmax_cross_entropy,
        saved=("probabilities",),
        vjps=(_fused_to_scores, _fused_to_target),
        jvp=lambda dxs, loss, p, z, t, **o: tangent(
            dxs, _fused_to_scores(1.0, loss, p, z, t, **o), _fused_to_target(1.0, loss, p, z, t, **o)
        ),
        shape=classes("softmax_cross_entropy"),
        flops=lambda z, t, **o: 9 * prod(z),
        latex=text.latex(r"\mathrm{{softmax}}({0})_{{ik}}"),
        local=(
            lambda names, options=(): (
                rf"\frac{{p_{{ik}} \sum_j {text.smooth_latex(f'{names[2].text}_{{ij}}', options)}"
                rf" - {text.smooth_latex(f'{names[2].text}_{{ik}}', options)}}}{{B}}"
            ),
            text.latex_to_target("p_{{ik}}"),
        ),
        numpy=text.fused_line,
        numpy_saved=(lambda names, options: softmax_line(names),),
        numpy_vjp=(
            lambda names, options: "({0} * {1}.sum(-1, keepdims=True) - {1}) * {2}".format(
                names[2].text,
                text.smooth_line(names[4].text, options),
                text.share_line(names[0].text, names[3].text, options),
            ),
            lambda names, options: "(np.logaddexp.reduce({0}, axis=-1, keepdims=True) - {0}) * {1}".format(
                names[3].text, text.share_line(names[0].text, names[3].text, options, target=True)
            ),
        ),
        entry=text.fused_entry,
        entry_vjp=(text.fused_sent, text.fused_sent_to_target),
        options=OPTIONS,
        example=([[1.0, 2.0, 3.0], [800.0, 0.0, -800.0]], [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
        doc="Softmax and cross-entropy in one step, in logarithms: no overflow, no logarithm of 0. "
        "Its slope for the scores is p·Σt − t: with targets that add up to 1, p − t. `smoothing` shares that much of "
        "the target equally among all classes.",
    ),
)
