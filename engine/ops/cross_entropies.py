"""Cross-entropies: minus the logarithm of the probability that the true class got.

`smoothing` s takes s of the target from the true class and shares it equally among all K: (1 − s)·t + s/K.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from engine.notation import Text, exact
from engine.op import Index, Op, Pick, series
from engine.ops.losses import REDUCTION, classes, samples, tangent
from engine.ops.softmax import exponentials, softmax_line
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


# --- texts ---


def _smoothing(options: Options) -> str:
    """The share of the target that is spread, as text; empty where there is none."""
    smoothing = dict(options).get("smoothing")
    return exact(smoothing) if smoothing else ""


def _smooth_latex(t: str, options: Options) -> str:
    s = _smoothing(options)
    return rf"((1 - {s})\,{t} + \frac{{{s}}}{{K}})" if s else t


def _smooth_line(t: str, options: Options) -> str:
    s = _smoothing(options)
    return f"({t} * (1 - {s}) + {s} / {t}.shape[-1])" if s else t


def _share_line(g: str, x: str, options: Options, *, target: bool = False) -> str:
    """Upstream divided by the number of samples; for the target, without what smoothing holds back."""
    below = "1" if dict(options)["reduction"] == "sum" else f"{x}[..., 0].size"
    held = f" * (1 - {s})" if target and (s := _smoothing(options)) else ""
    return f"({g} / {below}{held})"


def _count(x: str, options: Options) -> str:
    return "1" if dict(options)["reduction"] == "sum" else f"{x}[..., 0].size"


def _line(names: Sequence[Text], options: Options) -> str:
    p, t = (n.text for n in names)
    return f"-np.sum({_smooth_line(t, options)} * np.log({p})) / {_count(p, options)}"


def _sent_line(names: Sequence[Text], options: Options) -> str:
    g, _, p, t = (n.text for n in names)
    return f"-({_smooth_line(t, options)} / {p}) * {_share_line(g, p, options)}"


def _sent_to_target_line(names: Sequence[Text], options: Options) -> str:
    g, _, p, _ = (n.text for n in names)
    return f"-np.log({p}) * {_share_line(g, p, options, target=True)}"


def _tilde(pick: Pick, at: Index) -> str:
    """A target as it is charged."""
    s = _smoothing(tuple(pick.options.items()))
    t = pick.x(1, *at)
    return rf"((1 - {s}) \cdot {t} + \frac{{{s}}}{{{pick.shape(1)[-1]}}})" if s else t


def _true_classes(pick: Pick, term: Callable[..., str]) -> str:
    """One term per entry, divided by the number of samples."""
    shape = pick.shape(0)
    below = samples(shape, pick.options["reduction"])
    if below == 1:
        return f"-{series(shape, term, ' - ', most=4)}"
    return rf"-\frac{{{series(shape, term, most=4)}}}{{{below}}}"


def _share(pick: Pick, text: str) -> str:
    """What one sample sends back: its part of the batch."""
    below = samples(pick.shape(0), pick.options["reduction"])
    return text if below == 1 else rf"\frac{{{text}}}{{{below}}}"


def _held_back(pick: Pick) -> str:
    s = _smoothing(tuple(pick.options.items()))
    return rf"(1 - {s}) \cdot " if s else ""


def _fused_entry(pick: Pick, index: Index) -> str:
    return _true_classes(pick, lambda *at: rf"{_tilde(pick, at)} \cdot \ln({pick.saved(0, *at)})")


def _fused_sent(pick: Pick, index: Index) -> str:
    return _share(pick, rf"({pick.saved(0, *index)} - {_tilde(pick, index)}) \cdot {pick.g()}")


def _fused_sent_to_target(pick: Pick, index: Index) -> str:
    """−ln p from the scores, as the rule has it."""
    below = rf"\ln({exponentials(pick, index)})"
    return _share(pick, rf"{_held_back(pick)}({below} - {pick.x(0, *index)}) \cdot {pick.g()}")


def _entry(pick: Pick, index: Index) -> str:
    return _true_classes(pick, lambda *at: rf"{_tilde(pick, at)} \cdot \ln({pick.x(0, *at)})")


def _sent(pick: Pick, index: Index) -> str:
    below = samples(pick.shape(0), pick.options["reduction"])
    times = "" if below == 1 else rf"{below} \cdot "
    return rf"-\frac{{{_tilde(pick, index)}}}{{{times}{pick.x(0, *index)}}} \cdot {pick.g()}"


def _sent_to_target(pick: Pick, index: Index) -> str:
    sent = rf"{_held_back(pick)}\ln({pick.x(0, *index)}) \cdot {pick.g()}"
    return f"-{_share(pick, sent)}"


def _latex(probability: str) -> Callable[[Sequence[Text], Options], str]:
    def line(names: Sequence[Text], options: Options = ()) -> str:
        target = _smooth_latex(f"{names[1].text}_{{ik}}", options)
        return rf"-\frac{{1}}{{B}} \sum_i \sum_k {target} \ln {probability.format(names[0].text)}"

    return line


def _latex_to_target(probability: str) -> Callable[[Sequence[Text], Options], str]:
    def line(names: Sequence[Text], options: Options = ()) -> str:
        held = f"1 - {s}" if (s := _smoothing(options)) else "1"
        return rf"-\frac{{{held}}}{{B}} \ln {probability.format(names[1].text)}"

    return line


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
        latex=_latex("{0}_{{ik}}"),
        local=(
            lambda names, options=(): (
                rf"-\frac{{{_smooth_latex(f'{names[2].text}_{{ik}}', options)}}}{{B\,{names[1].text}_{{ik}}}}"
            ),
            _latex_to_target("{0}_{{ik}}"),
        ),
        numpy=_line,
        numpy_vjp=(_sent_line, _sent_to_target_line),
        entry=_entry,
        entry_vjp=(_sent, _sent_to_target),
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
            "sends probability minus target, for each sample's share of the loss",
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
        latex=_latex(r"\mathrm{{softmax}}({0})_{{ik}}"),
        local=(
            lambda names, options=(): rf"\frac{{p_{{ik}} - {_smooth_latex(f'{names[2].text}_{{ik}}', options)}}}{{B}}",
            _latex_to_target("p_{{ik}}"),
        ),
        numpy=lambda names, options: (
            "np.sum({1} * (np.logaddexp.reduce({0}, axis=-1, keepdims=True) - {0})) / {2}".format(
                names[0].text, _smooth_line(names[1].text, options), _count(names[0].text, options)
            )
        ),
        numpy_saved=(lambda names, options: softmax_line(names),),
        numpy_vjp=(
            lambda names, options: "({0} * {1}.sum(-1, keepdims=True) - {1}) * {2}".format(
                names[2].text,
                _smooth_line(names[4].text, options),
                _share_line(names[0].text, names[3].text, options),
            ),
            lambda names, options: "(np.logaddexp.reduce({0}, axis=-1, keepdims=True) - {0}) * {1}".format(
                names[3].text, _share_line(names[0].text, names[3].text, options, target=True)
            ),
        ),
        entry=_fused_entry,
        entry_vjp=(_fused_sent, _fused_sent_to_target),
        options=OPTIONS,
        example=([[1.0, 2.0, 3.0], [800.0, 0.0, -800.0]], [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
        doc="Softmax and cross-entropy in one step, in logarithms: no overflow, no logarithm of 0. "
        "Its slope for the scores is p − t. `smoothing` shares that much of the target equally among all classes.",
    ),
)
