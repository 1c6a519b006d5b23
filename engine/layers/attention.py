"""Self-attention over (batch, time, features): each time step takes a weighted mean of all of them."""

from __future__ import annotations

import numpy as np

from engine.build import Ref
from engine.layers.layer import Context, Layer, Option
from engine.op import ShapeError

HIDDEN = -1e9  # in place of −∞, which softmax turns into the same 0 and which would look like an overflow
HEADS = Option(name="heads", kind="integer", doc="How many attend side by side.", default=1, low=1, high=256)
CAUSAL = Option(
    name="causal", kind="boolean", doc="Each time step sees those before it and itself alone.", default=False
)
PROJECTION = Option(
    name="initializer", kind="initializer", doc="How the projections are drawn.", default="xavier_uniform"
)


def attended(context: Context, q: Ref, k: Ref, v: Ref) -> Ref:
    """softmax(q·kᵀ/√d)·v for (batch, time, heads, d), with the scores and their softmax (batch, heads, time, time)."""
    builder, name = context.builder, context.name
    with builder.group("weights", "attention weights"):
        product = builder.op("einsum", q, k, subscripts="bihd,bjhd->bhij")
        root = builder.op("sqrt", builder.constant(q.shape[3]))
        scores = (product / root).named(f"{name}.scores")
        if context.options["causal"]:
            scores = scores + context.constant("mask", np.triu(np.full((q.shape[1],) * 2, HIDDEN), 1))
        weights = builder.op("softmax", scores).named(f"{name}.weights")
    return builder.op("einsum", weights, v, subscripts="bhij,bjhd->bihd").named(f"{name}.mixed")


def attention(context: Context, x: Ref) -> Ref:
    """The input is query, key and value at once: no parameters."""
    batch, time, features = _checked(context, x, 1)
    one = context.op("reshape", x, shape=(batch, time, 1, features))
    mixed = attended(context, one, one, one)
    return context.op("reshape", mixed, shape=x.shape).named(f"{context.name}.out")


def multi_head_attention(context: Context, x: Ref) -> Ref:
    """Projections to queries, keys and values, attention in each head, and a projection of all heads together."""
    heads = context.options["heads"]
    batch, time, features = _checked(context, x, heads)
    split = (batch, time, heads, features // heads)
    with context.builder.group("projections", "queries, keys, values"):
        together = _projected(context, x, "in_proj_weight", "in_proj_bias", 3).named(f"{context.name}.qkv")
        q, k, v = (
            context.op("reshape", _part(context, together, place), shape=split).named(f"{context.name}.{letter}")
            for place, letter in enumerate("qkv")
        )
    mixed = attended(context, q, k, v)
    with context.builder.group("output"):
        joined = context.op("reshape", mixed, shape=x.shape)
        return _projected(context, joined, "out_proj.weight", "out_proj.bias", 1).named(f"{context.name}.out")


def _projected(context: Context, x: Ref, weight: str, bias: str, blocks: int) -> Ref:
    """x·Wᵀ + b, with W (blocks·features, features) drawn block by block."""
    features = x.shape[2]
    drawn = np.concatenate([context.draw(features, features) for _ in range(blocks)])
    product = context.op("einsum", x, context.parameter(weight, drawn), subscripts="bti,oi->bto")
    return product + context.parameter(bias, np.zeros(blocks * features))


def _part(context: Context, together: Ref, place: int) -> Ref:
    features = together.shape[2] // 3
    return context.op("slice", together, axis=2, start=place * features, stop=(place + 1) * features)


def _checked(context: Context, x: Ref, heads: int) -> tuple[int, int, int]:
    """The sizes of the input. Raises `ShapeError` naming the layer, the axis and both sizes where it does not fit."""
    if len(x.shape) != 3:
        raise ShapeError(f"{context.name}: attention takes (batch, time, features); its input has shape {x.shape}")
    batch, time, features = x.shape
    if features % heads:
        raise ShapeError(f"{context.name}: axis 2 of its input is {features}, which {heads} heads cannot share evenly")
    return batch, time, features


ROWS = (
    Layer(
        type="attention",
        doc="softmax(x·xᵀ/√d)·x: scaled dot-product attention of a sequence to itself, without parameters.",
        add=attention,
        options=(CAUSAL,),
    ),
    Layer(
        type="multi_head_attention",
        doc="Queries, keys and values by projection, softmax(q·kᵀ/√d)·v in each head, and a projection of all heads "
        "(Vaswani et al. 2017, section 3.2). Parameters as in PyTorch: in_proj_weight (3·features, features) for q, k, "
        "v in this order, in_proj_bias, out_proj.weight (features, features), out_proj.bias.",
        add=multi_head_attention,
        options=(HEADS, CAUSAL, PROJECTION),
    ),
)
