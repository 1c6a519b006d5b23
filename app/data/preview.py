"""What data look like, before a model is built on them: how many samples there are, and some of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from app.data.batches import resolve
from app.data.dataset import Dataset
from app.data.requests import DataRequest, SourceRequest
from app.data.source import Family
from app.data.uploads import Uploads
from app.errors import SpecError
from app.settings import Settings

NUMBERS = 20_000  # in the samples that are shown, together
MOST: dict[Family, int] = {"points": 600, "curve": 600, "picture": 24, "sequence": 12, "table": 12}
SPREAD = frozenset({"points", "curve", "table"})  # samples from everywhere; of the others the first


class DataPreview(TypedDict):
    """Data as training would see them; `family` says as what they can be drawn.

    `shape`: of one sample's inputs; `names`: of each of them, where they have one. `outputs`: the shape that a network
    has to give for a sample. `counts`: samples of each class, where a sample has one. `step`: the samples that the
    first training step sees. `rows`: the numbers of the samples that are shown, with their `inputs`, flat, their
    `targets` (a class number, one for each time step, or values, flat), `held` (training does not see it), and
    `texts`: what the time steps say, where each stands for a sign.
    """

    family: Family
    samples: int
    held_out: int
    shape: tuple[int, ...]
    outputs: tuple[int, ...]
    names: tuple[str, ...]
    classes: tuple[str, ...]
    counts: list[int]
    picture: tuple[int, int] | None
    step: list[int]
    rows: list[int]
    inputs: list[list[float]]
    targets: list[Any]
    held: list[bool]
    texts: list[str]


def previewed(request: DataRequest, settings: Settings, uploads: Uploads) -> DataPreview:
    """Raises what `resolve` raises, and `SpecError` for batches of more samples than training sees."""
    seen, dataset = resolve(request, settings, uploads)
    if not seen.steps:
        asked = f"batches of {seen.size} asked for; there are {len(seen.samples)} samples"
        raise SpecError(asked, "/spec/data/batch")
    family = request.source.family if isinstance(request, SourceRequest) else family_of(dataset)
    rows = _rows(dataset, family, request.sample)
    answers = dataset.values if dataset.labels is None else dataset.labels
    assert answers is not None, "a data set has labels or values"
    single = dataset.labels is not None and dataset.labels.ndim == 1
    return DataPreview(
        family=family, samples=len(dataset.x), held_out=len(dataset.held), shape=dataset.x.shape[1:],
        outputs=dataset.targets().shape[1:], names=dataset.names, classes=dataset.classes,
        counts=np.bincount(answers, minlength=len(dataset.classes)).tolist() if single else [],
        picture=dataset.picture, step=list(seen.chosen(0)), rows=rows.tolist(),
        inputs=dataset.x[rows].reshape(len(rows), -1).tolist(),
        targets=answers[rows].tolist() if single else answers[rows].reshape(len(rows), -1).tolist(),
        held=np.isin(rows, np.asarray(dataset.held, np.int64)).tolist(), texts=dataset.texts(rows),
    )  # fmt: skip


def family_of(dataset: Dataset) -> Family:
    """What arrays are by their shapes: a number to a number is a curve, two numbers with a class are points."""
    shape, values = dataset.x.shape[1:], dataset.values
    if shape == (1,) and values is not None and values.shape[1:] == (1,):
        return "curve"
    if shape == (2,) and dataset.labels is not None and dataset.labels.ndim == 1:
        return "points"
    return "sequence" if len(shape) == 2 else "table"


def _rows(dataset: Dataset, family: Family, sample: int | None) -> NDArray[np.int64]:
    """As many as there is room for, and the one that was chosen."""
    total, size = len(dataset.x), prod(dataset.x.shape[1:])
    most = min(total, MOST[family], max(1, NUMBERS // max(size, 1)))
    first = np.linspace(0, total - 1, most).round() if family in SPREAD else np.arange(most)
    chosen: Sequence[int] = [] if sample is None else [sample]
    return np.unique(np.concatenate([first, chosen]).astype(np.int64))
