"""Layers: each adds a named group of nodes with its parameters. A layer kind is a row of `LAYERS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from engine.build import Builder, Ref
from engine.init import INITIALIZERS
from engine.op import ShapeError


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSpec:
    """One layer asked for. `units` and `initializer` are read by layers that have parameters."""

    type: str
    name: str
    units: int | None = None
    initializer: str = "he_normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A kind of layer: `add(builder, x, spec, rng)` adds its nodes and returns its output."""

    type: str
    doc: str
    add: Callable[[Builder, Ref, LayerSpec, Generator], Ref]
    options: tuple[str, ...] = field(default=())


def dense(builder: Builder, x: Ref, spec: LayerSpec, rng: Generator) -> Ref:
    """x (batch, in) · weight (in, units) + bias (units). Raises `ShapeError` naming the layer."""
    if len(x.shape) != 2:
        raise ShapeError(f"{spec.name}: a dense layer takes (batch, features); its input has shape {x.shape}")
    if spec.units is None:
        raise ShapeError(f"{spec.name}: a dense layer needs `units`")
    draw = INITIALIZERS[spec.initializer].draw
    weight = builder.leaf(f"{spec.name}.weight", draw(rng, x.shape[1], spec.units), "parameter")
    product = x @ weight
    bias = builder.leaf(f"{spec.name}.bias", np.zeros(spec.units), "parameter")
    return (product + bias).named(_next(builder, "z"))


def activation(op: str) -> Callable[[Builder, Ref, LayerSpec, Generator], Ref]:
    return lambda builder, x, spec, rng: builder.op(op, x).named(_next(builder, "a"))


def _next(builder: Builder, letter: str) -> str:
    """z1, z2, … and a1, a2, …: pre-activations and activations as textbooks number them."""
    taken = sum(n.label[:1] == letter and n.label[1:].isdecimal() for n in builder.nodes)
    return f"{letter}{taken + 1}"


LAYERS = {
    row.type: row
    for row in (
        Layer(type="dense", doc="x·W + b: every output sees every input.", add=dense, options=("units", "initializer")),
        Layer(type="relu", doc="max(x, 0), entry by entry.", add=activation("relu")),
        Layer(type="sigmoid", doc="1/(1 + e⁻ˣ), entry by entry.", add=activation("sigmoid")),
        Layer(type="tanh", doc="Hyperbolic tangent, entry by entry.", add=activation("tanh")),
        Layer(type="softmax", doc="Probabilities along the last axis.", add=activation("softmax")),
        Layer(
            type="log_softmax", doc="Logarithms of probabilities along the last axis.", add=activation("log_softmax")
        ),
    )
}
LOSSES = ("mse", "half_mse", "cross_entropy", "softmax_cross_entropy")
