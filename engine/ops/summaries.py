"""Log-sum-exp and variance, over all entries or along axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Index, Op, Pick, ShapeError, template
from engine.ops.reductions import WHOLE, Axis, above, count_of, expanded, reduced, spread, summed
from engine.tape import Options, Shape

# --- log-sum-exp ---


def logsumexp(x: Any, axis: Axis, keepdims: bool) -> Any:
    """Shifted by the largest entry, so that no exponential overflows."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.log(e.sum(axis=axis, keepdims=keepdims)) + x.max(axis=axis, keepdims=keepdims)


def _shares(x: Any, y: Any, axis: Axis, keepdims: bool) -> Any:
    """The softmax of the entries that were put together."""
    return np.exp(x - spread(y, x, axis, keepdims))


def _logsumexp_sent_line(names: Sequence[Text], options: Options) -> str:
    g, y = (expanded(n.text, options) for n in names[:2])
    return f"{g} * np.exp({names[2].text} - {y})"


def _logsumexp_sent(pick: Pick, index: Index) -> str:
    at = above(pick, index)
    return rf"{pick.g(*at)} \cdot e^{{{pick.x(0, *index)} - {pick.y(*at)}}}"


# --- variance ---

DEFAULTS: Options = (*WHOLE, ("correction", 0))


def variance(x: Any, axis: Axis, keepdims: bool, correction: float) -> Any:
    return np.square(_centred(x, axis)).sum(axis=axis, keepdims=keepdims) / (count_of(x.shape, axis) - correction)


def _centred(x: Any, axis: Axis) -> Any:
    return x - x.sum(axis=axis, keepdims=True) / count_of(x.shape, axis)


def _variance_shape(x: Shape, axis: Axis, keepdims: bool, correction: float) -> Shape:
    shape = reduced("variance", x, axis, keepdims)
    if count_of(x, axis) <= correction:
        raise ShapeError(f"variance: a correction of {correction:g} leaves nothing of {count_of(x, axis)} entries")
    return shape


def _variance_vjp(g: Any, y: Any, x: Any, axis: Axis, keepdims: bool, correction: float) -> Any:
    return spread(g, x, axis, keepdims) * _centred(x, axis) * (2 / (count_of(x.shape, axis) - correction))


def _variance_line(names: Sequence[Text], options: Options) -> str:
    words = {"axis": "axis", "keepdims": "keepdims", "correction": "ddof"}
    chosen = (f"{words[k]}={v}" for k, v in options if v != dict(DEFAULTS)[k])
    return f"{names[0].text}.var({', '.join(chosen)})"


def _variance_vjp_line(names: Sequence[Text], options: Options) -> str:
    g, y, x = (n.text for n in names)
    axis, correction = dict(options)["axis"], dict(options)["correction"]
    below = f"({x}.size / {y}.size" + (f" - {correction})" if correction else ")")
    return f"{expanded(g, options)} * ({x} - {x}.mean({axis}, keepdims=True)) * 2 / {below}"


def _mean_text(pick: Pick, at: Index) -> str:
    count = count_of(pick.shape(0), pick.options["axis"])
    return rf"\frac{{{summed(pick, at, most=4)}}}{{{count}}}"


def _divisor(pick: Pick) -> str:
    return f"{count_of(pick.shape(0), pick.options['axis']) - pick.options['correction']:g}"


def _variance_entry(pick: Pick, index: Index) -> str:
    mean = _mean_text(pick, index)
    return rf"\frac{{{summed(pick, index, lambda x: f'({x} - {mean})^2', most=4)}}}{{{_divisor(pick)}}}"


def _variance_sent(pick: Pick, index: Index) -> str:
    at = above(pick, index)
    off = f"({pick.x(0, *index)} - {_mean_text(pick, at)})"
    return rf"\frac{{2 \cdot {off} \cdot {pick.g(*at)}}}{{{_divisor(pick)}}}"


def axis_text(options: Options) -> str:
    return f"{dict(options)['axis']}, keepdims={dict(options)['keepdims']}"


ROWS = (
    Op(
        name="logsumexp",
        family="plain",
        symbol="ln Σ eˣ",
        title="log-sum-exp",
        inputs=("x",),
        does="Take the logarithm of the sum of the exponentials of {0}",
        sends=("shares the gradient among the entries as softmax does",),
        forward=logsumexp,
        vjps=(lambda g, y, x, axis, keepdims: spread(g, x, axis, keepdims) * _shares(x, y, axis, keepdims),),
        jvp=lambda dxs, y, x, axis, keepdims: (dxs[0] * _shares(x, y, axis, keepdims)).sum(
            axis=axis, keepdims=keepdims
        ),
        shape=lambda x, axis, keepdims: reduced("logsumexp", x, axis, keepdims),
        flops=lambda x, axis, keepdims: 10 * prod(x),
        latex=template(r"\ln(\sum_i e^{{{{{0}}}_i}})"),
        local=(template(r"e^{{{{{1}}}_i - {0}}}"),),
        numpy=lambda names, options: "np.log(np.exp({0} - {0}.max({1}, keepdims=True)).sum({2})) + {0}.max({2})".format(
            names[0].text, dict(options)["axis"], axis_text(options)
        ),
        numpy_vjp=(_logsumexp_sent_line,),
        entry=lambda pick, index: rf"\ln({summed(pick, index, lambda x: f'e^{{{x}}}')})",
        entry_vjp=(_logsumexp_sent,),
        options=WHOLE,
        example=([[1.0, 2.0, 1000.0]],),
        doc="ln Σ eˣ over all entries or along axes, shifted by the largest entry so that nothing overflows.",
    ),
    Op(
        name="variance",
        family="plain",
        symbol="Var",
        title="variance",
        inputs=("x",),
        does="Average the squared distances of the entries of {0} from their mean",
        sends=("sends every entry its distance from the mean, doubled and divided by their number",),
        forward=variance,
        vjps=(_variance_vjp,),
        jvp=lambda dxs, y, x, axis, keepdims, correction: (
            (dxs[0] * _centred(x, axis)).sum(axis=axis, keepdims=keepdims)
            * (2 / (count_of(x.shape, axis) - correction))
        ),
        shape=_variance_shape,
        flops=lambda x, axis, keepdims, correction: 4 * prod(x),
        latex=template(r"\frac{{1}}{{n}} \sum_i ({{{0}}}_i - \bar{{{0}}})^2"),
        local=(template(r"\frac{{2}}{{n}} ({{{1}}}_i - \bar{{{1}}})"),),
        numpy=_variance_line,
        numpy_vjp=(_variance_vjp_line,),
        entry=_variance_entry,
        entry_vjp=(_variance_sent,),
        options=DEFAULTS,
        example=([[1.0, 2.0, 4.0], [100.0, 101.0, 103.0]],),
        doc="Mean squared distance from the mean, over all entries or along axes: divided by n − `correction`, where "
        "`correction` is 0 unless set. PyTorch's var sets it to 1.",
    ),
)
