"""What a data set is: arrays, the names of classes, and which rows training does not see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

HELD_OUT = 0x5EED  # beside the seed, so that which rows are held out says nothing of the order of batches


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """Inputs `x` (samples, …), with class `labels` (samples,) or (samples, steps), or with `values` (samples, …).

    `picture`: a sample of x is an image of this height and width. `held`: rows that training does not see.
    `shared`: kept once for all sessions. `names`: of the inputs, where they have one. `signs`: what each time step can
    stand for, by its number, or by the place of its 1.
    """

    x: Floats
    labels: Labels | None = None
    values: Floats | None = None
    classes: tuple[str, ...] = ()
    picture: tuple[int, int] | None = None
    held: tuple[int, ...] = ()
    shared: bool = False
    names: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()

    def targets(self) -> Floats:
        """What the loss compares with: the values, or a 1 at each label's class: (samples, …, classes)."""
        if self.values is not None:
            return self.values
        return np.eye(len(self.classes))[self.labels]

    @property
    def entries(self) -> int:
        """Numbers in the inputs and the targets together."""
        answers = self.values if self.labels is None else self.labels
        assert answers is not None, "a data set has labels or values"
        return self.x.size + prod(answers.shape) * (len(self.classes) or 1)

    @property
    def seen(self) -> Labels:
        """The rows that training sees."""
        return np.setdiff1d(np.arange(len(self.x)), np.array(self.held, np.int64))

    def split(self, fraction: float, seed: int) -> Dataset:
        """The same with a fraction of the rows held out, chosen by the seed; at least one row stays in training."""
        count = min(round(fraction * len(self.x)), len(self.x) - 1)
        order = np.random.default_rng([seed, HELD_OUT]).permutation(len(self.x))
        return replace(self, held=tuple(sorted(order[:count].tolist())))

    def standardized(self) -> Dataset:
        """Each feature with mean 0 and standard deviation 1 over the rows seen; one that never changes becomes 0."""
        seen = self.x[self.seen]
        spread = seen.std(axis=0)
        return replace(
            self, x=(self.x - seen.mean(axis=0)) / np.where(spread == 0.0, 1.0, spread), shared=False, signs=()
        )

    def texts(self, rows: NDArray[np.int64]) -> list[str]:
        """What the time steps of these rows say, where each stands for a sign."""
        if not self.signs:
            return []
        x = self.x[rows]
        said = x.argmax(axis=-1) if x.ndim == 3 and x.shape[2] > 1 else x.reshape(len(x), -1).astype(np.int64)
        return ["".join(self.signs[k] for k in row) for row in said.tolist()]

    def label(self, row: int) -> int | None:
        """The class of a row, where a row has one class."""
        return int(self.labels[row]) if self.labels is not None and self.labels.ndim == 1 else None


def classed(x: Floats, labels: NDArray[np.integer], classes: int) -> Dataset:
    """A data set whose classes are called by their numbers."""
    return Dataset(x=x, labels=np.asarray(labels, np.int64), classes=tuple(map(str, range(classes))))
