"""What a convolution is called in formulas, in NumPy and in numbers; the rules are in `convolution`.

Indices: n sample, c channel, p and q the input's place, o filter, u and v the filter's place, i and j the output's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.contraction import indexed
from engine.notation import Text
from engine.op import Index, Pick, series
from engine.ops.windows import Axis, axes, index, padded_line, pair, windows_line
from engine.tape import Options

SUBSCRIPTS = "ncpq,ocuv->noij"


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


# --- one entry in numbers ---


def _axes(pick: Pick) -> tuple[Axis, Axis]:
    return axes("conv2d", pick.shape(0), pick.shape(1)[2:], pick.options)


def value_entry(pick: Pick, at: Index) -> str:
    n, o, i, j = at
    height, width = _axes(pick)
    channels = pick.shape(1)[1]
    first = o // (pick.shape(1)[0] // pick.options["groups"]) * channels
    rows, columns = height.taps(i), width.taps(j)

    def term(c: int, a: int, b: int) -> str:
        u, v = rows[a], columns[b]
        return rf"{pick.x(1, o, c, u, v)} \cdot {pick.x(0, n, first + c, height.read(i, u), width.read(j, v))}"

    return series((channels, len(rows), len(columns)), term)


def input_entry(pick: Pick, at: Index) -> str:
    n, c, p, q = at
    height, width = _axes(pick)
    filters, channels = pick.shape(1)[0] // pick.options["groups"], pick.shape(1)[1]
    first = c // channels * filters
    rows, columns = height.readers(p), width.readers(q)

    def term(o: int, a: int, b: int) -> str:
        (i, u), (j, v) = rows[a], columns[b]
        return rf"{pick.x(1, first + o, c % channels, u, v)} \cdot {pick.g(n, first + o, i, j)}"

    return series((filters, len(rows), len(columns)), term)


def filter_entry(pick: Pick, at: Index) -> str:
    o, c, u, v = at
    height, width = _axes(pick)
    first = o // (pick.shape(1)[0] // pick.options["groups"]) * pick.shape(1)[1]
    rows, columns = height.outputs(u), width.outputs(v)

    def term(n: int, a: int, b: int) -> str:
        i, j = rows[a], columns[b]
        return rf"{pick.g(n, o, i, j)} \cdot {pick.x(0, n, first + c, height.read(i, u), width.read(j, v))}"

    return series((pick.shape(0)[0], len(rows), len(columns)), term)
