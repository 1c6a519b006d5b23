"""A training step as one HTML file that plays it: no server, no network, the recording's numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from app.errors import TooLargeError
from app.mathml import Said, mathml
from app.places import WEB
from app.wire import encode, plain
from engine import ArrayRef, Contribution, Explainer, Trace, four, svg

EVENTS = 1_000  # a file plays at most so many
INLINE = 64  # entries of an array that go along
NUM = re.compile(r"\\num\{(\d+)\}")
TEMPLATES = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True)


def player(trace: Trace, title: str) -> str:
    """The page. Raises `TooLargeError` for a step of too many events, `PictureError` for a graph of too many nodes."""
    length = trace.schedule.length
    if length > EVENTS:
        raise TooLargeError(f"this training step has {length} events; a file plays at most {EVENTS}")
    step = {"begins": list(_begins(trace)), "events": list(_events(trace))}
    # As text of a script element, in which nothing may look like a tag.
    written = encode(step).decode().replace("<", "\\u003c")
    return TEMPLATES.get_template("player.html").render(
        title=title, picture=Markup(svg(trace, title)), step=Markup(written), length=length
    )


def _begins(trace: Trace) -> Iterator[list[Any]]:
    """What stands on the cards before the first event."""
    values, _ = trace.standing(0)
    for node, ref in enumerate(values):
        if ref is not None:
            yield [node, "value", *_shown(trace, ref, signed=False)]


def _events(trace: Trace) -> Iterator[dict[str, Any]]:
    """What is said of every event, and what it changes on the cards."""
    explainer, said = Explainer(trace.graph, trace.schedule), _sayer(trace)
    before = trace.standing(0)
    for event in trace.schedule.events:
        after, told = trace.standing(event.index + 1), explainer.explain(event.index)
        yield {
            "phase": event.phase, "title": told.title, "code": list(told.code),
            "sentence": NUM.sub(lambda place: said(int(place[1])), told.sentence),
            "lines": [_line(asdict(line), said) for line in told.lines],
            "changes": [change for rows in zip(("value", "gradient"), before, after, strict=True)
                        for change in _changes(trace, *rows)],
            "edge": f"{event.node}:{event.slot}" if isinstance(event, Contribution) else None,
        }  # fmt: skip
        before = after


def _line(line: dict[str, Any], said: Said) -> dict[str, Any]:
    return {"says": line["says"], "math": [mathml(tex, said) for tex in (line["formula"], line["numbers"]) if tex]}


def _changes(
    trace: Trace, role: str, before: list[ArrayRef | None], after: list[ArrayRef | None]
) -> Iterator[list[Any]]:
    for node, (old, new) in enumerate(zip(before, after, strict=True)):
        if new != old:
            yield [node, role, *(_shown(trace, new, signed=role == "gradient") if new else (None, None))]


def _shown(trace: Trace, ref: ArrayRef, *, signed: bool) -> tuple[str, Any]:
    """What a card shows, which for an array is its norm, and exactly what it stands for, where that is not much."""
    array = np.asarray(trace.view(ref), float)
    with np.errstate(all="ignore"):
        number = float(np.sqrt(np.sum(np.square(array)))) if array.ndim else float(array)
    text = f"+{four(number)}" if signed and not array.ndim and number > 0 else four(number)
    exact = plain(array.reshape(-1) if array.ndim else number)
    return text, exact if array.size <= INLINE else None


def _sayer(trace: Trace) -> Said:
    return lambda place: four(float(trace.view(ArrayRef(place, ()))))
