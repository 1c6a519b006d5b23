"""What a network has learnt of its data set: the samples as points, and how a classifier reads them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from time import monotonic
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from app.data import Dataset
from app.errors import OutsideError
from app.settings import Settings
from engine import Array, Evaluator, NetworkModel

Part = Literal["held", "seen"]
POINTS = 600  # more than that stand on each other
MISREAD, PIXELS = 24, 20_000  # of pictures that are misread, so many are shown, with at most so many numbers together


class Samples(TypedDict):
    """Samples, evenly spread over the data set where there are many: `total` of them.

    `targets`: class numbers where every sample has one class, else its values. `held`: training does not see it.
    """

    total: int
    inputs: list[list[float]]
    targets: list[Any]
    classes: tuple[str, ...]
    held: list[bool]


class Misread(TypedDict):
    """A sample that is taken for another class; `picture` are its numbers, where it is one."""

    sample: int
    label: int
    read: int
    picture: list[float]


class Readings(TypedDict):
    """How the samples are read: `counts` are rows of true classes, with a column for each class they are taken for.

    `samples` of `total` were read in the time allowed. `accuracy`: the share read right.
    """

    iteration: int
    of: Part
    samples: int
    total: int
    accuracy: float
    classes: tuple[str, ...]
    counts: list[list[int]]
    misread: list[Misread]


def samples_of(dataset: Dataset | None) -> Samples:
    """The samples as points on a line or in a plane. Raises `OutsideError` for inputs of another shape."""
    if dataset is None or dataset.x.shape[1:] not in ((1,), (2,)):
        takes = "no inputs from outside" if dataset is None else f"inputs of shape {dataset.x.shape[1:]}"
        raise OutsideError(f"samples are points where inputs are one number or two; this model takes {takes}")
    total = len(dataset.x)
    rows = np.unique(np.linspace(0, total - 1, min(total, POINTS)).round().astype(np.int64))
    single = dataset.labels is not None and dataset.labels.ndim == 1
    answers = dataset.labels if single else dataset.targets()
    assert answers is not None, "a data set has labels or values"
    return Samples(
        total=total, inputs=dataset.x[rows].tolist(), targets=answers[rows].tolist(), classes=dataset.classes,
        held=np.isin(rows, np.asarray(dataset.held, np.int64)).tolist(),
    )  # fmt: skip


def readings(
    network: NetworkModel, values: dict[str, Array], dataset: Dataset | None, part: Part, settings: Settings
) -> Readings:
    """What the samples of a part are taken for. Raises `OutsideError` where a sample has no class, or there is none."""
    if dataset is None or dataset.labels is None or dataset.labels.ndim != 1:
        raise OutsideError("samples are read where each has one class; those of this model have none")
    rows = np.asarray(dataset.held, np.int64) if part == "held" else dataset.seen
    if not len(rows):
        raise OutsideError("no samples are held out in this session: 0 of its samples")
    read = _read(network, values, dataset.x, rows, settings)
    done = rows[: len(read)]
    labels, classes = dataset.labels[done], max(len(dataset.classes), int(read.max()) + 1)
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, read), 1)
    wrong = np.flatnonzero(labels != read)
    return Readings(
        iteration=0, of=part, samples=len(done), total=len(rows), accuracy=1.0 - len(wrong) / len(done),
        classes=dataset.classes, counts=counts.tolist(), misread=_misread(dataset, done, read, wrong),
    )  # fmt: skip


def _read(
    network: NetworkModel, values: dict[str, Array], x: Array, rows: NDArray[np.int64], settings: Settings
) -> NDArray[np.int64]:
    """The class with the largest output, of as many rows as there is time for: at least those of the first part."""
    first = Evaluator(network, x[rows[:1]])
    entries = sum(prod(n.shape) for n in first.nodes if n.op or n.id == first.input.id)
    size = max(1, min(500, settings.session_bytes // (8 * max(entries, 1))))
    deadline = monotonic() + settings.step_seconds
    found: list[NDArray[np.int64]] = []
    for begin in range(0, len(rows), size):
        if found and monotonic() > deadline:
            break
        found.append(Evaluator(network, x[rows[begin : begin + size]])(values).argmax(axis=-1))
    return np.concatenate(found)


def _misread(
    dataset: Dataset, rows: NDArray[np.int64], read: NDArray[np.int64], wrong: NDArray[np.int64]
) -> list[Misread]:
    assert dataset.labels is not None, "only samples with classes are read"
    size = prod(dataset.x.shape[1:]) if dataset.picture else 0
    shown: Sequence[int] = wrong[: min(MISREAD, PIXELS // max(size, 1))].tolist()
    return [
        Misread(
            sample=int(rows[k]), label=int(dataset.labels[rows[k]]), read=int(read[k]),
            picture=dataset.x[rows[k]].reshape(-1).tolist() if size else [],
        )
        for k in shown
    ]  # fmt: skip
