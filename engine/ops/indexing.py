"""Entries chosen by whole numbers. The numbers are an operand without a gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.notation import Text
from engine.op import Index, Op, Pick, ShapeError, series, template
from engine.tape import Array, Options, Shape


def fitting(indices: Array, size: int) -> Any:
    """Where an index is a whole number from 0 to size − 1."""
    return (indices >= 0) & (indices < size) & (indices == np.floor(indices))


def whole(indices: Array, size: int) -> tuple[Any, Any]:
    """The indices as whole numbers, 0 in place of those that name nothing; and which of them name something."""
    fits = fitting(indices, size)
    return np.where(fits, indices, 0).astype(np.intp), fits


def _nothing(pick: Pick, index: Index) -> str:
    return "0"


# --- embedding ---


def embedding(table: Array, indices: Array) -> Array:
    numbers, fits = whole(indices, len(table))
    return np.where(fits[..., np.newaxis], table[numbers], np.nan)


def _embedding_shape(table: Shape, indices: Shape) -> Shape:
    if len(table) != 2:
        raise ShapeError(f"embedding: expected a table of 2 axes, got shape {table}")
    return (*indices, table[1])


def _to_rows(g: Array, y: Array, table: Array, indices: Array) -> Array:
    """Rows taken twice get both gradients."""
    out = np.zeros(table.shape)
    numbers, fits = whole(indices, len(table))
    np.add.at(out, numbers[fits], g[fits])
    return out


def _embedding_entry(pick: Pick, index: Index) -> str:
    """The one row whose number is the index: written as a sum over all of them."""
    at = pick.x(1, *index[:-1])
    return series(pick.shape(0)[:1], lambda row: rf"[{at}={row}] \cdot {pick.x(0, row, index[-1])}")


def _rows_sent(pick: Pick, index: Index) -> str:
    return series(pick.shape(1), lambda *at: rf"[{pick.x(1, *at)}={index[0]}] \cdot {pick.g(*at, index[1])}")


# --- gather ---


def gather(x: Array, indices: Array, axis: int) -> Array:
    numbers, fits = whole(indices, x.shape[axis])
    return np.where(fits, np.take_along_axis(x, numbers, axis), np.nan)


def _gather_shape(x: Shape, indices: Shape, axis: int) -> Shape:
    if not -len(x) <= axis < len(x):
        raise ShapeError(f"gather: axis {axis} asked for; the operand has {len(x)} axes")
    at = axis % len(x)
    if len(indices) != len(x) or any(m != n for i, (m, n) in enumerate(zip(x, indices, strict=True)) if i != at):
        raise ShapeError(f"gather: shapes {x} and {indices} differ in another axis than {axis}")
    return indices


def _scatter(g: Array, y: Array, x: Array, indices: Array, axis: int) -> Array:
    """Entries taken twice get both gradients."""
    out = np.zeros(x.shape)
    numbers, fits = (np.moveaxis(a, axis, 0) for a in whole(indices, x.shape[axis]))
    others = (a[fits] for a in np.indices(fits.shape)[1:])
    np.add.at(np.moveaxis(out, axis, 0), (numbers[fits], *others), np.moveaxis(g, axis, 0)[fits])
    return out


def _gather_entry(pick: Pick, index: Index) -> str:
    at = pick.options["axis"] % len(index)
    number = pick.x(1, *index)

    def term(place: int) -> str:
        return rf"[{number}={place}] \cdot {pick.x(0, *index[:at], place, *index[at + 1 :])}"

    return series(pick.shape(0)[at : at + 1], term)


def _gather_sent(pick: Pick, index: Index) -> str:
    at = pick.options["axis"] % len(index)

    def term(place: int) -> str:
        taker = (*index[:at], place, *index[at + 1 :])
        return rf"[{pick.x(1, *taker)}={index[at]}] \cdot {pick.g(*taker)}"

    return series(pick.shape(1)[at : at + 1], term)


def _gather_line(names: Sequence[Text], options: Options) -> str:
    return f"np.take_along_axis({names[0].text}, {names[1].text}.astype(int), {dict(options)['axis']})"


def _scatter_line(names: Sequence[Text], options: Options) -> str:
    g, _, x, i = (n.text for n in names)
    axis = dict(options)["axis"]
    hits = f"np.expand_dims(np.moveaxis({i}, {axis}, -1), -1) == np.arange({x}.shape[{axis}])"
    sums = f"(({hits}) * np.expand_dims(np.moveaxis({g}, {axis}, -1), -1)).sum(-2)"
    return f"np.moveaxis({sums}, -1, {axis})"


ROWS = (
    Op(
        name="embedding",
        family="plain",
        symbol="rows",
        title="embedding",
        inputs=("table", "indices"),
        does="Take the rows of {0} that {1} names",
        sends=("adds each gradient to the row it was taken from", "sends nothing to its indices"),
        forward=embedding,
        vjps=(_to_rows, None),
        jvp=lambda dxs, y, table, indices: np.zeros(y.shape) if dxs[0] is None else embedding(dxs[0], indices),
        shape=_embedding_shape,
        flops=lambda table, indices: 0,
        latex=template(r"{{{0}}}_{{[{1}]}}"),
        local=(template(r"[{2} = i]"), template("0")),
        numpy=lambda names, options=(): f"{names[0].text}[{names[1].text}.astype(int)]",
        numpy_vjp=(
            lambda names, options=(): (
                "(np.arange(len({1}))[:, np.newaxis] == {2}.reshape(-1)) @ {0}.reshape(-1, {1}.shape[1])".format(
                    names[0].text, names[2].text, names[3].text
                )
            ),
            lambda names, options=(): f"np.zeros({names[3].text}.shape)",
        ),
        entry=_embedding_entry,
        entry_vjp=(_rows_sent, _nothing),
        example=([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [2.0, 0.0, 2.0]),
        doc="Rows of a table, by their numbers from 0. A row taken several times gets the sum of their gradients; the "
        "numbers get none. A number that names no row gives no number (NaN).",
    ),
    Op(
        name="gather",
        family="plain",
        symbol="take",
        title="gathering",
        inputs=("x", "indices"),
        does="Take the entries of {0} that {1} names along axis {axis}",
        sends=("adds each gradient to the entry it was taken from", "sends nothing to its indices"),
        forward=gather,
        vjps=(_scatter, None),
        jvp=lambda dxs, y, x, indices, axis: np.zeros(y.shape) if dxs[0] is None else gather(dxs[0], indices, axis),
        shape=_gather_shape,
        flops=lambda x, indices, axis: 0,
        latex=template(r"{{{0}}}_{{[{1}]}}"),
        local=(template(r"[{2} = i]"), template("0")),
        numpy=_gather_line,
        numpy_vjp=(_scatter_line, lambda names, options=(): f"np.zeros({names[3].text}.shape)"),
        entry=_gather_entry,
        entry_vjp=(_gather_sent, _nothing),
        options=(("axis", -1),),
        example=([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[2.0, 2.0], [0.0, 1.0]]),
        doc="Entries along one axis, by their numbers from 0; along the other axes both operands have the same sizes. "
        "An entry taken several times gets the sum of their gradients; the numbers get none. A number that names no "
        "entry gives no number (NaN).",
    ),
)
