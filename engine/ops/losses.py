"""Loss functions. Every row takes `reduction`: how the losses of the samples become one number.

`mean` divides by the number of losses (for squared errors: of entries), `batch` by the number of samples,
`sum` by nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Op, Pick, ShapeError, series
from engine.ops.activations import exponentials, softmax_line
from engine.tape import Options, Shape

REDUCTION = (("reduction", "mean"),)


def entries(shape: Shape, reduction: str) -> int:
    """What a sum of squared errors over `shape` is divided by."""
    return {"mean": prod(shape), "batch": shape[0] if shape else 1, "sum": 1}[reduction]


def samples(shape: Shape, reduction: str) -> int:
    """What a sum of cross-entropies over rows of classes is divided by."""
    return 1 if reduction == "sum" else prod(shape[:-1])


def _same(name: str) -> Callable[..., Shape]:
    def shape(a: Shape, b: Shape, reduction: str) -> Shape:
        if a != b:
            raise ShapeError(f"{name}: the output has shape {a} and the target {b}; they must be equal")
        return ()

    return shape


def _classes(name: str) -> Callable[..., Shape]:
    def shape(a: Shape, t: Shape, reduction: str) -> Shape:
        if not a:
            raise ShapeError(f"{name}: expected at least 1 axis (the classes), got shape ()")
        return _same(name)(a, t, reduction)

    return shape


# --- squared errors ---------------------------------------------------------------------------------------------


def _squared(name: str, title: str, factor: float, doc: str) -> Op:
    """factor · Σ (a − y)² / n."""
    slope = 2 * factor
    half = r"\frac{1}{2n}" if factor == 0.5 else r"\frac{1}{n}"
    twice = r"\frac{1}{n}" if factor == 0.5 else r"\frac{2}{n}"

    def forward(a: Any, y: Any, reduction: str) -> Any:
        return np.square(a - y).sum() * (factor / entries(a.shape, reduction))

    def vjp(g: Any, loss: Any, a: Any, y: Any, reduction: str) -> Any:
        return (a - y) * (g * (slope / entries(a.shape, reduction)))

    def line(names: Sequence[Text], options: Options) -> str:
        a, y = (n.text for n in names)
        return f"np.sum(({a} - {y})**2) * {_numpy_factor(factor, a, options)}"

    def sent(sign: str) -> Callable[[Sequence[Text], Options], str]:
        def vjp_line(names: Sequence[Text], options: Options) -> str:
            g, _, a, y = (n.text for n in names)
            return f"{sign}({a} - {y}) * ({g} * {_numpy_factor(slope, a, options)})"

        return vjp_line

    def entry(pick: Pick, index: tuple[int, ...]) -> str:
        shape = pick.shape(0)
        below = entries(shape, pick.options["reduction"]) / factor
        squares = series(shape, lambda *at: f"({pick.x(0, *at)} - {pick.x(1, *at)})^2", most=4)
        return rf"\frac{{{squares}}}{{{below:.15g}}}"

    def entry_sent(sign: str) -> Callable[[Pick, tuple[int, ...]], str]:
        def entry_vjp(pick: Pick, index: tuple[int, ...]) -> str:
            count = entries(pick.shape(0), pick.options["reduction"])
            error = rf"({pick.x(0, *index)} - {pick.x(1, *index)}) \cdot {pick.g()}"
            slopes = error if slope == 1 else rf"{slope:g} \cdot {error}"
            return f"{sign}{slopes}" if count == 1 else rf"{sign}\frac{{{slopes}}}{{{count}}}"

        return entry_vjp

    return Op(
        name=name,
        family="plain",
        symbol="½Σ(·)²" if factor == 0.5 else "Σ(·)²",
        title=title,
        inputs=("a", "y"),
        does="Compare {0} with the target {1}: " + title,
        sends=(
            "sends back the error, output minus target, scaled by how much one entry counts",
            "sends the error to the target with its sign turned",
        ),
        forward=forward,
        vjps=(vjp, lambda g, loss, a, y, reduction: -vjp(g, loss, a, y, reduction)),
        jvp=lambda dxs, loss, a, y, reduction: _tangent(
            dxs, vjp(1.0, loss, a, y, reduction), -vjp(1.0, loss, a, y, reduction)
        ),
        shape=_same(name),
        flops=lambda a, y, reduction: 3 * prod(a) + 1,
        latex=lambda names, options=(): rf"{half} \sum_i ({names[0].text}_i - {names[1].text}_i)^2",
        local=(
            lambda names, options=(): rf"{twice} ({names[1].text} - {names[2].text})",
            lambda names, options=(): rf"-{twice} ({names[1].text} - {names[2].text})",
        ),
        numpy=line,
        numpy_vjp=(sent(""), sent("-")),
        entry=entry,
        entry_vjp=(entry_sent(""), entry_sent("-")),
        options=REDUCTION,
        example=([[1.0, 2.0], [3.0, 4.0]], [[0.0, 2.5], [1.0, 4.0]]),
        doc=doc,
    )


def _numpy_factor(factor: float, a: str, options: Options) -> str:
    below = {"mean": f" / {a}.size", "batch": f" / len(np.atleast_1d({a}))", "sum": ""}[dict(options)["reduction"]]
    return f"({factor:g}{below})"


def _tangent(dxs: Sequence[Any], *slopes: Any) -> Any:
    """Σ of every slope times its input's tangent; an input without a tangent (None) adds nothing."""
    return np.asarray(sum((np.sum(slope * dx) for slope, dx in zip(slopes, dxs, strict=True) if dx is not None), 0.0))


