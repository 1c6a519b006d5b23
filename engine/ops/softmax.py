"""Softmax and its logarithm: probabilities from scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Op, Pick, ShapeError, series
from engine.tape import Shape


def softmax(z: Any) -> Any:
    """Shifted by the largest score, so that no exponential overflows."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def through_softmax(v: Any, y: Any) -> Any:
    """(diag(y) − y yᵀ) v, row by row; symmetric, so it serves both directions."""
    return y * (v - (v * y).sum(axis=-1, keepdims=True))


def log_softmax(z: Any) -> Any:
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def exponentials(pick: Pick, index: tuple[int, ...]) -> str:
    """The sum below a softmax, term by term."""
    return series(pick.shape(0)[-1:], lambda k: f"e^{{{pick.x(0, *index[:-1], k)}}}")


def _softmax_entry(pick: Pick, index: tuple[int, ...]) -> str:
    return rf"\frac{{e^{{{pick.x(0, *index)}}}}}{{{exponentials(pick, index)}}}"


def _softmax_sent(pick: Pick, index: tuple[int, ...]) -> str:
    row = pick.shape(0)[-1:]
    mean = series(row, lambda k: rf"{pick.g(*index[:-1], k)} \cdot {pick.y(*index[:-1], k)}", most=4)
    return rf"{pick.y(*index)} \cdot ({pick.g(*index)} - ({mean}))"


def _log_softmax_entry(pick: Pick, index: tuple[int, ...]) -> str:
    return rf"{pick.x(0, *index)} - \ln({exponentials(pick, index)})"


def _log_softmax_sent(pick: Pick, index: tuple[int, ...]) -> str:
    total = series(pick.shape(0)[-1:], lambda k: pick.g(*index[:-1], k))
    return rf"{pick.g(*index)} - e^{{{pick.y(*index)}}} \cdot ({total})"


def shifted(z: str) -> str:
    """Scores below the largest, so that no exponential overflows."""
    return f"{z} - {z}.max(-1, keepdims=True)"


def softmax_line(names: Sequence[Text]) -> str:
    e = f"np.exp({shifted(names[0].text)})"
    return f"{e} / {e}.sum(-1, keepdims=True)"


def _scores(name: str) -> Callable[..., Shape]:
    def shape(z: Shape) -> Shape:
        if not z:
            raise ShapeError(f"{name}: expected at least 1 axis (the scores), got shape ()")
        return z

    return shape


ROWS = (
    Op(
        name="softmax",
        family="plain",
        symbol="softmax",
        title="softmax",
        inputs=("z",),
        does="Turn the scores {0} into probabilities",
        sends=("scales each gradient's distance from their probability-weighted mean by the probability",),
        forward=softmax,
        vjps=(lambda g, y, z: through_softmax(g, y),),
        jvp=lambda dxs, y, z: through_softmax(dxs[0], y),
        shape=_scores("softmax"),
        flops=lambda z: 5 * prod(z),
        latex=lambda names, options=(): rf"\frac{{e^{{{{{names[0].text}}}_i}}}}{{\sum_k e^{{{{{names[0].text}}}_k}}}}",
        local=(lambda names, options=(): r"y_i\,([i = j] - y_j)",),
        numpy=lambda names, options=(): softmax_line(names),
        numpy_vjp=(
            lambda names, options=(): "{1} * ({0} - ({0} * {1}).sum(-1, keepdims=True))".format(
                names[0].text, names[1].text
            ),
        ),
        entry=_softmax_entry,
        entry_vjp=(_softmax_sent,),
        example=([[1.0, 2.0, 1000.0]],),
        doc="Probabilities from scores, along the last axis, shifted by the largest score so that nothing overflows.",
    ),
    Op(
        name="log_softmax",
        family="plain",
        symbol="ln softmax",
        title="log-softmax",
        inputs=("z",),
        does="Turn the scores {0} into logarithms of probabilities",
        sends=("takes from each gradient the probability times the sum of them all",),
        forward=log_softmax,
        vjps=(lambda g, y, z: g - np.exp(y) * g.sum(axis=-1, keepdims=True),),
        jvp=lambda dxs, y, z: dxs[0] - (np.exp(y) * dxs[0]).sum(axis=-1, keepdims=True),
        shape=_scores("log_softmax"),
        flops=lambda z: 5 * prod(z),
        latex=lambda names, options=(): rf"{{{names[0].text}}}_i - \ln(\sum_k e^{{{{{names[0].text}}}_k}})",
        local=(lambda names, options=(): r"[i = j] - e^{y_j}",),
        numpy=lambda names, options=(): "{0} - np.logaddexp.reduce({0}, axis=-1, keepdims=True)".format(names[0].text),
        numpy_vjp=(
            lambda names, options=(): (
                f"{names[0].text} - np.exp({names[1].text}) * {names[0].text}.sum(-1, keepdims=True)"
            ),
        ),
        entry=_log_softmax_entry,
        entry_vjp=(_log_softmax_sent,),
        example=([[1.0, 2.0, 1000.0]],),
        doc="Logarithms of probabilities from scores, along the last axis, shifted by the largest score.",
    ),
)
