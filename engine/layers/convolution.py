"""Layers for pictures (batch, channels, height, width): convolution and pooling."""

from __future__ import annotations

from math import prod

import numpy as np

from engine.build import Ref
from engine.layers.layer import INITIALIZER, Context, Layer, Option
from engine.op import ShapeError

FILTERS = Option(name="filters", kind="integer", doc="How many filters: channels of the output.", low=1, high=1_024)
KERNEL = Option(name="kernel", kind="integer", doc="Height and width of a filter or window.", default=3, low=1, high=64)
STRIDE = Option(
    name="stride", kind="integer", doc="How far a filter moves from place to place.", default=1, low=1, high=64
)
PADDING = Option(name="padding", kind="integer", doc="Rows and columns of zeros all around.", default=0, low=0, high=64)
DILATION = Option(
    name="dilation", kind="integer", doc="Distance of the places that one filter reads.", default=1, low=1, high=64
)
GROUPS = Option(
    name="groups", kind="integer", doc="Groups of channels that do not see each other.", default=1, low=1, high=1_024
)
WINDOW = (
    Option(name="kernel", kind="integer", doc="Height and width of a window.", default=2, low=1, high=64),
    Option(name="stride", kind="integer", doc="How far a window moves; 0 for its own size.", default=0, low=0, high=64),
    Option(name="padding", kind="integer", doc="Rows and columns added all around.", default=0, low=0, high=32),
)


def pictures(context: Context, x: Ref) -> None:
    """Raises `ShapeError` where x is no batch of pictures."""
    if len(x.shape) != 4:
        raise ShapeError(f"{context.name}: it takes (batch, channels, height, width); its input has shape {x.shape}")


def conv2d(context: Context, x: Ref) -> Ref:
    """x (batch, in, h, w) with filters (out, in/groups, kernel, kernel), plus one number per filter."""
    pictures(context, x)
    filters, kernel, groups = (context.options[name] for name in ("filters", "kernel", "groups"))
    if x.shape[1] % groups or filters % groups:
        raise ShapeError(
            f"{context.name}: axis channels is {x.shape[1]} and becomes {filters}; both must split into {groups} groups"
        )
    shape = (filters, x.shape[1] // groups, kernel, kernel)
    drawn = context.draw(shape[1] * kernel * kernel, filters * kernel * kernel, shape)
    moving = {name: context.options[name] for name in ("stride", "padding", "dilation")}
    seen = context.op("conv2d", x, context.parameter("weight", drawn), groups=groups, **moving)
    return context.numbered(context.op("add_channel", seen, context.parameter("bias", np.zeros(filters))), "z")


def max_pool2d(context: Context, x: Ref) -> Ref:
    return _pooled("max_pool2d", context, x)


def avg_pool2d(context: Context, x: Ref) -> Ref:
    return _pooled("avg_pool2d", context, x)


def _pooled(op: str, context: Context, x: Ref) -> Ref:
    pictures(context, x)
    kernel, stride, padding = (context.options[name] for name in ("kernel", "stride", "padding"))
    return context.numbered(context.op(op, x, kernel=kernel, stride=stride or kernel, padding=padding), "p")


def global_avg_pool(context: Context, x: Ref) -> Ref:
    """(batch, channels, height, width) to (batch, channels)."""
    pictures(context, x)
    return context.numbered(context.op("mean", x, axis=(2, 3)), "p")


def global_max_pool(context: Context, x: Ref) -> Ref:
    """(batch, channels, height, width) to (batch, channels); among equals the first gets the gradient."""
    pictures(context, x)
    whole = context.op("max_pool2d", x, kernel=x.shape[2:], stride=1)
    return context.numbered(context.op("reshape", whole, shape=x.shape[:2]), "p")


def flatten(context: Context, x: Ref) -> Ref:
    """(batch, …) to (batch, features), row by row."""
    return context.op("reshape", x, shape=(x.shape[0], prod(x.shape[1:])))


def reshape(context: Context, x: Ref) -> Ref:
    """Each sample in the shape asked for. Raises `ShapeError` where it has another count of numbers."""
    shape = tuple(context.options["shape"])
    if prod(shape) != prod(x.shape[1:]):
        raise ShapeError(
            f"{context.name}: a sample has {prod(x.shape[1:])} numbers {x.shape[1:]}; {shape} takes {prod(shape)}"
        )
    return context.op("reshape", x, shape=(x.shape[0], *shape))


ROWS = (
    Layer(
        type="conv2d",
        doc="Filters that look at every place of a picture, plus a bias each. Cross-correlation, as in PyTorch.",
        add=conv2d,
        options=(FILTERS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, INITIALIZER),
    ),
    Layer(type="max_pool2d", doc="The largest number of every window of a channel.", add=max_pool2d, options=WINDOW),
    Layer(
        type="avg_pool2d",
        doc="The mean of every window of a channel; padding counts as zeros.",
        add=avg_pool2d,
        options=WINDOW,
    ),
    Layer(type="flatten", doc="All numbers of a sample in one row: (batch, features).", add=flatten),
    Layer(
        type="reshape",
        doc="The numbers of each sample in another shape, row by row: 64 as a picture of 1 × 8 × 8.",
        add=reshape,
        options=(Option(name="shape", kind="shape", doc="The shape of one sample."),),
    ),
    Layer(type="global_avg_pool", doc="The mean of every channel: (batch, channels).", add=global_avg_pool),
    Layer(type="global_max_pool", doc="The largest number of every channel.", add=global_max_pool),
)
