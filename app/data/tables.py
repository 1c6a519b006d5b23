"""Measured things: a row of numbers for each."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.data.dataset import Dataset
from app.data.source import Source


def iris() -> Dataset:
    """(150, 4): lengths and widths of sepals and petals in cm."""
    from sklearn.datasets import load_iris  # here, because it takes a second

    return _table(load_iris())


def wine() -> Dataset:
    """(178, 13): alcohol, acids, colour and so on, in their own units."""
    from sklearn.datasets import load_wine

    return _table(load_wine())


def _table(bunch: Any) -> Dataset:
    classes = tuple(str(name).replace("_", " ") for name in bunch.target_names)
    names = tuple(str(name).replace("_", " ") for name in bunch.feature_names)
    x, labels = np.asarray(bunch.data, np.float64), np.asarray(bunch.target, np.int64)
    return Dataset(x=x, labels=labels, classes=classes, shared=True, names=names)


ROWS = (
    Source(
        name="iris", family="table", load=iris, generated=False,
        doc="150 irises of three species by four measures in cm (Fisher 1936, from scikit-learn).",
    ),
    Source(
        name="wine", family="table", load=wine, generated=False,
        doc="178 wines of three grapes by thirteen measures (Forina and others 1988, from scikit-learn).",
    ),
)  # fmt: skip
