"""Data sets: each gives inputs and targets as arrays; the engine sees nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """`x` (samples, features) and class `labels` (samples,). `picture`: a row of x is an image of this size."""

    x: Floats
    labels: Labels
    classes: tuple[str, ...]
    picture: tuple[int, int] | None = None

    def targets(self) -> Floats:
        """One row per sample with 1 at its class: (samples, classes)."""
        return np.eye(len(self.classes))[self.labels]


def spiral(points: int, classes: int, noise: float, seed: int) -> Dataset:
    """`classes` arms of `points` points each in the plane, wound by 4 radians, angles blurred by `noise`."""
    rng = np.random.default_rng(seed)
    radius = np.tile(np.linspace(0.0, 1.0, points), classes)
    arm = np.repeat(np.arange(classes), points)
    angle = 4.0 * (arm + radius) + noise * rng.standard_normal(points * classes)
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return Dataset(x=x, labels=arm, classes=tuple(map(str, range(classes))))


def digits8() -> Dataset:
    """1,797 handwritten digits, 8×8 grey values scaled to 0…1 (from scikit-learn; UCI, Alpaydin & Kaynak 1998)."""
    from sklearn.datasets import load_digits  # imported when asked for: it takes a second

    bunch = load_digits()
    return Dataset(
        x=np.asarray(bunch.data, np.float64) / 16.0,
        labels=np.asarray(bunch.target, np.int64),
        classes=tuple("0123456789"),
        picture=(8, 8),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A data set by name: what it is and how to make it. `generated`: made from points, classes, noise and seed."""

    name: str
    doc: str
    generated: bool
    load: Callable[..., Dataset]


SOURCES = {
    row.name: row
    for row in (
        Source(name="spiral", doc="Arms of a spiral in the plane, one class each.", generated=True, load=spiral),
        Source(name="digits8", doc="Handwritten digits, 8×8 grey values.", generated=False, load=digits8),
    )
}
