"""From what a spec says of its data to arrays for the engine."""

from __future__ import annotations

import numpy as np

from app.data import Dataset, load
from app.data.requests import ArraysRequest, Chosen, DataRequest, SourceRequest
from app.data.uploads import Uploads
from app.errors import NotFoundError, SpecError, TooLargeError
from app.settings import Settings
from engine import Data

MOST_CLASSES = 1_000


def resolve(request: DataRequest, settings: Settings, uploads: Uploads | None) -> tuple[Data, Dataset]:
    """What training sees, and the whole data set, which knows the rows held out.

    Raises `NotFoundError`, `SpecError` or `TooLargeError`, naming what was asked for and what there is.
    """
    dataset = _dataset(request, settings, uploads)
    _allow("numbers in a data set", dataset.entries, settings.data_numbers)
    if request.split:
        dataset = dataset.split(request.split, request.seed)
    if request.standardize:
        dataset = dataset.standardized()
    sample = _sample(request, len(dataset.x))
    data = Data(
        x=dataset.x, targets=dataset.targets(), samples=dataset.seen if sample is None else [sample],
        batch=request.batch if sample is None else None, shuffle=request.shuffle, seed=request.seed,
        held=dataset.held,
    )  # fmt: skip
    _allow("samples in a batch", data.size, settings.batch)
    return data, dataset


def _dataset(request: DataRequest, settings: Settings, uploads: Uploads | None) -> Dataset:
    if isinstance(request, ArraysRequest):
        return _arrays(request, settings)
    if isinstance(request, SourceRequest):
        try:
            return load(request.name, **request.options())
        except ValueError as error:
            raise SpecError(str(error), "/spec/data") from None
    dataset = uploads.find(request.id) if uploads else None
    if dataset is None:
        raise NotFoundError(f"there is no data set {request.id!r}; it may have made room for others: send it again")
    return dataset


def _sample(request: Chosen, samples: int) -> int | None:
    """The one sample to train on, if it is one."""
    single = isinstance(request, SourceRequest) and request.source.single and request.batch is None
    sample = 0 if request.sample is None and single else request.sample
    if sample is not None and sample >= samples:
        raise SpecError(f"sample {sample} asked for; there are 0 to {samples - 1}", "/spec/data/sample")
    return sample


def _arrays(request: ArraysRequest, settings: Settings) -> Dataset:
    x = np.array(request.arrays["x"], np.float64)
    y = np.array(request.arrays["y"], np.float64)
    if y.ndim > 1:
        return Dataset(x=x, values=y)
    if (y < 0).any() or (y % 1 != 0).any() or y.max() >= MOST_CLASSES:
        raise SpecError(f"class numbers must be whole, from 0 to {MOST_CLASSES - 1}", "/spec/data/arrays/y")
    return Dataset(x=x, labels=y.astype(np.int64), classes=tuple(map(str, range(int(y.max()) + 1))))


def _allow(what: str, asked: int, allowed: int) -> None:
    if asked > allowed:
        raise TooLargeError(f"{asked} {what} asked for; this service allows {allowed}")
