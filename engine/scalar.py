"""Graphs of single numbers: a training step as one generated loop over Python's own floats.

A ufunc on an array of one number costs the call, some 300 ns; the same operation on floats takes 20. So every event
becomes a recipe and the places it reads and writes. A recipe is the event's rules, traced and written as lines of
Python; the recipes a graph needs make up one loop, compiled once for all graphs with the same ones. Its numbers are
those of the general way to the last bit: sums, products and quotients round alike everywhere, and for the rest NumPy
is asked here, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import lru_cache
from operator import itemgetter
from typing import Any

import numpy as np

from engine.events import Assign, Batch, Contribution, Forward, Recompute, Seed, ZeroGrad
from engine.graph import Graph
from engine.recipes import NAMES, Recipe, contribution, forward, ruled
from engine.recording import ArrayRef, Recording
from engine.schedule import Schedule
from engine.tape import Scratch, UntraceableError
from engine.update import Update

Step = tuple[Recipe, Sequence[int]]  # and all places of the event, then 0


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
        width = max(2, *(len(recipe.used) for recipe in recipes))
        taken = [itemgetter(*recipe.used, *[-1] * (width - len(recipe.used))) for recipe in recipes]
        numbered = ((code[recipe], places) for recipe, places in steps)
        self.steps = [(number, *taken[number](places)) for number, places in numbered]
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
    """Walks the events, knowing at which place every value and gradient lies by then."""

    def __init__(self, graph: Graph, schedule: Schedule, recording: Recording) -> None:
        self.graph, self.schedule = graph, schedule
        self.place = [ref.offset for ref in schedule.values]
        self.saved: dict[int, list[int]] = {}
        self.gradient: dict[int, ArrayRef] = {}
        self.update = Update(schedule, self.gradient, recording.view, Scratch(recording.buffer.dtype))

    def all(self) -> Iterator[Step]:
        for event in self.schedule.events:
            match event:
                case Contribution():
                    before = self.gradient.get(event.into)
                    self.gradient[event.into] = event.total
                    sent = event.value.offset != event.upstream.offset
                    if sent or before:  # else upstream is handed on to a first total: no new number
                        yield self.contribution(event, before, sent)
                case Forward() | Recompute():
                    yield self.forward(event)
                case Assign():
                    yield self.assign(event)
                case Seed():
                    self.gradient.clear()  # a pass begins
                    self.gradient[event.node] = event.value
                    yield Recipe("r[p0] = 1.0", (0,)), [event.value.offset, 0]
                case Batch() | ZeroGrad():
                    pass
                case _:
                    raise UntraceableError(event.kind)

    def forward(self, event: Forward | Recompute) -> Step:
        node, place = self.graph.nodes[event.node], self.place
        place[node.id] = event.value.offset
        saved = self.saved[node.id] = [ref.offset for ref in event.saved.values()]
        reads = [place[i] for i in node.inputs]
        return forward(node.op or "", len(reads), node.settings), [*reads, event.value.offset, *saved, 0]

    def contribution(self, event: Contribution, before: ArrayRef | None, sent: bool) -> Step:
        """A new number, a new total, or both."""
        node, place, value, local = self.graph.nodes[event.node], self.place, event.value.offset, event.local
        own, slope = [place[node.id], *[place[i] for i in node.inputs]], value
        if isinstance(local, ArrayRef):
            slope = local.offset
            local = slope in own
        saved = self.saved[node.id] if local is None else ()
        places = [event.upstream.offset, own[0], *saved, *own[1:]]
        recipe = contribution(node.op or "", event.slot, len(places), node.settings, local, sent, before is not None)
        places += (slope, value, before.offset if before else value, event.total.offset, 0)
        return recipe, places

    def assign(self, event: Assign) -> Step:
        number, use = self.update.use(event)
        step, settings = self.update.steps[number], self.update.inputs[number][1]
        return ruled(step.rule, len(use.reads), 1, settings), [*[ref.offset for ref in use.reads], use.value.offset, 0]
