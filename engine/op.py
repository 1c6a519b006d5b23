"""What an operation is, and the four families rows are written in.

An `Op` holds everything the project knows of one differentiable operation. Its family fills in what follows:
`elementwise` from partial derivatives, `contraction` from an einsum string, `structural` from a linear map and its
adjoint; `plain` rows give every rule themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import prod
from typing import Any, Literal, Protocol, TypeVar

import numpy as np

from engine.frozen import frozen
from engine.tape import Options, Rule, Shape

Family = Literal["elementwise", "contraction", "structural", "plain"]
Line = Callable[..., str]  # (names of the operands, options) -> one line of text
Index = tuple[int, ...]
T = TypeVar("T")
Entry = Callable[["Pick", Index], str]  # one entry of a result, spelled out in entries of what it was made from
# (shapes of the operands, options, entry) -> how many terms there are, by axis, and the two entries multiplied in each
Met = Callable[[Sequence[Shape], Mapping[str, Any], Index], tuple[Shape, Callable[..., tuple[Index, Index]]]]


class ShapeError(ValueError):
    """Operands whose shapes an operation cannot take; the message names the axis and both sizes."""


class SizeError(ValueError):
    """More numbers asked for than there is room for; the message names both counts."""


@frozen(eq=False)
class Op:
    """One differentiable operation y = f(x_0, …, x_{n-1}; options).

    Rules are NumPy code on arrays: `forward(*xs)`, `vjps[k](g, y, *saved, *xs)` for input k,
    `jvp(dxs, y, *saved, *xs)`, each with the options as keywords. An input whose VJP is None (a condition, an index)
    gets no gradient. `saved` names further results of `forward` that the backward pass reads. Texts of lines are
    functions of the operands' names. A row that is `variadic` takes any number of inputs; what it has per slot is
    an `Each`.
    """

    name: str
    family: Family
    symbol: str  # what a card shows
    title: str  # its name in a sentence
    inputs: tuple[str, ...]  # names of the operands, in slot order
    does: str  # what the forward pass does, an imperative with {0}, {1}, … for the operands
    sends: Sequence[str]  # per slot: what the backward pass does to the gradient
    forward: Rule
    vjps: Sequence[Rule | None]
    jvp: Rule
    shape: Callable[..., Shape]
    flops: Callable[..., int]
    latex: Line  # right-hand side of y = …
    local: Sequence[Line]  # per slot: dy/dx_k, operands preceded by y (contraction: by upstream, and times it)
    numpy: Line
    numpy_vjp: Sequence[Line]  # per slot, operands preceded by g and y (and saved)
    example: tuple[Any, ...]
    doc: str
    saved: tuple[str, ...] = ()
    options: Options = ()  # the defaults; a node may set others
    variadic: bool = False
    partials: tuple[Rule | None, ...] = ()  # elementwise only
    subscripts: str = ""  # contraction only; where it is empty, they are an option of that name
    met: Sequence[Met] = ()  # contraction whose subscripts do not say it: for an entry of y, of each contribution
    sigma: Line | None = None  # contraction only: one entry as a sum
    sigma_vjp: Sequence[Line] = ()
    numpy_saved: tuple[Line, ...] = ()  # right-hand sides for the saved results
    smooth: bool = True  # has a complex-step derivative
    entry: Entry | None = None  # one entry of y in numbers
    entry_vjp: Sequence[Entry] = ()  # per slot: one entry of the contribution in numbers
    part: Callable[..., Index] | None = None  # where y is a part of x: its index, from the shape of x

    def axes(self, options: Options) -> str:
        """A contraction's subscripts."""
        return self.subscripts or str(dict(options)["subscripts"])


