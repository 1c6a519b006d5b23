"""Shapes of answers that are no class of the engine's. OpenAPI shows them; routes fill them."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from app.data import DataOption, Family
from app.data.cells import Kind
from app.grids import Response
from app.lessons.parts import Example
from app.views import Position, SessionView
from engine import Explanation, Graph, LayerShapes, Option, Phase


class Examples(TypedDict):
    examples: list[Example]


class OpRow(TypedDict):
    """One operation. `latex` is the right-hand side of y = …; `local` are the slopes, per input."""

    name: str
    family: str
    symbol: str
    title: str
    inputs: tuple[str, ...]
    latex: str
    local: list[str]
    numpy: str
    pytorch: str
    example: tuple[Any, ...]
    options: dict[str, Any]
    doc: str


class LayerRow(TypedDict):
    type: str
    doc: str
    options: list[Option]


class NamedRow(TypedDict):
    name: str
    doc: str


class SourcedRow(NamedRow):
    source: str


class ScheduleRow(NamedRow):
    settings: dict[str, float | bool]


class LossRow(NamedRow):
    options: dict[str, float | str]


class SettingsRow(SourcedRow):
    settings: dict[str, float | bool]


class DataRow(NamedRow):
    """A data set; `generated`: another seed makes another; `single`: a step sees one sample unless `batch` is said."""

    family: Family
    generated: bool
    single: bool
    options: list[DataOption]


class DatasetAnswer(TypedDict):
    """A data set that was sent: its id, and what was read."""

    id: str
    samples: int
    inputs: tuple[str, ...]
    target: str
    kind: Kind
    classes: tuple[str, ...]


class CodeAnswer(TypedDict):
    """A short code for a session, and for how many seconds it holds."""

    code: str
    seconds: int


class JoinAnswer(TypedDict):
    id: str


class NewsAnswer(TypedDict):
    """The revisions since the one seen last, and how the session stands."""

    revisions: list[dict[str, Any]]
    session: SessionView


class Catalogue(TypedDict):
    ops: list[OpRow]
    functions: tuple[str, ...]
    layers: list[LayerRow]
    losses: list[LossRow]
    optimizers: list[SettingsRow]
    schedules: list[ScheduleRow]
    initializers: list[SettingsRow]
    data: list[DataRow]
    faults: list[NamedRow]
    limits: dict[str, int | float]


# `from` is a word of Python's own, so these are written as calls.
StepAnswer = TypedDict(
    "StepAnswer",
    {
        "from": Position,
        "to": Position,
        "phase": Phase,
        "loss": float | None,
        "events": list[dict[str, Any]] | None,
        "trace": str | None,
    },
)
TracePage = TypedDict(
    "TracePage",
    {"iteration": int, "from": int, "to": int, "length": int, "next": str | None, "events": list[dict[str, Any]]},
)
ExplanationPage = TypedDict(
    "ExplanationPage", {"from": int, "to": int, "length": int, "explanations": list[Explanation]}
)

PyTorchPage = TypedDict("PyTorchPage", {"from": int, "to": int, "length": int, "lines": list[tuple[str, ...]]})


HistoryAnswer = TypedDict(
    "HistoryAnswer",
    {
        "from": int,
        "to": int,
        "stride": int,
        "complete": bool,
        "iterations": list[int],
        "loss": list[float],
        "accuracy": list[float | None],
        "test_loss": list[float | None],
        "test_accuracy": list[float | None],
        "learning_rate": list[float | None],
        "gradients": dict[str, list[float | None]],
        "updates": dict[str, list[float | None]],
    },
)


class GridAnswer(TypedDict):
    """A network's responses over a grid; the last one is its output. `y` is null over a line."""

    iteration: int
    over: Literal["line", "plane"]
    x: list[float]
    y: list[float] | None
    responses: list[Response]


class Magnitudes(TypedDict):
    """Per event, null where it has no value."""

    iteration: int
    magnitudes: list[float | None]


class Preview(TypedDict):
    """What a spec would be built to; `parameters` are the numbers that training moves.

    `graph` is null where it has more nodes than `preview_nodes`. `layers` are those of a network, `targets` is the
    shape its last one has to give.
    """

    graph: Graph | None
    nodes: int
    parameters: int
    layers: list[LayerShapes]
    targets: tuple[int, ...] | None
