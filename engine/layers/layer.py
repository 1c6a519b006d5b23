"""What a kind of layer is: a row with its options and the function that adds its nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from math import prod
from typing import Any, Literal

import numpy as np

from engine.build import Builder, Ref
from engine.feeds import Feed
from engine.frozen import frozen
from engine.init import chosen
from engine.op import ShapeError, SizeError
from engine.tape import Array, Shape

Kind = Literal["integer", "number", "boolean", "initializer", "op", "shape"]


@frozen
class Option:
    """A setting of a layer: what may stand there, and what stands there if nothing is said.

    `default` None means that it must be said. `low` and `high` bound numbers, both included.
    """

    name: str
    kind: Kind
    doc: str
    default: Any = None
    low: float | None = None
    high: float | None = None


@frozen
class LayerSpec:
    """One layer asked for: its kind, its name, and the options said."""

    type: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Context:
    """What a layer may use: where its nodes go, its name, its options complete, and seeded random numbers.

    `training`: normalised by the batch and with dropout, else as in evaluation. `samples`: every input that training
    may ever see, of which the first batch is a part. `most`: how many parameters the network may have; None: any
    number.
    """

    builder: Builder
    name: str
    options: Mapping[str, Any]
    rng: np.random.Generator
    training: bool = True
    samples: Array | None = None
    most: int | None = None

    def parameter(self, name: str, value: Any) -> Ref:
        """A parameter of this layer, labelled layer.name. Raises `SizeError` where the network has no room for it."""
        self._check_room(np.size(value))
        return self.builder.leaf(f"{self.name}.{name}", value, "parameter")

    def constant(self, name: str, value: Any) -> Ref:
        """Numbers of this layer that nothing trains, labelled layer.name."""
        return self.builder.leaf(f"{self.name}.{name}", value, "constant")

    def draw(self, fan_in: int, fan_out: int, shape: Shape | None = None, option: str = "initializer") -> Array:
        """First weights as an option says: the name of an initialiser, or its name with settings.

        Raises `SizeError`, before anything is drawn, where the network has no room for them.
        """
        self._check_room(prod((fan_in, fan_out) if shape is None else shape))
        row, settings = chosen(self.options[option])
        return row.draw(self.rng, fan_in, fan_out, shape, **settings)

    def _check_room(self, more: int) -> None:
        count = more + sum(prod(n.shape) for n in self.builder.nodes if n.role == "parameter")
        if self.most is not None and count > self.most:
            raise SizeError(f"{count} parameters asked for, with those of {self.name}; at most {self.most} fit")

    def op(self, name: str, *operands: Ref | float, **options: Any) -> Ref:
        """A node of this layer. Raises `ShapeError` naming the layer where the operands do not fit."""
        try:
            return self.builder.op(name, *operands, **options)
        except ShapeError as error:
            raise ShapeError(f"{self.name}: {error}") from None

    def feed(self, name: str, draw: Callable[[np.random.Generator], Array]) -> Ref:
        """A constant of this layer that every training step draws anew, from its seed and the iteration alone."""
        seed = int(self.rng.integers(2**32))
        ref = self.builder.leaf(f"{self.name}.{name}", draw(np.random.default_rng([seed, 0])), "constant")
        self.builder.feeds.append(Feed(ref.id, lambda iteration: draw(np.random.default_rng([seed, iteration]))))
        return ref

    def numbered(self, ref: Ref, letter: str) -> Ref:
        """z1, z2, … and a1, a2, …: pre-activations and activations as textbooks number them."""
        labels = [n.label for n in self.builder.nodes]
        number = 1 + sum(label[:1] == letter and label[1:].isdecimal() for label in labels)
        return ref.named(f"{letter}{number}")


@frozen
class Layer:
    """A kind of layer. `add(context, x)` adds its nodes and returns its output.

    It raises `ShapeError` naming the layer, the axis and both sizes where x does not fit.
    """

    type: str
    doc: str
    add: Callable[[Context, Ref], Ref]
    options: tuple[Option, ...] = ()

    def complete(self, spec: LayerSpec) -> dict[str, Any]:
        """All options, those not said at their defaults. Raises ValueError for one that must be said."""
        chosen = {o.name: spec.options.get(o.name, o.default) for o in self.options}
        missing = next((name for name, value in chosen.items() if value is None), None)
        if missing:
            raise ValueError(f"{spec.name}: a {self.type} layer needs `{missing}`")
        return chosen


INITIALIZER = Option(
    name="initializer", kind="initializer", doc="How the first weights are drawn.", default="he_normal"
)
