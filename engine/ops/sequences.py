"""What layers for sequences are made of: one time step of a sequence, and products with a transposed weight."""

from __future__ import annotations

from typing import Any

from engine.contraction import contraction
from engine.op import Index, Pick, ShapeError
from engine.taking import taking
from engine.tape import Shape


def _chosen(x: Shape, axis: int, index: int) -> tuple[Any, ...]:
    """The place of the part. Raises `ShapeError` where there is no such axis or no such place on it."""
    if not -len(x) <= axis < len(x):
        raise ShapeError(f"select: axis {axis} asked for; the operand has {len(x)} axes")
    if not -x[axis] <= index < x[axis]:
        raise ShapeError(f"select: place {index} of axis {axis} asked for; its size is {x[axis]}")
    return (*(slice(None),) * (axis % len(x)), index % x[axis])


def _without(x: Shape, axis: int, index: int) -> Shape:
    place = _chosen(x, axis, index)
    return (*x[: len(place) - 1], *x[len(place) :])


def _select_entry(pick: Pick, index: Index) -> str:
    place = _chosen(pick.shape(0), **pick.options)
    at = len(place) - 1
    return pick.x(0, *index[:at], place[-1], *index[at:])


def _select_sent(pick: Pick, index: Index) -> str:
    place = _chosen(pick.shape(0), **pick.options)
    at = len(place) - 1
    return pick.g(*index[:at], *index[at + 1 :]) if index[at] == place[-1] else "0"


ROWS = (
    taking(
        "select",
        _chosen,
        symbol="[t]",
        title="selection",
        does="Take place {index} of {0} along axis {axis}",
        sends="puts the gradient back at the place it was taken from, with 0 everywhere else",
        shape=_without,
        latex="{{{0}}}_{{[{index}]}}",
        local="1",
        numpy=lambda names, o: f"{names[0].text}.take({dict(o)['index']}, axis={dict(o)['axis']})",
        numpy_vjp=lambda names, o: (
            "np.expand_dims({0}, {2}) * (np.arange({1}.shape[{2}]) == {3} % {1}.shape[{2}])"
            ".reshape([-1] + [1] * (({1}.ndim - 1 - {2}) % {1}.ndim))".format(
                names[0].text, names[2].text, dict(o)["axis"], dict(o)["index"]
            )
        ),
        entry=_select_entry,
        entry_vjp=_select_sent,
        options=(("axis", 0), ("index", 0)),
        example=([[1.0, 2.0], [3.0, 4.0]],),
        doc="One place along an axis, which then is gone: time step t of a sequence. Places count from 0, negative "
        "ones from the end.",
    ),
    contraction(
        "linear",
        "ij,kj->ik",
        symbol="·Wᵀ",
        title="matrix product",
        does="Multiply {0} by {1} transposed",
        sends=("multiplies the gradient by {1}", "multiplies the gradient transposed by {0}"),
        latex=r"{0}\,{1}^\top",
        latex_vjp=(r"{0}\,{2}", r"\left({0}\right)^\top {1}"),
        numpy="{0} @ {1}.T",
        numpy_vjp=("{0} @ {3}", "{0}.T @ {2}"),
        example=([[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]),
        doc="x·Wᵀ, where W has one row for each output, as PyTorch keeps the weights of recurrent layers.",
    ),
)