# --- cross-entropies --------------------------------------------------------------------------------------------


def cross_entropy(p: Any, t: Any, reduction: str) -> Any:
    return -(t * np.log(p)).sum() / samples(p.shape, reduction)


def softmax_cross_entropy(z: Any, t: Any, reduction: str) -> tuple[Any, Any]:
    """Loss and probabilities; in logarithms, so that a probability of 0 costs no infinity."""
    shifted = z - z.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    below = e.sum(axis=-1, keepdims=True)
    loss = (t * (np.log(below) - shifted)).sum() / samples(z.shape, reduction)
    return loss, e / below


def _fused_to_target(g: Any, loss: Any, p: Any, z: Any, t: Any, reduction: str) -> Any:
    """dL/dt = −ln p, from the scores rather than from p, which may have rounded to 0."""
    shifted = z - z.max(axis=-1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=-1, keepdims=True)) - shifted) * (g / samples(z.shape, reduction))


def _fused_to_scores(g: Any, loss: Any, p: Any, z: Any, t: Any, reduction: str) -> Any:
    """p·Σt − t: with a target that adds up to 1, p − t."""
    return (p * t.sum(axis=-1, keepdims=True) - t) * (g / samples(z.shape, reduction))


def _count_line(a: str, options: Options) -> str:
    return "1" if dict(options)["reduction"] == "sum" else f"{a}[..., 0].size"


def _true_classes(pick: Pick, term: Callable[..., str]) -> str:
    """One term per entry, divided by the number of samples."""
    shape = pick.shape(0)
    below = samples(shape, pick.options["reduction"])
    if below == 1:
        return f"-{series(shape, term, ' - ', most=4)}"
    return rf"-\frac{{{series(shape, term, most=4)}}}{{{below}}}"


def _fused_entry(pick: Pick, index: tuple[int, ...]) -> str:
    return _true_classes(pick, lambda *at: rf"{pick.x(1, *at)} \cdot \ln({pick.saved(0, *at)})")


def _share(pick: Pick, text: str) -> str:
    """What one sample sends back: its part of the batch."""
    below = samples(pick.shape(0), pick.options["reduction"])
    return text if below == 1 else rf"\frac{{{text}}}{{{below}}}"


def _fused_sent(pick: Pick, index: tuple[int, ...]) -> str:
    return _share(pick, rf"({pick.saved(0, *index)} - {pick.x(1, *index)}) \cdot {pick.g()}")


def _fused_sent_to_target(pick: Pick, index: tuple[int, ...]) -> str:
    """−ln p from the scores, as the rule has it."""
    below = rf"\ln({exponentials(pick, index)})"
    return _share(pick, rf"({below} - {pick.x(0, *index)}) \cdot {pick.g()}")


def _ce_sent(pick: Pick, index: tuple[int, ...]) -> str:
    below = samples(pick.shape(0), pick.options["reduction"])
    times = "" if below == 1 else rf"{below} \cdot "
    return rf"-\frac{{{pick.x(1, *index)}}}{{{times}{pick.x(0, *index)}}} \cdot {pick.g()}"


def _ce_sent_to_target(pick: Pick, index: tuple[int, ...]) -> str:
    sent = rf"\ln({pick.x(0, *index)}) \cdot {pick.g()}"
    return f"-{_share(pick, sent)}"


