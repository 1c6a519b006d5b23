"""Guided lessons, bound to a session: from the names in a lesson's text to events, nodes and places of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.errors import NotFoundError, OutsideError
from app.lessons import EXAMPLES
from app.lessons.walks import WALKS
from app.lessons.walks.parts import Stop, View, Walk
from app.naming import PLACE, MissingError, cursor, entry_at, node, place
from app.session import Session
from engine import ArrayRef, Trace, places, rms

MARK = re.compile(r"\{([^{}]+)\}|\[([^\[\]|]+)(?:\|([^\[\]]+))?\]")
Traces = Callable[[int], Trace]  # of the walk's first training step, or of one so many after it


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSpan:
    """A stretch of text: words; the name of `node`; or a number, which belongs to `node` if to any.

    A number is at `offset` in the recording of `iteration`, or the magnitude of `event` there, or it is `number` in
    every training step.
    """

    text: str = ""
    node: int | None = None
    iteration: int | None = None
    offset: int | None = None
    event: int | None = None
    number: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonStop:
    """Where to stand, how to look at it, what to say, and the `nodes` this is about.

    `entry`: which entry of the event's array the text tells first, if it tells one; formulas can speak of the same.
    `missing` says what the text names and this model does not have; there is no text then. `holds`: whether what the
    text states is so, which an edit may change.
    """

    iteration: int
    cursor: int
    view: View
    text: tuple[LessonSpan, ...]
    nodes: tuple[int, ...]
    entry: tuple[int, ...] | None
    missing: str | None
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A guided lesson of `example`, from training step `iteration` on."""

    example: str
    title: str
    iteration: int
    stops: tuple[LessonStop, ...]


def lesson_of(session: Session, example: str | None, iteration: int) -> Lesson:
    """The lesson of the session's own example, or of another one. Hold the session's lock.

    Raises `NotFoundError` where there is none.
    """
    name = example or (session.example.id if session.example else None)
    if name not in WALKS:
        of = f"the example {name[:64]!r}" if name else "a model of one's own"
        raise NotFoundError(f"there is no guided lesson of {of}; there are those of {', '.join(WALKS)}")

    def trace_at(step: int) -> Trace:
        try:
            return session.trace(iteration + step)
        except OutsideError as error:
            if step == 0:
                raise
            raise MissingError(f"There is no next training step: {error}.") from None

    found = Bound(trace_at, iteration)
    return Lesson(example=name, title=EXAMPLES[name].title, iteration=iteration, stops=found.stops(WALKS[name]))


class Bound:
    """The names of a walk, in the training steps it goes through.

    A session has one recording, written anew by each step it stands at: what is read is kept as numbers.
    """

    def __init__(self, traces: Traces, iteration: int) -> None:
        self.traces, self.iteration = traces, iteration
        self.known: dict[tuple[str, int], float] = {}

    def stops(self, walk: Walk) -> tuple[LessonStop, ...]:
        return tuple(map(self.stop, walk.stops))

    def stop(self, stop: Stop) -> LessonStop:
        """A stop whose event or numbers are not there stands at the beginning of its step, and says what is missing."""
        at, spans, missing = 0, [], None
        try:
            at, spans = cursor(self.traces(stop.step), stop.at), self.spans(stop)
        except MissingError as error:
            missing = str(error)
        nodes = dict.fromkeys(span.node for span in spans if span.node is not None)
        return LessonStop(
            iteration=self.iteration + stop.step, cursor=at, view=stop.view, text=tuple(spans), nodes=tuple(nodes),
            entry=self.entry(spans, stop.step, at), missing=missing, holds=missing is None and self.holds(stop),
        )  # fmt: skip

    def entry(self, spans: list[LessonSpan], step: int, cursor: int) -> tuple[int, ...] | None:
        """The entry of the last event's array that comes first in a text."""
        event = self.traces(step).schedule.events[cursor - 1] if cursor else None
        refs = places(event) if event else {}
        for ref in (refs[name] for name in ("value", "total") if name in refs and refs[name].shape):
            for span in spans:
                if span.iteration == self.iteration + step and (at := _inside(ref, span.offset)) is not None:
                    return at
        return None

    def spans(self, stop: Stop) -> list[LessonSpan]:
        spans, end = [], 0
        for mark in MARK.finditer(stop.says):
            spans += [LessonSpan(text=stop.says[end : mark.start()])] if mark.start() > end else []
            spans.append(self._span(mark, stop.step))
            end = mark.end()
        return [*spans, LessonSpan(text=stop.says[end:])] if end < len(stop.says) else spans

    def _span(self, mark: re.Match[str], step: int) -> LessonSpan:
        place, words, name = mark.groups()
        if place:
            return self.number(place, step)[0]
        return LessonSpan(text=words, node=node(self.traces(step), name or words).id)

    def number(self, text: str, step: int) -> tuple[LessonSpan, Trace]:
        """Where the number is that a mark names, and the training step it is in."""
        match = PLACE.fullmatch(text)
        assert match, f"{text!r} names no number"
        step = step if match["step"] is None else int(match["step"])
        trace = self.traces(step)
        about, found = place(trace, match)
        if isinstance(found, float):
            return LessonSpan(node=about, number=found), trace
        if isinstance(found, int):
            return LessonSpan(node=about, iteration=self.iteration + step, event=found), trace
        at = found.offset + entry_at(found, match["entry"])
        return LessonSpan(node=about, iteration=self.iteration + step, offset=at), trace

    def holds(self, stop: Stop) -> bool:
        """Numbers that are too large for what is asked of them, or do not exist, keep no promise."""
        try:
            return bool(stop.holds(lambda text: self.read(text, stop.step)))
        except (ArithmeticError, MissingError):
            return False

    def read(self, text: str, step: int) -> float:
        key = text, step
        if key not in self.known:
            span, trace = self.number(text, step)
            self.known[key] = _read(trace, span)
        return self.known[key]


def _inside(ref: ArrayRef, offset: int | None) -> tuple[int, ...] | None:
    """Which entry of an array is at this place of the recording."""
    if offset is None or not ref.offset <= offset < ref.offset + ref.size:
        return None
    return tuple(map(int, np.unravel_index(offset - ref.offset, ref.shape)))


def _read(trace: Trace, span: LessonSpan) -> float:
    if span.number is not None:
        return span.number
    if span.offset is not None:
        return float(trace.recording.numbers(span.offset, span.offset + 1)[0])
    assert span.event is not None
    return rms(trace.view(places(trace.schedule.events[span.event])["value"]))
