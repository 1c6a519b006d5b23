"""Data sets: each gives inputs and targets as arrays; the engine sees nothing else."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.data import curves, pictures, points, sequences, tables
from app.data.dataset import Dataset
from app.data.source import DataOption, Family, Source

SOURCES: dict[str, Source] = {
    row.name: row for part in (points, curves, sequences, pictures, tables) for row in part.ROWS
}


@lru_cache(maxsize=8)
def load(name: str, **options: Any) -> Dataset:
    """A data set by name and every option, with arrays that nobody can write to.

    Raises ValueError where its options do not fit each other.
    """
    dataset = SOURCES[name].load(**options)
    for array in (dataset.x, dataset.labels, dataset.values):
        if array is not None:
            array.flags.writeable = False
    return dataset


__all__ = ["SOURCES", "DataOption", "Dataset", "Family", "Source", "load"]
