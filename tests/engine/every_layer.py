"""Every kind of layer: an input that fits it, and what it must be told."""

import numpy as np

from engine import LAYERS, LayerSpec
from engine.build import Builder
from engine.layers import Context

SHAPES = {  # of an input that fits, where it is not (batch, time, features)
    **dict.fromkeys(("conv2d", "max_pool2d", "avg_pool2d", "global_avg_pool", "global_max_pool"), (2, 3, 4, 4)),
    **dict.fromkeys(("dense", "batch_norm", "residual"), (2, 3)),
    "embedding": (2, 4),
}
NEEDED = {"units": 5, "filters": 4, "vocabulary": 7, "shape": [12]}


def shape_for(type):
    return SHAPES.get(type, (2, 4, 3))


def add(builder, type, name, x, most=None, rng=None, **said):
    """The layer's output for an input that has these numbers."""
    names = {o.name for o in LAYERS[type].options}
    options = {key: v for key, v in NEEDED.items() if key in names} | said
    spec = LayerSpec(type=type, name=name, options=options)
    context = Context(builder=builder, name=name, options=LAYERS[type].complete(spec), rng=rng, most=most)
    with builder.group(name):
        return LAYERS[type].add(context, builder.leaf(f"{name}.x", x, "input"))


def seeded():
    return np.random.default_rng(0)


def every_kind():
    """Two layers of each type, each on an input of its own; the loss is the sum of everything."""
    builder, rng = Builder(), seeded()
    sums = [
        builder.op("sum", add(builder, type, f"{type}{k}", np.ones(shape_for(type)), rng=rng))
        for type in LAYERS
        for k in (1, 2)
    ]
    total = sums[0]
    for more in sums[1:]:
        total = total + more
    return builder.build(total)
