"""What clients are shown of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from app.data import Dataset
from app.models import Amendment
from app.specs import SpecRequest
from engine import Model, Phase

Status = Literal["waiting", "training", "done", "reached", "stopped", "cancelled", "edited", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """What the page says of a session's data: which samples, of how many, and how to draw one.

    `epoch`: in so many iterations every sample is used once.
    """

    name: str
    sample: int | None
    samples: int
    label: int | None
    picture: tuple[int, int] | None
    classes: tuple[str, ...]
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`cursor` events of training step `iteration` have happened."""

    iteration: int
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A session as clients see it. `loss` is null until it is computed in this iteration.

    `length`, `phase`, `data` and `optimizer` are those of the iteration it stands at, `spec` is what it was made from.
    `optimizer` has its name and what was said of it, by the spec or by edits; null where nothing trains. `stretches`
    are the iterations from which another graph and schedule hold: 0, and those of edits that changed the model.
    `undo` and `redo`: whether there is something to. `differs`: the first iteration whose replay gave other bits than
    it first had, as another kind of processor may; from there on numbers follow from the stored snapshots. `fault`: the
    mistake that is made on purpose in this iteration. `drives`: whether whoever asked may move and edit.
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
    optimizer: dict[str, Any] | None
    stretches: tuple[int, ...]
    undo: bool
    redo: bool
    differs: int | None
    fault: str | None
    drives: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedSession(SessionView):
    """A new session and its drive token, which is told this once; null where a cookie holds it."""

    drive: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A training run, from iteration `start` to `to` at most, or until its loss is as low as `until` says.

    `iteration` is the one reported last: whatever happens, the session has reached it. What follows is of that
    iteration (the test loss and accuracy: of the last one in which they were measured); by layer, the norm of its
    gradients, and of its update over that of its weights. `left`: seconds to `to` at the present pace. It ended
    `done`, `reached` what `until` says, `stopped` by early stopping, `cancelled`, `edited` away or `failed`, and
    `detail` says why.
    """

    id: str
    revision: int
    status: Status
    start: int
    to: int
    until: dict[str, float] | None
    iteration: int
    loss: float | None = None
    accuracy: float | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    learning_rate: float | None = None
    gradients: dict[str, float | None] | None = None
    updates: dict[str, float | None] | None = None
    left: float | None = None
    detail: str | None = None
    ended: float | None = None


def data_view(
    model: Model, dataset: Dataset | None, spec: SpecRequest, amendment: Amendment | None = None
) -> DataView | None:
    """What is told of the data; None where a model has none. An edited label is the one that is in force."""
    if dataset is None or spec.data is None:
        return None
    batch, samples = model.samples(0), len(dataset.x)
    always = len(batch) == 1 and model.epoch == 1  # the same one sample in every iteration
    row = amendment.target_rows.get(batch[0]) if amendment else None
    label = dataset.label(batch[0]) if row is None else int(np.argmax(row))
    return DataView(
        name=spec.data.name, sample=batch[0] if always and samples > 1 else None, samples=samples,
        label=label if always and dataset.classes else None, picture=dataset.picture, classes=dataset.classes,
        epoch=model.epoch,
    )  # fmt: skip
