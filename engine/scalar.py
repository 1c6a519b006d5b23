"""Graphs of single numbers: a training step as one generated loop over Python's own floats.

A ufunc on an array of one number costs the call, some 300 ns; the same operation on floats takes 20. So every event
becomes a recipe and the places it reads and writes. A recipe is the event's rules, traced and written as lines of
Python; the recipes a graph needs make up one loop, compiled once for all graphs with the same ones. Its numbers are
those of the general way to the last bit: sums, products and quotients round alike everywhere, and for the rest NumPy
is asked here, too.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from engine.events import Assign, Batch, Contribution, Forward, Recompute, Seed, ZeroGrad
from engine.graph import Graph
from engine.ops import OPS
from engine.recording import ArrayRef, Recording
from engine.schedule import Schedule
from engine.tape import ERF, Line, Options, Ref, Rule, Scratch, UntraceableError, trace
from engine.update import Update

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


Step = tuple[Recipe, list[ArrayRef]]  # and all places of the event


def program(graph: Graph, schedule: Schedule, recording: Recording) -> Program | None:
    """The graph's program; None where it has arrays, or rules that take more than ufuncs."""
    if recording.buffer.dtype != np.float64 or any(n.shape for n in graph.nodes):
        return None
    try:
        return Program(graph, schedule, recording)
    except UntraceableError:
        return None


class Program:
    """One training step on floats. What it is given and what it computes stand in the recording, as ever."""

    def __init__(self, graph: Graph, schedule: Schedule, recording: Recording) -> None:
        self.buffer = recording.buffer
        self.numbers: list[float] = self.buffer.tolist()
        self.given = _runs(_given(graph, schedule))
        steps = list(_Steps(graph, schedule, recording).all())
        recipes = [recipe for recipe, _ in Counter(recipe for recipe, _ in steps).most_common()]
        code = {recipe: number for number, recipe in enumerate(recipes)}
        width = max(len(recipe.used) for recipe in recipes)
        self.steps = [_packed(code[recipe], recipe.used, refs, width) for recipe, refs in steps]
        forward = (e for e in schedule.events if isinstance(e, Forward))
        self.values = self.steps[: sum(1 for _ in forward)]
        self.loop = _loop(tuple(recipe.text for recipe in recipes), width)
        asks = any("(" in recipe.text for recipe in recipes)
        self.quiet: Callable[[], Any] = (lambda: np.errstate(all="ignore")) if asks else nullcontext

    def run(self) -> None:
        """Compute every event."""
        self._compute(self.steps)

    def forward(self) -> None:
        """Compute the values alone."""
        self._compute(self.values)

    def _compute(self, steps: Sequence[tuple[int, ...]]) -> None:
        for part in self.given:
            self.numbers[part] = self.buffer[part].tolist()
        with self.quiet():
            self.loop(self.numbers, steps)
        self.buffer[:] = self.numbers


def _given(graph: Graph, schedule: Schedule) -> Iterator[ArrayRef]:
    """What stands in the recording before a step is computed."""
    yield from (schedule.values[n.id] for n in graph.leaves)
    for event in schedule.events[:1]:
        if isinstance(event, Batch):
            yield from (event.samples, event.learning_rate, event.step)
    yield from (ref for _, _, ref, _ in schedule.slots)


def _runs(refs: Iterator[ArrayRef]) -> list[slice]:
    """The places of the refs, as few slices as they make up."""
    runs: list[slice] = []
    for ref in sorted(refs, key=lambda ref: ref.offset):
        start = runs.pop().start if runs and runs[-1].stop == ref.offset else ref.offset
        runs.append(slice(start, ref.offset + ref.size))
    return runs


def _packed(code: int, used: Sequence[int], refs: Sequence[ArrayRef], width: int) -> tuple[int, ...]:
    return (code, *(refs[k].offset for k in used), *(0,) * (width - len(used)))


@lru_cache(maxsize=256)
def _loop(recipes: tuple[str, ...], width: int) -> Callable[[list[float], Sequence[tuple[int, ...]]], None]:
    """Takes the recording's numbers and, for every event, the number of its recipe and its places."""
    places = ", ".join(f"p{k}" for k in range(width))
    lines = ["def loop(r, steps):", f" for recipe, {places} in steps:"]
    for number, recipe in enumerate(recipes):
        lines.append(f"  {'el' if number else ''}if recipe == {number}:")
        lines += (f"   {line}" for line in recipe.splitlines())
    names: dict[str, Any] = dict(NAMES)
    exec("\n".join(lines), names)  # the text is made of this file's words and of numbers
    return names["loop"]  # type: ignore[no-any-return]


class _Steps:
    """Walks the events, knowing where every value and gradient lies by then."""

    def __init__(self, graph: Graph, schedule: Schedule, recording: Recording) -> None:
        self.graph, self.schedule = graph, schedule
        self.place = dict(enumerate(schedule.values))
        self.saved: dict[int, tuple[ArrayRef, ...]] = {}
        self.gradient: dict[int, ArrayRef] = {}
        self.update = Update(schedule, self.gradient, recording.view, Scratch(recording.buffer.dtype))

    def all(self) -> Iterator[Step]:
        for event in self.schedule.events:
            match event:
                case Contribution():
                    yield from self.contribution(event)
                case Forward() | Recompute():
                    yield self.forward(event)
                case Assign():
                    yield self.assign(event)
                case Seed():
                    self.gradient.clear()  # a pass begins
                    self.gradient[event.node] = event.value
                    yield Recipe("r[p0] = 1.0", (0,)), [event.value]
                case Batch() | ZeroGrad():
                    pass
                case _:
                    raise UntraceableError(event.kind)

    def forward(self, event: Forward | Recompute) -> Step:
        node = self.graph.nodes[event.node]
        self.place[node.id], saved = event.value, tuple(event.saved.values())
        self.saved[node.id] = saved
        reads = [self.place[i] for i in node.inputs]
        return forward(node.op or "", len(reads), node.settings), [*reads, event.value, *saved]

    def contribution(self, event: Contribution) -> Iterator[Step]:
        """A new number, a new total, or both; one that hands upstream on to a first total is neither."""
        node, before = self.graph.nodes[event.node], self.gradient.get(event.into)
        self.gradient[event.into] = event.total
        own = [self.place[i] for i in (node.id, *node.inputs)]
        local = event.local if isinstance(event.local, float) or event.local is None else event.local in own
        sent = event.value != event.upstream
        if not sent and before is None:
            return
        saved = () if local is not None else self.saved[node.id]
        refs = [event.upstream, own[0], *saved, *own[1:]]
        recipe = contribution(node.op or "", event.slot, len(refs), node.settings, local, sent, before is not None)
        place = event.local if isinstance(event.local, ArrayRef) else event.value
        yield recipe, [*refs, place, event.value, before or event.value, event.total]

    def assign(self, event: Assign) -> Step:
        number, use = self.update.use(event)
        step, settings = self.update.steps[number], self.update.inputs[number][1]
        return ruled(step.rule, len(use.reads), 1, settings), [*use.reads, use.value]


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