class Each(Sequence[T]):
    """What a variadic row has per slot: made for any slot, and equal whenever it is made for the same one."""

    def __init__(self, make: Callable[[int], T], shown: int = 2) -> None:
        self.make, self.shown = lru_cache(maxsize=64)(make), shown

    def __getitem__(self, slot: Any) -> Any:
        if slot < 0:
            raise IndexError(slot)
        return self.make(slot)

    def __len__(self) -> int:
        """As many as the row's example has operands."""
        return self.shown

    def __iter__(self) -> Iterator[T]:
        return map(self.make, range(self.shown))


class Pick(Protocol):
    """What a row may mention when it spells out one entry: each call gives that number's place in the text."""

    @property
    def options(self) -> dict[str, Any]: ...
    def x(self, slot: int, *index: int) -> str: ...
    def shape(self, slot: int) -> Shape: ...
    def y(self, *index: int) -> str: ...
    def g(self, *index: int) -> str: ...
    def saved(self, number: int, *index: int) -> str: ...


def series(shape: Shape, term: Callable[..., str], joint: str = " + ", most: int = 6, whole: int = 0) -> str:
    """The terms of every index of `shape`, joined; of more than `most` and `whole`, the first ones and the last."""
    count = prod(shape)
    kept = range(count) if count <= max(most, whole) else [*range(most - 2), -1, count - 1]
    at = (None if k < 0 else map(int, np.unravel_index(k, shape)) if shape else () for k in kept)
    return joint.join(r"\cdots" if index is None else term(*index) for index in at) or "0"


def apart(found: Shape, wanted: Shape) -> str:
    """Where two shapes differ: the first such axis and both sizes, or both counts of axes."""
    if len(found) != len(wanted):
        return f"{len(found)} and {len(wanted)} axes"
    axis = next(k for k, (n, m) in enumerate(zip(found, wanted, strict=True)) if n != m)
    return f"axis {axis} is {found[axis]} and {wanted[axis]}"


def unbroadcast(g: Any, shape: Shape) -> Any:
    """Sum `g` (an array or a symbol) over the axes that broadcasting added or stretched, back to `shape`."""
    if added := tuple(range(len(g.shape) - len(shape))):
        g = g.sum(axis=added)
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return g.sum(axis=stretched, keepdims=True) if stretched else g


def handed_on(g: Any, *operands: Any, **options: Any) -> Any:
    """The VJP of an input that y moves with one to one, entry by entry: its contribution shares upstream's place."""
    return g


def arranged(g: Any, *operands: Any, **options: Any) -> Any:
    """The VJP of an input whose entries y holds in another shape: its contribution shares upstream's place too."""
    return g.reshape(operands[-1].shape)


def template(text: str) -> Line:
    return lambda names, options=(): text.format(*(n.text for n in names), **dict(options))


def structural(
    name: str,
    forward: Rule,
    adjoint: Rule,
    *,
    symbol: str,
    title: str,
    does: str,
    sends: str,
    shape: Callable[..., Shape],
    latex: str,
    local: str,
    numpy: Line,
    numpy_vjp: Line,
    example: tuple[Any, ...],
    doc: str,
    entry: Entry | None = None,
    entry_vjp: Entry | None = None,
    options: Options = (),
    flops: Callable[..., int] = lambda *shapes, **options: 0,
) -> Op:
    """A linear map of one input: `forward(x)` and its `adjoint(g, x)`; the JVP is the forward map itself."""
    return Op(
        name=name,
        family="structural",
        symbol=symbol,
        title=title,
        inputs=("x",),
        does=does,
        sends=(sends,),
        forward=forward,
        vjps=(arranged if adjoint is arranged else lambda g, y, x, **o: adjoint(g, x, **o),),
        jvp=lambda dxs, y, x, **o: forward(dxs[0], **o),
        shape=shape,
        flops=flops,
        latex=template(latex),
        local=(template(local),),
        numpy=numpy,
        numpy_vjp=(numpy_vjp,),
        options=options,
        entry=entry,
        entry_vjp=() if entry_vjp is None else (entry_vjp,),
        example=example,
        doc=doc,
    )
