"""What clients are shown of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.data import Dataset
from app.models import Amendment
from app.specs import SpecRequest
from engine import Model, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """What the page says of a session's data: which samples, of how many, and how to draw one."""

    name: str
    sample: int | None
    samples: int
    label: int | None
    picture: tuple[int, int] | None
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`cursor` events of training step `iteration` have happened."""

    iteration: int
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A session as clients see it. `loss` is null until it is computed in this iteration.

    `length`, `phase` and `data` are those of the iteration it stands at, `spec` is what it was made from. `stretches`
    are the iterations from which another graph and schedule hold: 0, and those of edits that changed the model.
    `undo` and `redo`: whether there is something to. `differs`: the first iteration whose replay gave other bits than
    it first had, as another kind of processor may; from there on numbers follow from the stored snapshots. `drives`:
    whether whoever asked may move and edit.
    """

    id: str
    title: str
    summary: str
    example: str | None
    spec: dict[str, Any]
    iteration: int
    cursor: int
    length: int
    phase: Phase
    frontier: int
    revision: int
    loss: float | None
    data: DataView | None
    stretches: tuple[int, ...]
    undo: bool
    redo: bool
    differs: int | None
    drives: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedSession(SessionView):
    """A new session and its drive token, which is told this once; null where a cookie holds it."""

    drive: str | None


def data_view(
    model: Model, dataset: Dataset | None, spec: SpecRequest, amendment: Amendment | None = None
) -> DataView | None:
    if dataset is None or spec.data is None:
        return None
    batch, samples = model.samples(0), len(dataset.x)
    always = len(batch) == 1 and model.epoch == 1  # the same one sample in every iteration
    row = amendment.target_rows.get(batch[0]) if amendment else None
    label = dataset.label(batch[0]) if row is None else int(np.argmax(row))
    return DataView(
        name=spec.data.name, sample=batch[0] if always and samples > 1 else None, samples=samples,
        label=label if always and dataset.classes else None, picture=dataset.picture, classes=dataset.classes,
    )  # fmt: skip
