"""Layers that keep signals in shape: normalisation, dropout, and a way around a block."""

from __future__ import annotations

import numpy as np

from engine.build import Ref
from engine.graph import Running
from engine.layers.dense import UNITS
from engine.layers.layer import INITIALIZER, Context, Layer, Option
from engine.op import ShapeError
from engine.ops import OPS
from engine.tape import Array

EPS = Option(name="eps", kind="number", doc="Added to the variance, inside the root.", default=1e-5, low=0, high=1)
MOMENTUM = Option(
    name="momentum", kind="number", default=0.1, low=0, high=1,
    doc="How far the running mean and variance move towards the batch's.",
)  # fmt: skip
AXES = Option(name="axes", kind="integer", doc="How many of the last axes.", default=1, low=1, high=8)
SHARE = Option(name="p", kind="number", doc="The share of numbers set to 0.", default=0.5, low=0, high=0.99)
ACTIVATION = Option(name="activation", kind="op", doc="The function between the two products.", default="relu")


def batch_norm(context: Context, x: Ref) -> Ref:
    """Per channel (axis 1); weight is gamma and bias beta, as PyTorch calls them.

    The running mean and variance stand beside while the network trains; evaluation normalises by them.
    """
    if len(x.shape) < 2:
        raise ShapeError(f"{context.name}: it takes (batch, channels, …); its input has shape {x.shape}")
    channels = x.shape[1]
    weight, bias = context.parameter("weight", np.ones(channels)), context.parameter("bias", np.zeros(channels))
    running = [context.constant("running_mean", np.zeros(channels)), context.constant("running_var", np.ones(channels))]
    eps = context.options["eps"]
    if not context.training:
        return context.numbered(context.op("batch_norm_eval", x, weight, bias, *running, eps=eps), "n")
    y = context.numbered(context.op("batch_norm", x, weight, bias, eps=eps), "n")
    context.builder.running += [
        Running(y.id, kept.id, saved, context.options["momentum"])
        for kept, saved in zip(running, ("mean", "variance"), strict=True)
    ]
    return y


def layer_norm(context: Context, x: Ref) -> Ref:
    """Over the last axes; weight is gamma and bias beta, both of the shape of those axes."""
    axes = context.options["axes"]
    if axes >= len(x.shape):
        raise ShapeError(f"{context.name}: the last {axes} axes asked for; its input {x.shape} has {len(x.shape)}, "
                         f"and the first is the batch")  # fmt: skip
    shape = x.shape[-axes:]
    weight, bias = context.parameter("weight", np.ones(shape)), context.parameter("bias", np.zeros(shape))
    return context.numbered(context.op("layer_norm", x, weight, bias, eps=context.options["eps"]), "n")


def dropout(context: Context, x: Ref) -> Ref:
    """x times a mask that each training step draws anew: 0 with probability p, else 1/(1 − p). Evaluation: x itself."""
    p = context.options["p"]
    if not context.training:
        return x

    def draw(rng: np.random.Generator) -> Array:
        return np.where(rng.random(x.shape) < p, 0.0, 1 / (1 - p))

    return context.numbered(context.op("mul", x, context.feed("mask", draw)), "d")


def residual(context: Context, x: Ref) -> Ref:
    """x + f(x·W + b)·V + c: what the block learns is added to what it was given."""
    if len(x.shape) != 2:
        raise ShapeError(f"{context.name}: a residual block takes (batch, features); its input has shape {x.shape}")
    units, activation = context.options["units"], context.options["activation"]
    if len(OPS[activation].inputs) != 1 or OPS[activation].family != "elementwise":
        raise ValueError(f"{context.name}: {activation} is no activation; it must work entry by entry on one input")
    hidden = context.numbered(_affine(context, "first", x, units), "z")
    hidden = context.numbered(context.op(activation, hidden), "a")
    return context.numbered(x + context.numbered(_affine(context, "second", hidden, x.shape[1]), "z"), "r")


def _affine(context: Context, name: str, x: Ref, units: int) -> Ref:
    weight = context.parameter(f"{name}.weight", context.draw(x.shape[1], units))
    return x @ weight + context.parameter(f"{name}.bias", np.zeros(units))


ROWS = (
    Layer(
        type="batch_norm",
        doc="Every channel to mean 0 and variance 1 over the batch, then scaled by weight and shifted by bias.",
        add=batch_norm,
        options=(EPS, MOMENTUM),
    ),
    Layer(
        type="layer_norm",
        doc="Every sample to mean 0 and variance 1 over its last axes, then scaled by weight and shifted by bias.",
        add=layer_norm,
        options=(AXES, EPS),
    ),
    Layer(
        type="dropout",
        doc="Sets a random share p to 0 and scales the rest by 1/(1 − p); another choice in every training step.",
        add=dropout,
        options=(SHARE,),
    ),
    Layer(
        type="residual",
        doc="x + f(x·W + b)·V + c: two products with a way around them.",
        add=residual,
        options=(UNITS, ACTIVATION, INITIALIZER),
    ),
)
