"""What a convolution is called in formulas, in NumPy and in numbers; the rules are in `convolution`.

Indices: n sample, c channel, p and q the input's place, o filter, u and v the filter's place, i and j the output's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.contraction import indexed
from engine.notation import Text
from engine.op import Index, Pick, series
from engine.ops.windows import axes, index, padded_line, pair, windows_line
from engine.tape import Options, Shape

SUBSCRIPTS = "ncpq,ocuv->noij"
Met = tuple[Shape, Callable[..., tuple[Index, Index]]]


def _read(options: Options) -> str:
    return rf"n,\,c,\,{index('i', 'u', 0, options)},\,{index('j', 'v', 1, options)}"


def sigma(names: Sequence[Text], options: Options = ()) -> str:
    x, w = (n.text for n in names)
    return rf"\sum_{{c,u,v}} {indexed(w, 'ocuv')}\,{indexed(x, _read(options))}"


def sigma_to_input(names: Sequence[Text], options: Options = ()) -> str:
    g, _, w = (n.text for n in names)
    met = rf"p = {index('i', 'u', 0, options)},\; q = {index('j', 'v', 1, options)}"
    return rf"\sum_{{o,\; {met}}} {indexed(w, 'ocuv')}\,{indexed(g, 'noij')}"


def sigma_to_filters(names: Sequence[Text], options: Options = ()) -> str:
    g, x, _ = (n.text for n in names)
    return rf"\sum_{{n,i,j}} {indexed(g, 'noij')}\,{indexed(x, _read(options))}"


def _windows(x: str, w: str, options: Options) -> str:
    d = pair(dict(options)["dilation"])
    spread = ", ".join(f"({w}.shape[{a}] - 1) * {n} + 1" for a, n in zip((2, 3), d, strict=True))
    return windows_line(padded_line(x, options), f"{w}.shape[2:]" if d == (1, 1) else f"({spread})", options)


def by_group(line: Callable[..., str], names: Sequence[str], axes: Sequence[int], onto: int, options: Options) -> str:
    """The line itself, or one of its kind for every group and the results put together along `onto`."""
    groups = dict(options)["groups"]
    if groups == 1:
        return line(*names, options)
    own = ("g", "x", "w")[-len(names) :]
    parts = ", ".join(f"np.split({n}, {groups}, {axis})" for n, axis in zip(names, axes, strict=True))
    return f"np.concatenate([{line(*own, options)} for {', '.join(own)} in zip({parts})], {onto})"


def value(x: str, w: str, options: Options) -> str:
    return f'np.einsum("ncijuv,ocuv->noij", {_windows(x, w, options)}, {w})'


def to_filters(g: str, x: str, w: str, options: Options) -> str:
    return f'np.einsum("noij,ncijuv->ocuv", {g}, {_windows(x, w, options)})'


def to_input(g: str, x: str, w: str, options: Options) -> str:
    """Which output meets which input with which tap stands in two tables of yes and no, one per axis."""
    met = ", ".join(_met(g, x, w, a, options) for a in (2, 3))
    return f'np.einsum("noij,ocuv,iup,jvq->ncpq", {g}, {w}, {met}, optimize=True)'


def _met(g: str, x: str, w: str, axis: int, options: Options) -> str:
    chosen = dict(options)
    stride, dilation, padding = (pair(chosen[o])[axis - 2] for o in ("stride", "dilation", "padding"))
    output, tap = f"np.arange({g}.shape[{axis}])[:, None, None]", f"np.arange({w}.shape[{axis}])[:, None]"
    moved = [f"{n} * {place}" if n > 1 else place for n, place in ((stride, output), (dilation, tap))]
    return f"{' + '.join(moved)}{f' - {padding}' if padding else ''} == np.arange({x}.shape[{axis}])"


# --- one entry: what is multiplied in it, and the same in numbers ---


def value_met(shapes: Sequence[Shape], options: Mapping[str, Any], at: Index) -> Met:
    """Input and filters in one entry of the output."""
    (n, o, i, j), (height, width) = at, axes("conv2d", shapes[0], shapes[1][2:], options)
    filters, channels = shapes[1][:2]
    first, rows, columns = o // (filters // options["groups"]) * channels, height.taps(i), width.taps(j)

    def pair(c: int, a: int, b: int) -> tuple[Index, Index]:
        u, v = rows[a], columns[b]
        return (n, first + c, height.read(i, u), width.read(j, v)), (o, c, u, v)

    return (channels, len(rows), len(columns)), pair


def input_met(shapes: Sequence[Shape], options: Mapping[str, Any], at: Index) -> Met:
    """Upstream and filters in what goes back to one entry of the input."""
    (n, c, p, q), (height, width) = at, axes("conv2d", shapes[0], shapes[1][2:], options)
    filters, channels = shapes[1][0] // options["groups"], shapes[1][1]
    first, rows, columns = c // channels * filters, height.readers(p), width.readers(q)

    def pair(o: int, a: int, b: int) -> tuple[Index, Index]:
        (i, u), (j, v) = rows[a], columns[b]
        return (n, first + o, i, j), (first + o, c % channels, u, v)

    return (filters, len(rows), len(columns)), pair


def filter_met(shapes: Sequence[Shape], options: Mapping[str, Any], at: Index) -> Met:
    """Input and upstream in what goes back to one weight."""
    (o, c, u, v), (height, width) = at, axes("conv2d", shapes[0], shapes[1][2:], options)
    first = o // (shapes[1][0] // options["groups"]) * shapes[1][1]
    rows, columns = height.outputs(u), width.outputs(v)

    def pair(n: int, a: int, b: int) -> tuple[Index, Index]:
        i, j = rows[a], columns[b]
        return (n, first + c, height.read(i, u), width.read(j, v)), (n, o, i, j)

    return (shapes[0][0], len(rows), len(columns)), pair


def value_entry(pick: Pick, at: Index) -> str:
    return _spelled(value_met, pick, at, lambda x, w: rf"{pick.x(1, *w)} \cdot {pick.x(0, *x)}")


def input_entry(pick: Pick, at: Index) -> str:
    return _spelled(input_met, pick, at, lambda g, w: rf"{pick.x(1, *w)} \cdot {pick.g(*g)}")


def filter_entry(pick: Pick, at: Index) -> str:
    return _spelled(filter_met, pick, at, lambda x, g: rf"{pick.g(*g)} \cdot {pick.x(0, *x)}")


def _spelled(met: Callable[..., Met], pick: Pick, at: Index, term: Callable[[Index, Index], str]) -> str:
    shape, pair = met([pick.shape(0), pick.shape(1)], pick.options, at)
    return series(shape, lambda *place: term(*pair(*place)))
