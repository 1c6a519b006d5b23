"""In what two sessions differ, as their specs and edits say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from app.session import Session
from app.thinning import condensed
from engine import LAYERS

MOST = 20  # differences told
LONG = 80  # signs of a value told
PLAIN = ("", "model", "values", "optimizer", "backward")  # what stands in them is clear without their name
IN_THE_SPEC = ("optimizer", "sample")  # edits that are told as what they make of the spec
Leaves = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`what` differs, in so many `places`, as text: null where one says nothing of it."""

    what: str
    places: int
    a: str | None
    b: str | None


def differing(a: Session, b: Session, iteration: int) -> list[Difference]:
    """What the two say differently, as far as it holds at an iteration: of the spec, then of the edits."""
    specs = (session.journey.terms_at(iteration).spec.model_dump(mode="json", exclude_unset=True) for session in (a, b))
    found = [*_specs(*specs), *_edits(_made(a, iteration), _made(b, iteration))]
    together: dict[tuple[str, str | None, str | None], Difference] = {}
    for one in found:
        key = one.what, one.a, one.b
        together[key] = replace(one, places=together[key].places + 1) if key in together else one
    return list(together.values())[:MOST]


def _specs(a: Any, b: Any) -> Iterator[Difference]:
    ours, theirs = (spec["model"].get("layers", []) for spec in (a, b))
    if len(ours) == len(theirs):
        for one, other in zip(ours, theirs, strict=True):
            yield from _told(_options(one), _options(other))
    else:
        kinds = (", ".join(layer["type"] for layer in layers) or None for layers in (ours, theirs))
        yield _difference("layers", *kinds)
    yield from _told(dict(_leaves(a, "")), dict(_leaves(b, "")))


def _told(a: Leaves, b: Leaves) -> Iterator[Difference]:
    for name in dict.fromkeys((*a, *b)):
        if a.get(name) != b.get(name):
            yield _difference(name, a.get(name), b.get(name))


def _options(layer: Mapping[str, Any]) -> Leaves:
    """A layer's options, also those it has by itself."""
    usual = {o.name: o.default for o in LAYERS[layer["type"]].options}
    return {"layer" if name == "type" else name: x for name, x in (usual | dict(layer)).items()}


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every setting by what it is called; layers are told apart from them."""
    if not isinstance(value, dict):
        yield name, value
        return
    for key, part in value.items():
        if key not in ("layers", "kind"):
            yield from _leaves(part, name if key == "name" else key if name in PLAIN else f"{name} {key}")


def _made(session: Session, iteration: int) -> list[tuple[int, Any]]:
    """The edits that hold at an iteration, one by one."""
    line = (batch for batch in condensed(session.standing.timeline.line) if batch.iteration <= iteration)
    return [(batch.iteration, edit) for batch in line for edit in batch.edits if not _told_by_spec(edit)]


def _told_by_spec(edit: Mapping[str, Any]) -> bool:
    return any(name in edit for name in IN_THE_SPEC) or str(edit.get("set", "")).startswith("optimizer.")


def _edits(a: list[tuple[int, Any]], b: list[tuple[int, Any]]) -> Iterator[Difference]:
    """Edits that only one of the two has."""
    for at, edit in a:
        if (at, edit) not in b:
            yield _difference(f"edit at step {at}", _edit(edit), None)
    for at, edit in b:
        if (at, edit) not in a:
            yield _difference(f"edit at step {at}", None, _edit(edit))


def _edit(edit: Mapping[str, Any]) -> str:
    """The edit as a line: `w = 0.3`, or what it is and what of."""
    if "set" in edit:
        index = f"[{', '.join(map(str, edit['index']))}]" if edit.get("index") else ""
        return f"{edit['set']}{index} = {_text(edit['to'])}"
    return ", ".join(f"{name} {_text(value)}" for name, value in edit.items())


def _difference(what: str, a: Any, b: Any) -> Difference:
    ours, theirs = (None if x is None else _text(x) for x in (a, b))
    return Difference(what=what.replace("_", " "), places=1, a=ours, b=theirs)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        said = ", ".join(f"{name} {_text(x)}" for name, x in value.items())
    else:
        said = value if isinstance(value, str) else orjson.dumps(value).decode()
    return said if len(said) <= LONG else f"{said[: LONG - 2]} …"
