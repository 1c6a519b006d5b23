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
from engine.tape import Options, Shape

REDUCTION = (("reduction", "mean"),)


def entries(shape: Shape, reduction: str) -> int:
    """What a sum of squared errors over `shape` is divided by."""
    return {"mean": prod(shape), "batch": shape[0] if shape else 1, "sum": 1}[reduction]


def samples(shape: Shape, reduction: str) -> int:
    """What a sum of cross-entropies over rows of classes is divided by."""
    return 1 if reduction == "sum" else prod(shape[:-1])


def same(name: str) -> Callable[..., Shape]:
    def shape(a: Shape, b: Shape, **options: Any) -> Shape:
        if a != b:
            raise ShapeError(f"{name}: the output has shape {a} and the target {b}; they must be equal")
        return ()

    return shape


def classes(name: str) -> Callable[..., Shape]:
    def shape(a: Shape, t: Shape, **options: Any) -> Shape:
        if not a:
            raise ShapeError(f"{name}: expected at least 1 axis (the classes), got shape ()")
        return same(name)(a, t)

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
        jvp=lambda dxs, loss, a, y, reduction: tangent(
            dxs, vjp(1.0, loss, a, y, reduction), -vjp(1.0, loss, a, y, reduction)
        ),
        shape=same(name),
        flops=lambda a, y, reduction: 3 * prod(a) + 1,
        latex=lambda names, options=(): rf"{half} \sum_i ({{{names[0].text}}}_i - {{{names[1].text}}}_i)^2",
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


def tangent(dxs: Sequence[Any], *slopes: Any) -> Any:
    """Σ of every slope times its input's tangent; an input without a tangent (None) adds nothing."""
    return np.asarray(sum((np.sum(slope * dx) for slope, dx in zip(slopes, dxs, strict=True) if dx is not None), 0.0))


ROWS = (
    _squared("mse", "mean squared error", 1.0, "Squared error Σ(a − y)²/n; n by `reduction`."),
    _squared(
        "half_mse",
        "half the mean squared error",
        0.5,
        "Half the squared error, ½Σ(a − y)²/n, so that the slope is the plain error; n by `reduction`.",
    ),
)
