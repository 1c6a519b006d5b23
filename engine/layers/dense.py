"""Fully connected layers and activations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.build import Ref
from engine.init import INITIALIZERS
from engine.layers.layer import INITIALIZER, Context, Layer, Option
from engine.op import ShapeError

UNITS = Option(name="units", kind="integer", doc="How many outputs.", low=1, high=4_096)


def dense(context: Context, x: Ref) -> Ref:
    """x (batch, in) · weight (in, units) + bias (units)."""
    if len(x.shape) != 2:
        raise ShapeError(f"{context.name}: a dense layer takes (batch, features); its input has shape {x.shape}")
    units = context.options["units"]
    draw = INITIALIZERS[context.options["initializer"]].draw
    product = x @ context.parameter("weight", draw(context.rng, x.shape[1], units))
    return context.numbered(product + context.parameter("bias", np.zeros(units)), "z")


def activation(op: str) -> Callable[[Context, Ref], Ref]:
    return lambda context, x: context.numbered(context.builder.op(op, x), "a")


ROWS = (
    Layer(type="dense", doc="x·W + b: every output sees every input.", add=dense, options=(UNITS, INITIALIZER)),
    Layer(type="relu", doc="max(x, 0), entry by entry.", add=activation("relu")),
    Layer(type="sigmoid", doc="1/(1 + e⁻ˣ), entry by entry.", add=activation("sigmoid")),
    Layer(type="tanh", doc="Hyperbolic tangent, entry by entry.", add=activation("tanh")),
    Layer(type="softmax", doc="Probabilities along the last axis.", add=activation("softmax")),
    Layer(type="log_softmax", doc="Logarithms of probabilities along the last axis.", add=activation("log_softmax")),
)
