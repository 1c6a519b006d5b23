"""What a training step is given anew: pure functions of the iteration, so that any step can be made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

import numpy as np

from engine.frozen import frozen
from engine.tape import Array


@frozen(kw_only=False)
class Feed:
    """Leaf `node` gets `draw(iteration)` before each iteration."""

    node: int
    draw: Callable[[int], Array]


@frozen
class Data:
    """What a model may see: x (all, features…), targets (all, outputs…), and in `samples` the rows to train on.

    `batch` samples at a time, all where it is None. With `shuffle`, every epoch has an order of its own, from `seed`;
    what is left over at the end of an epoch waits for another one. `x_rows` and `target_rows` stand in for rows of x
    and targets, by their number. `held` are the rows that training does not see.
    """

    x: Array
    targets: Array
    samples: Sequence[int] | np.ndarray[tuple[Any, ...], np.dtype[np.int64]]
    batch: int | None = None
    shuffle: bool = True
    seed: int = 0
    x_rows: Mapping[int, Array] = field(default_factory=dict)
    target_rows: Mapping[int, Array] = field(default_factory=dict)
    held: Sequence[int] = ()

    @property
    def size(self) -> int:
        """Samples in one batch."""
        return len(self.samples) if self.batch is None else self.batch

    @property
    def steps(self) -> int:
        """Training steps in one epoch."""
        return len(self.samples) // self.size

    def rows(self, iteration: int) -> Array:
        """Which rows of x the batch of an iteration is made of."""
        order = np.asarray(self.samples)
        if self.batch is None:
            return order
        epoch, place = divmod(iteration, self.steps)
        if self.shuffle:
            order = np.random.default_rng([self.seed, epoch]).permutation(order)
        return order[place * self.size : (place + 1) * self.size]

    def inputs(self, iteration: int) -> Array:
        """x of the batch of an iteration."""
        return self._batch(self.x, self.x_rows, iteration)

    def answers(self, iteration: int) -> Array:
        """The targets of the batch of an iteration."""
        return self._batch(self.targets, self.target_rows, iteration)

    def _batch(self, array: Array, instead: Mapping[int, Array], iteration: int) -> Array:
        rows = self.rows(iteration)
        batch: Array = array[rows]  # a copy
        if instead:
            for place, row in enumerate(rows.tolist()):
                batch[place] = instead.get(row, batch[place])
        return batch

    def chosen(self, iteration: int) -> Sequence[int]:
        """The numbers of the samples in the batch of an iteration: their rows in x."""
        chosen: list[int] = self.rows(iteration).tolist()
        return chosen
