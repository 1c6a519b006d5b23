"""What an event computes, as lines of Python on single numbers, written from the traced rules of the op table."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from engine.ops import OPS
from engine.tape import ERF, Line, Options, Ref, Rule, UntraceableError, trace

PYTHON: Mapping[np.ufunc, str] = {  # where Python's floats raise or choose differently, NumPy is asked
    np.add: "{0} + {1}",
    np.subtract: "{0} - {1}",
    np.multiply: "{0} * {1}",
    np.divide: "{0} / {1} if {1} else float(divide({0}, {1}))",
    np.negative: "-{0}",
    np.square: "{0} * {0}",
    np.absolute: "abs({0})",
    np.maximum: "{0} if {0} > {1} else {1} if {1} > {0} else float(maximum({0}, {1}))",
    np.minimum: "{0} if {0} < {1} else {1} if {1} < {0} else float(minimum({0}, {1}))",
    np.greater: "1.0 if {0} > {1} else 0.0",
    np.greater_equal: "1.0 if {0} >= {1} else 0.0",
    np.less: "1.0 if {0} < {1} else 0.0",
    np.less_equal: "1.0 if {0} <= {1} else 0.0",
    np.equal: "1.0 if {0} == {1} else 0.0",
    np.not_equal: "1.0 if {0} != {1} else 0.0",
}
ASKED = (np.divide, np.maximum, np.minimum, np.power, np.exp, np.expm1, np.log, np.log1p, np.sin, np.cos, np.tanh,
         np.sqrt, np.sign)  # fmt: skip
NAMES = {f.__name__: f for f in ASKED} | {"erf": math.erf, "inf": math.inf, "nan": math.nan}


class Recipe(NamedTuple):
    """Lines of Python in which a place stands as r[p0], r[p1], …; `used` are their numbers among the event's places."""

    text: str
    used: tuple[int, ...]


@lru_cache(maxsize=4096)
def forward(op: str, operands: int, options: Options) -> Recipe:
    """Places: the operands, the value, what is saved."""
    row = OPS[op]
    return ruled(row.forward, operands, 1 + len(row.saved), options)


@lru_cache(maxsize=4096)
def ruled(rule: Rule, operands: int, results: int, options: Options) -> Recipe:
    """Places: the operands, the results."""
    text = _Text()
    found = text.apply(rule, [f"{{{k}}}" for k in range(operands)], options)
    for number, result in enumerate(found[:results]):
        text.put(operands + number, result)
    return text.recipe()


@lru_cache(maxsize=4096)
def contribution(
    op: str, slot: int, operands: int, options: Options, local: float | bool | None, sent: bool, more: bool
) -> Recipe:
    """Places: upstream, y, saved results, inputs; then local, value, the total before, the total.

    `local`: a number, whether an operand is it (else it is computed), or None where the op sends by its own rule.
    """
    row, text = OPS[op], _Text()
    upstream, *own = (f"{{{k}}}" for k in range(operands))
    value = f"{{{operands + 1}}}"
    if sent:
        if local is None:
            (value,) = text.apply(row.vjps[slot], [upstream, *own], options)
        elif isinstance(local, bool):
            slope = f"{{{operands}}}"
            if not local:
                (slope,) = text.apply(row.partials[slot], own, options)
                text.put(operands, slope)
            value = text.line(f"{upstream} * {slope}")
        else:
            value = text.line(upstream if local == 1.0 else f"{upstream} * {local!r}")
        text.put(operands + 1, value)
    if more:
        text.put(operands + 3, f"{{{operands + 2}}} + {value}")
    return text.recipe()


class _Text:
    """Lines of Python; places stand in them as {0}, {1}, …"""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names = (f"t{k}" for k in count())

    def line(self, expression: str) -> str:
        name = next(self.names)
        self.lines.append(f"{name} = {expression}")
        return name

    def put(self, place: int, expression: str) -> None:
        self.lines.append(f"{{{place}}} = {expression}")

    def apply(self, rule: Any, operands: Sequence[str], options: Options) -> list[str]:
        """The rule's lines; what its results are called."""
        tape = trace(rule, ((),) * len(operands), options)
        if tape.kernel is not None or any(line.shape for line in tape.lines):
            raise UntraceableError("arrays")
        called = list(operands)
        for line in tape.lines:
            called.append(self.line(_expression(line, [_called(a, called) for a in line.args])))
        return [_called(result, called) for result in tape.results]

    def recipe(self) -> Recipe:
        text = "\n".join(self.lines)
        used = sorted({int(k) for k in re.findall(r"\{(\d+)\}", text)})
        for number, k in enumerate(used):
            text = text.replace(f"{{{k}}}", f"r[p{number}]")
        return Recipe(text, tuple(used))


def _called(x: Any, names: Sequence[str]) -> str:
    return names[x] if isinstance(x, Ref) else repr(float(x))


def _expression(line: Line, args: Sequence[str]) -> str:
    if line.reduce is not None:  # over no axes
        return args[0]
    if line.ufunc is ERF:
        return f"erf({args[0]})"
    if line.ufunc is np.power and args[1] == "2.0":
        return PYTHON[np.square].format(*args)
    form = PYTHON.get(line.ufunc)
    if form is None and line.ufunc not in ASKED:
        raise UntraceableError(line.ufunc.__name__)
    return form.format(*args) if form else f"float({line.ufunc.__name__}({', '.join(args)}))"