ROWS = (
    _squared("mse", "mean squared error", 1.0, "Squared error Σ(a − y)²/n; n by `reduction`."),
    _squared(
        "half_mse",
        "half the mean squared error",
        0.5,
        "Half the squared error, ½Σ(a − y)²/n, so that the slope is the plain error; n by `reduction`.",
    ),
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
        vjps=(
            lambda g, loss, p, t, reduction: -(t / p) * (g / samples(p.shape, reduction)),
            lambda g, loss, p, t, reduction: -np.log(p) * (g / samples(p.shape, reduction)),
        ),
        jvp=lambda dxs, loss, p, t, reduction: _tangent(
            dxs, -(t / p) / samples(p.shape, reduction), -np.log(p) / samples(p.shape, reduction)
        ),
        shape=_classes("cross_entropy"),
        flops=lambda p, t, reduction: 6 * prod(p),
        latex=lambda names, options=(): (
            rf"-\frac{{1}}{{B}} \sum_i \sum_k {names[1].text}_{{ik}} \ln {names[0].text}_{{ik}}"
        ),
        local=(
            lambda names, options=(): rf"-\frac{{{names[2].text}_{{ik}}}}{{B\,{names[1].text}_{{ik}}}}",
            lambda names, options=(): rf"-\frac{{1}}{{B}} \ln {names[1].text}_{{ik}}",
        ),
        numpy=lambda names, options: (
            f"-np.sum({names[1].text} * np.log({names[0].text})) / {_count_line(names[0].text, options)}"
        ),
        numpy_vjp=(
            lambda names, options: (
                f"-({names[3].text} / {names[2].text}) * ({names[0].text} / {_count_line(names[2].text, options)})"
            ),
            lambda names, options: (
                f"-np.log({names[2].text}) * ({names[0].text} / {_count_line(names[2].text, options)})"
            ),
        ),
        entry=lambda pick, index: _true_classes(pick, lambda *at: rf"{pick.x(1, *at)} \cdot \ln({pick.x(0, *at)})"),
        entry_vjp=(_ce_sent, _ce_sent_to_target),
        options=REDUCTION,
        example=([[0.2, 0.7, 0.1], [0.1, 0.2, 0.7]], [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
        doc="Cross-entropy −Σ t·ln p of probabilities (rows along the last axis) against targets. "
        "A probability of 0 for the true class costs infinity.",
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
        jvp=lambda dxs, loss, p, z, t, reduction: _tangent(
            dxs, _fused_to_scores(1.0, loss, p, z, t, reduction), _fused_to_target(1.0, loss, p, z, t, reduction)
        ),
        shape=_classes("softmax_cross_entropy"),
        flops=lambda z, t, reduction: 9 * prod(z),
        latex=lambda names, options=(): (
            rf"-\frac{{1}}{{B}} \sum_i \sum_k {names[1].text}_{{ik}} \ln \mathrm{{softmax}}({names[0].text})_{{ik}}"
        ),
        local=(
            lambda names, options=(): rf"\frac{{p_{{ik}} - {names[2].text}_{{ik}}}}{{B}}",
            lambda names, options=(): r"-\frac{1}{B} \ln p_{ik}",
        ),
        numpy=lambda names, options: (
            "np.sum({1} * (np.logaddexp.reduce({0}, axis=-1, keepdims=True) - {0})) / {2}".format(
                names[0].text, names[1].text, _count_line(names[0].text, options)
            )
        ),
        numpy_saved=(lambda names, options: softmax_line(names),),
        numpy_vjp=(
            lambda names, options: "({0} * {1}.sum(-1, keepdims=True) - {1}) * ({2} / {3})".format(
                names[2].text, names[4].text, names[0].text, _count_line(names[3].text, options)
            ),
            lambda names, options: "(np.logaddexp.reduce({0}, axis=-1, keepdims=True) - {0}) * ({1} / {2})".format(
                names[3].text, names[0].text, _count_line(names[3].text, options)
            ),
        ),
        entry=_fused_entry,
        entry_vjp=(_fused_sent, _fused_sent_to_target),
        options=REDUCTION,
        example=([[1.0, 2.0, 3.0], [800.0, 0.0, -800.0]], [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
        doc="Softmax and cross-entropy in one step, in logarithms: no overflow, no logarithm of 0. "
        "Its slope for the scores is p − t.",
    ),
)
