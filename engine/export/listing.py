"""A training step as a listing in NumPy: what is said of each event, and its lines of code."""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Iterator, Sequence

from engine.events import AnyEvent
from engine.explain import Explainer
from engine.explanation import Explanation
from engine.export.numbers import WIDTH, array
from engine.export.step import Held, expected, given, largest
from engine.frozen import frozen
from engine.names import CodeNames, latex_number
from engine.numerals import four
from engine.recording import Recording
from engine.tape import Array
from engine.trace import Trace
from engine.words import counts

PLACE = re.compile(r"((?:\\cdot|[-+]) ?)?\\num\{(\d+)\}")
SECTIONS = {"forward": "Forward", "loss": "Forward", "backward": "Backward", "update": "Update"}


@frozen
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
    names, kind = explainer.words.code, dtype(trace)
    yield Part(section="The numbers it begins with", code=tuple(_given(trace, names, kind)))
    ends = {found.end: found for found in wanted.gradients}
    events = trace.schedule.events
    for event, following in zip(events, [*events[1:], None], strict=True):
        section = SECTIONS[event.phase]
        yield _event(explainer.explain(event.index), event, section, trace.recording)
        over = following is None or SECTIONS[following.phase] != section
        if over and section == "Forward":
            yield _checks(section, [(held.node.label, names.value(held.node), held) for held in wanted.outputs], kind)
        if found := ends.get(event.index + 1):
            rows = [(f"d{found.output.label}/d{h.node.label}", names.gradient(h.node), h) for h in found.leaves]
            yield _checks(section, rows, kind)
    if wanted.updated:
        yield _checks("Update", [(held.node.label, names.value(held.node), held) for held in wanted.updated], kind)


def dtype(trace: Trace) -> str:
    """What follows the numbers of an array, where they are not Python's own."""
    return ", dtype=np.float32" if trace.schedule.dtype == "float32" else ""


def _checks(section: str, rows: Sequence[tuple[str, str, Held]], kind: str) -> Part:
    return Part(section=section, code=tuple(check(*row, "np", "np.array", kind) for row in rows))


def check(label: str, name: str, held: Held, module: str, function: str, kind: str = "") -> str:
    """The line that holds a result to the numbers expected; to what they are rounded by, where that is more."""
    among = f", {held.among!r}" if held.among > 2 * largest(held.numbers) else ""
    return f"check({json.dumps(label)}, {name}, {array(held.numbers, module, function, kind)}{among})"


def _given(trace: Trace, names: CodeNames, kind: str) -> Iterator[str]:
    numbers = given(trace)
    for node, x in numbers.leaves:
        yield f"{names.value(node)} = {_array(x, kind)}"
    if numbers.learning_rate is not None:
        yield f"learning_rate = {numbers.learning_rate!r}"
        if counts(trace.schedule):
            yield f"t = {numbers.updates + 1.0!r}  # the number of this update"
    for node, slot, x in numbers.slots:
        yield f"{names.slot(node, slot)} = {_array(x, kind)}"


def _array(x: Array, kind: str) -> str:
    return array(x, "np", "np.array", kind)


def _event(said: Explanation, event: AnyEvent, section: str, numbers: Recording) -> Part:
    lines = [line for f in said.lines for line in (f.formula, f.numbers) if line]
    return Part(
        section=section, layer=event.layer, says=filled(said.sentence.replace("*", ""), numbers),
        formulas=tuple(in_latex(line, numbers) for line in lines), code=said.code,
    )  # fmt: skip


def filled(text: str, numbers: Recording) -> str:
    """The sentence with its numbers in their places."""
    return PLACE.sub(lambda place: (place[1] or "") + four(_entry(numbers, place)), text)


def _entry(numbers: Recording, place: re.Match[str]) -> float:
    at = int(place[2])
    return float(numbers.numbers(at, at + 1)[0])


def in_latex(text: str, numbers: Recording) -> str:
    """The formula with its numbers in their places; a negative one after an operator goes into parentheses."""

    def written(place: re.Match[str]) -> str:
        before, x = place[1] or "", _entry(numbers, place)
        if not math.isfinite(x):
            return before + rf"\text{{{four(x)}}}"
        number = latex_number(f"{x:.4g}").text
        return f"{before}({number})" if before and x < 0 else before + number

    return PLACE.sub(written, text)


def comment(text: str) -> list[str]:
    """The text as lines of comment; line breaks of any kind are spaces."""
    return textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent="# ", subsequent_indent="# ")
