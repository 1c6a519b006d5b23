"""The family `elementwise`: one function of the entries, and one slope per input."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import prod
from typing import Any

import numpy as np

from engine.notation import LATEX, NUMPY, Notation, Text, write
from engine.op import Line, Op, ShapeError, template, unbroadcast
from engine.tape import Array, Options, Ref, Rule, Shape, trace


def elementwise(
    name: str,
    forward: Rule,
    *partials: Rule | None,
    symbol: str,
    title: str,
    does: str,
    sends: tuple[str, ...],
    example: tuple[Any, ...],
    doc: str,
    flops: int = 1,
    latex: str | None = None,
    local: tuple[str, ...] | None = None,
    numpy: str | None = None,
    smooth: bool = True,
    options: Options = (),
    names: tuple[str, ...] = (),
) -> Op:
    """An op with y[i] = f(a[i], b[i], …) after broadcasting, given by its partial derivatives.

    Each partial is (y, *xs) -> dy/dx_k, with the options as keywords; None where x_k is a condition, without a
    gradient. The VJP, the JVP, the shape rule, the cost, both formulas and the NumPy lines follow. `latex` and `local`
    replace formulas that do not read well, `numpy` a forward line that cannot be traced; their {0}, {1} are the
    operands' names (in `local` preceded by y), and options stand by name.
    """
    count = len(partials)
    show = _written(forward, LATEX) if latex is None else template(latex)
    return Op(
        name=name,
        family="elementwise",
        symbol=symbol,
        title=title,
        inputs=names or (("x",) if count == 1 else tuple("abcd"[:count])),
        does=does,
        sends=sends,
        forward=forward,
        vjps=tuple(partial and _elementwise_vjp(partial, k) for k, partial in enumerate(partials)),
        jvp=_elementwise_jvp(partials),
        shape=lambda *shapes, **options: _broadcast(name, shapes),
        flops=lambda *shapes, **options: flops * prod(np.broadcast_shapes(*shapes)),
        latex=show,
        local=tuple(map(template, local)) if local else tuple(_written(p or _zero, LATEX) for p in partials),
        numpy=_written(forward, NUMPY) if numpy is None else template(numpy),
        numpy_vjp=tuple(_elementwise_line(p, k) for k, p in enumerate(partials)),
        partials=partials,
        entry=lambda pick, index: show([Text(pick.x(k, *index)) for k in range(count)], tuple(pick.options.items())),
        smooth=smooth,
        options=options,
        example=example,
        doc=doc,
    )


def _broadcast(name: str, shapes: tuple[Shape, ...]) -> Shape:
    if shapes.count(shapes[0]) == len(shapes):
        return shapes[0]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        a, b = next(pair for pair in combinations(shapes, 2) if _clashes(*pair))
        back, sizes = _clashes(a, b)[0]
        raise ShapeError(
            f"{name}: axis {-back} is {sizes[0]} in one input and {sizes[1]} in another (shapes {a} and {b})"
        ) from None


def _clashes(a: Shape, b: Shape) -> list[tuple[int, tuple[int, int]]]:
    pairs = enumerate(zip(a[::-1], b[::-1], strict=False), start=1)
    return [(back, (m, n)) for back, (m, n) in pairs if m != n and 1 not in (m, n)]


def _zero(y: Any, *xs: Any, **options: Any) -> float:
    """The slope for a condition."""
    return 0.0


def _elementwise_vjp(partial: Rule, slot: int) -> Rule:
    def vjp(g: Array, y: Array, *xs: Array, **options: Any) -> Any:
        return unbroadcast(g * partial(y, *xs, **options), xs[slot].shape)

    return vjp


def _elementwise_jvp(partials: tuple[Rule | None, ...]) -> Rule:
    def jvp(dxs: Sequence[Any], y: Array, *xs: Array, **options: Any) -> Array:
        """Sum over inputs of partial times tangent; an input without a tangent (None) adds nothing."""
        slopes = ((p, dx) for p, dx in zip(partials, dxs, strict=True) if p is not None and dx is not None)
        terms = [partial(y, *xs, **options) * dx for partial, dx in slopes]
        return np.asarray(sum(terms) + np.zeros(np.shape(y)))

    return jvp


def _written(rule: Rule, notation: Notation) -> Line:
    def line(names: Sequence[Text], options: Options = ()) -> str:
        return write(trace(rule, ((),) * len(names), options), names, notation).text

    return line


def _elementwise_line(partial: Rule | None, slot: int) -> Line:
    def line(names: Sequence[Text], options: Options = ()) -> str:
        slope = constant(partial or _zero, len(names) - 1, options)
        if slope in (1.0, -1.0):
            return names[0].text if slope == 1.0 else f"-{names[0].text}"
        return write(trace(scaled, ((),) * len(names), options), names, NUMPY).text

    def scaled(g: Any, *ys: Any, **options: Any) -> Any:
        return g * (partial or _zero)(*ys, **options)

    return line


def constant(partial: Rule, operands: int, options: Options = ()) -> float | None:
    """The number a partial always is, or None where it depends on its operands."""
    result = trace(partial, ((),) * operands, options).results[0]
    return None if isinstance(result, Ref) else float(result)
