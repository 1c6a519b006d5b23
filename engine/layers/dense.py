"""Fully connected layers and activations."""

from __future__ import annotations

import numpy as np

from engine.build import Ref
from engine.layers.layer import INITIALIZER, Context, Layer, Option
from engine.op import ShapeError

UNITS = Option(name="units", kind="integer", doc="How many outputs.", low=1, high=4_096)


def dense(context: Context, x: Ref) -> Ref:
    """x (batch, …, in) · weight (in, units) + bias (units): over the last axis, whatever stands before it."""
    if len(x.shape) < 2:
        raise ShapeError(f"{context.name}: a dense layer takes (batch, …, features); its input has shape {x.shape}")
    units = context.options["units"]
    product = _product(context, x, context.parameter("weight", context.draw(x.shape[-1], units)))
    return context.numbered(product + context.parameter("bias", np.zeros(units)), "z")


def _product(context: Context, x: Ref, weight: Ref) -> Ref:
    if len(x.shape) <= 3:
        return x @ weight
    before = "abcdefgh"[: len(x.shape) - 1]
    return context.op("einsum", x, weight, subscripts=f"{before}i,io->{before}o")


def activation(op: str, doc: str, *options: Option) -> Layer:
    """The layer that applies an op entry by entry, or along the last axis."""

    def add(context: Context, x: Ref) -> Ref:
        return context.numbered(context.op(op, x, **context.options), "a")

    return Layer(type=op, doc=doc, add=add, options=options)


SLOPE = Option(name="slope", kind="number", doc="The slope for negative inputs.", default=0.01, low=-10, high=10)
ALPHA = Option(name="alpha", kind="number", doc="How far below 0 it reaches.", default=1.0, low=0, high=10)

ROWS = (
    Layer(
        type="dense",
        doc="x·W + b over the last axis: every output sees every input.",
        add=dense,
        options=(UNITS, INITIALIZER),
    ),
    activation("relu", "max(x, 0), entry by entry."),
    activation("leaky_relu", "x where it is positive, else a small part of it.", SLOPE),
    activation("elu", "x where it is positive, else alpha·(eˣ − 1).", ALPHA),
    activation("selu", "Scaled ELU: means of 0 and variances of 1 stay so from layer to layer."),
    activation("gelu", "x times the share of a normal distribution that lies below it."),
    activation("gelu_tanh", "GELU with its normal distribution replaced by a tanh that is close to it."),
    activation("softplus", "ln(1 + eˣ): a ReLU with a round corner."),
    activation("silu", "x times its own sigmoid."),
    activation("sigmoid", "1/(1 + e⁻ˣ), entry by entry."),
    activation("tanh", "Hyperbolic tangent, entry by entry."),
    activation("hard_tanh", "x, held between −1 and 1."),
    activation("softmax", "Probabilities along the last axis."),
    activation("log_softmax", "Logarithms of probabilities along the last axis."),
)
