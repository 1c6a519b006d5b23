"""The operations for pictures that are compared with PyTorch: 30 configurations each, drawn from a seed."""

import numpy as np

COUNT, SUMS = 30, 8


def _picture(rng, channels=None):
    return (rng.integers(1, 4), channels or rng.integers(1, 5), *rng.integers(5, 10, 2))


def _pair(rng, low, high):
    """One number or two: (height, width)."""
    pair = tuple(map(int, rng.integers(low, high + 1, 2)))
    return pair if rng.random() < 0.5 else pair[0]


def _conv2d(rng):
    groups = int(rng.choice([1, 1, 2, 3]))
    inputs, filters = rng.integers(1, 3), groups * rng.integers(1, 3)
    shapes = [_picture(rng, groups * inputs), (filters, inputs, *rng.integers(1, 4, 2))]
    options = {name: _pair(rng, low, high) for name, low, high in (("stride", 1, 3), ("padding", 0, 2))}
    return shapes, options | {"dilation": _pair(rng, 1, 2), "groups": groups}


def _pool(rng):
    options = {"kernel": _pair(rng, 2, 4), "stride": _pair(rng, 1, 3), "padding": _pair(rng, 0, 1)}
    return [_picture(rng)], options


def _channels(count):
    def drawn(rng):
        shape = (rng.integers(2, 6), rng.integers(1, 5), *rng.integers(1, 5, rng.integers(0, 3)))
        return [shape, *((shape[1],),) * count], {"eps": float(rng.choice([1e-5, 1e-3, 0.1]))}

    return drawn


def _layer_norm(rng):
    shape = tuple(rng.integers(2, 6, rng.integers(1, 5)))
    own = shape[-rng.integers(1, len(shape) + 1) :]
    return [shape, own, own], {"eps": float(rng.choice([1e-5, 1e-3, 0.1]))}


def _bias(rng):
    return _channels(1)(rng)[0], {}


DRAWN = {
    "conv2d": _conv2d,
    "add_channel": _bias,
    "max_pool2d": _pool,
    "avg_pool2d": _pool,
    "batch_norm": _channels(2),
    "batch_norm_eval": _channels(4),
    "layer_norm": _layer_norm,
}


def operations(name):
    """(operands, options, upstream's seed) of every configuration of an operation."""
    rng = np.random.default_rng([1, *name.encode()])
    for _ in range(COUNT):
        shapes, options = DRAWN[name](rng)
        xs = [rng.standard_normal(shape) for shape in shapes]
        if name == "batch_norm_eval":
            xs[4] = np.abs(xs[4]) + 0.1
        if name == "max_pool2d" and rng.random() < 0.5:
            xs[0] = np.round(xs[0])  # many equal numbers
        yield xs, options


def upstream(shape):
    return np.random.default_rng(2).uniform(0.5, 1.5, shape)


def sums(x):
    """Weighted sums of all numbers of x, each ±0.5 or ±1.5 times: one that is off shows in all of them."""
    x = np.asarray(x, np.float64)
    weights = np.random.default_rng(3).integers(0, 4, (SUMS, x.size)) - 1.5
    return weights @ x.reshape(-1)
