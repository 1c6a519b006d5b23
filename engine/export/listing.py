"""A training step as a listing in NumPy: what is said of each event, and its lines of code."""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from engine.events import AnyEvent
from engine.explain import Explainer
from engine.explanation import Explanation
from engine.export.numbers import WIDTH, array
from engine.export.step import expected, given
from engine.names import CodeNames, latex_number
from engine.numerals import four
from engine.tape import Array
from engine.trace import Trace
from engine.words import counts

PLACE = re.compile(r"((?:\\cdot|[-+]) ?)?\\num\{(\d+)\}")
SECTIONS = {"forward": "Forward", "loss": "Forward", "backward": "Backward", "update": "Update"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Lines that belong together. `layer` is the ordinal of the layer they compute, None for numbers and checks."""

    section: str
    says: str = ""
    formulas: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    layer: int | None = None


def parts(trace: Trace) -> Iterator[Part]:
    """The whole step: the numbers it begins with, every event, and after each section the numbers it must give.

    Raises `ExportError` where these are too many.
    """
    wanted = expected(trace)
    explainer = Explainer(trace.graph, trace.schedule)
    names, loss = explainer.words.code, explainer.words.loss
    checks = {
        "Forward": [(loss, names.value(trace.graph.loss), wanted.loss)],
        "Backward": [(f"d{loss}/d{node.label}", names.gradient(node), x) for node, x in wanted.gradients],
        "Update": [(node.label, names.value(node), x) for node, x in wanted.updated],
    }
    yield Part(section="The numbers it begins with", code=tuple(_given(trace, names)))
    events = trace.schedule.events
    for event, following in zip(events, [*events[1:], None], strict=True):
        section = SECTIONS[event.phase]
        yield _event(explainer.explain(event.index), event, section, trace.recording.buffer)
        if following is None or SECTIONS[following.phase] != section:
            yield Part(section=section, code=tuple(_check(*row) for row in checks[section]))


def _given(trace: Trace, names: CodeNames) -> Iterator[str]:
    numbers = given(trace)
    for node, x in numbers.leaves:
        yield f"{names.value(node)} = {_array(x)}"
    if numbers.learning_rate is not None:
        yield f"learning_rate = {numbers.learning_rate!r}"
        if counts(trace.schedule):
            yield f"t = {numbers.updates + 1.0!r}  # the number of this update"
    for node, slot, x in numbers.slots:
        yield f"{names.slot(node, slot)} = {_array(x)}"


def _array(x: Array) -> str:
    return array(x, "np", "np.array")


def _check(label: str, name: str, x: Array) -> str:
    return f"check({json.dumps(label)}, {name}, {_array(x)})"


def _event(said: Explanation, event: AnyEvent, section: str, buffer: Array) -> Part:
    lines = [line for f in said.lines for line in (f.formula, f.numbers) if line]
    return Part(
        section=section, layer=event.layer, says=filled(said.sentence.replace("*", ""), buffer),
        formulas=tuple(in_latex(line, buffer) for line in lines), code=said.code,
    )  # fmt: skip


def filled(text: str, buffer: Array) -> str:
    """The sentence with its numbers in their places."""
    return PLACE.sub(lambda place: (place[1] or "") + four(float(buffer[int(place[2])])), text)


def in_latex(text: str, buffer: Array) -> str:
    """The formula with its numbers in their places; a negative one after an operator goes into parentheses."""

    def written(place: re.Match[str]) -> str:
        before, x = place[1] or "", float(buffer[int(place[2])])
        if not math.isfinite(x):
            return before + rf"\text{{{four(x)}}}"
        number = latex_number(f"{x:.4g}").text
        return f"{before}({number})" if before and x < 0 else before + number

    return PLACE.sub(written, text)


def comment(text: str) -> list[str]:
    """The text as lines of comment; line breaks of any kind are spaces."""
    return textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent="# ", subsequent_indent="# ")
