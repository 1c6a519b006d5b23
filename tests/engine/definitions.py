"""What every op is, from its textbook definition: for real, complex and extended-precision operands.

Where a definition has cases, the real part decides: a step along the imaginary axis stays in its case.
"""

import numpy as np
from scipy.special import erf

from tests.engine import windowed


def log_softmax(z):
    return z - logsumexp(z, -1, True)


def logsumexp(x, axis, keepdims):
    largest = np.max(x.real, axis=axis, keepdims=True)
    found = np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True)) + largest
    return found if keepdims else np.squeeze(found, axis=axis)


def variance(x, axis, keepdims, correction):
    count = x.size / np.mean(x, axis=axis).size
    return np.sum((x - np.mean(x, axis=axis, keepdims=True)) ** 2, axis=axis, keepdims=keepdims) / (count - correction)


def softplus(x):
    largest = np.maximum(x.real, 0)
    return largest + np.log(np.exp(-largest) + np.exp(x - largest))


def entries(a, reduction):
    """What a sum over entries is divided by."""
    return {"mean": a.size, "batch": a.shape[0] if a.ndim else 1, "sum": 1}[reduction]


def over_entries(charge):
    """The loss that adds up what each entry is charged."""
    return lambda a, y, reduction, **o: np.sum(charge(a, y, **o)) / entries(a, reduction)


def cross_entropy_of_logarithms(logarithms, t, reduction, smoothing=0):
    charged = -np.sum(((1 - smoothing) * t + smoothing / t.shape[-1]) * logarithms, axis=-1)
    return np.sum(charged) if reduction == "sum" else np.mean(charged)


def size(x):
    return np.where(x.real > 0, x, -x)


def held(x, low, high):
    return np.where(x.real < low, low, np.where(x.real > high, high, x))


def huber(a, y, delta):
    off = size(a - y)
    return np.where(off.real <= delta, off**2 / 2, delta * (off - delta / 2))


def bent(scale, alpha):
    return lambda x: scale * np.where(x.real > 0, x, alpha * np.expm1(np.where(x.real > 0, 0, x)))


def placed(x, widths):
    out = np.zeros([n + sum(pair) for n, pair in zip(x.shape, widths, strict=True)], x.dtype)
    for index in np.ndindex(x.shape):
        out[tuple(i + before for i, (before, _) in zip(index, widths, strict=True))] = x[index]
    return out


def part(x, axis, start, stop, step):
    return np.take(x, range(x.shape[axis])[start:stop:step], axis)


def embedded(table, i):
    return np.array([table[int(k)] for k in i.flat]).reshape(*i.shape, table.shape[1])


def gathered(x, i, axis):
    out = np.zeros(i.shape, x.dtype)
    for index in np.ndindex(i.shape):
        place = list(index)
        place[axis] = int(i[index])
        out[index] = x[tuple(place)]
    return out


DEFINITIONS = {
    **windowed.DEFINITIONS,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda x: -x,
    "pow": lambda a, b: np.exp(b * np.log(a)),
    "square": lambda x: x * x,
    "exp": lambda x: np.exp(x),
    "log": lambda x: np.log(x),
    "sin": lambda x: np.sin(x),
    "cos": lambda x: np.cos(x),
    "sqrt": lambda x: x**0.5,
    "abs": size,
    "detach": lambda x: x,
    "maximum": lambda a, b: np.where(a.real > b.real, a, b),
    "minimum": lambda a, b: np.where(a.real < b.real, a, b),
    "clip": held,
    "where": lambda c, a, b: np.where(c != 0, a, b),
    "tanh": lambda x: np.tanh(x),
    "sigmoid": lambda x: (1 + np.tanh(x / 2)) / 2,
    "relu": lambda x: np.where(x > 0, x, 0),
    "leaky_relu": lambda x, slope: np.where(x.real > 0, x, slope * x),
    "elu": lambda x, alpha: bent(1, alpha)(x),
    "selu": bent(1.0507009873554805, 1.6732632423543773),
    "softplus": softplus,
    "silu": lambda x: x * (1 + np.tanh(x / 2)) / 2,
    "gelu": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x * x * x))) / 2,
    "hard_tanh": lambda x: held(x, -1, 1),
    "softmax": lambda z: np.exp(log_softmax(z)),
    "log_softmax": log_softmax,
    **dict.fromkeys(("matmul", "dot", "matvec", "vecmat", "bmm", "bmm_heads", "bmm_shared"), lambda a, b: a @ b),
    "linear": lambda x, w: np.einsum("...i,oi->...o", x, w),
    "einsum": lambda *xs, subscripts: np.einsum(subscripts, *xs, optimize=True),
    "sum": lambda x, axis, keepdims: np.sum(x, axis=axis, keepdims=keepdims),
    "mean": lambda x, axis, keepdims: np.mean(x, axis=axis, keepdims=keepdims),
    "max": lambda x, axis, keepdims: np.max(x, axis=axis, keepdims=keepdims),
    "logsumexp": logsumexp,
    "variance": variance,
    "reshape": lambda x, shape: np.array(list(x.flat)).reshape(shape),
    "transpose": lambda x, axes: np.moveaxis(x, axes or range(x.ndim)[::-1], range(x.ndim)),
    "slice": part,
    "select": lambda x, axis, index: np.moveaxis(x, axis, 0)[index],
    "broadcast_to": lambda x, shape: x + np.zeros(shape),
    "pad": placed,
    "concatenate": lambda *xs, axis: np.moveaxis(np.array([r for x in xs for r in np.moveaxis(x, axis, 0)]), 0, axis),
    "stack": lambda *xs, axis: np.moveaxis(np.array(xs), 0, axis),
    "embedding": embedded,
    "gather": gathered,
    "mse": over_entries(lambda a, y: (a - y) ** 2),
    "half_mse": over_entries(lambda a, y: (a - y) ** 2 / 2),
    "mae": over_entries(lambda a, y: size(a - y)),
    "huber": over_entries(huber),
    "bce": over_entries(lambda p, t: -t * np.log(p) - (1 - t) * np.log(1 - p)),
    "bce_logits": over_entries(lambda z, t: t * softplus(-z) + (1 - t) * softplus(z)),
    "hinge": over_entries(lambda a, y: np.where((a * y).real < 1, 1 - a * y, 0)),
    "kl": over_entries(lambda q, t: t * np.log(t) - t * q),
    "nll": cross_entropy_of_logarithms,
    "cross_entropy": lambda p, t, reduction, smoothing: cross_entropy_of_logarithms(np.log(p), t, reduction, smoothing),
    "softmax_cross_entropy": lambda z, t, reduction, smoothing: cross_entropy_of_logarithms(
        log_softmax(z), t, reduction, smoothing
    ),
}
