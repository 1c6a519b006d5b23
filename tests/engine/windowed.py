"""Definitions of convolution, pooling and normalisation, as they are written in a textbook: loops over every place."""

import numpy as np


def both(n):
    return (n, n) if isinstance(n, int) else tuple(n)


def padded(x, padding, value=0.0):
    h, w = both(padding)
    return np.pad(x, ((0, 0), (0, 0), (h, h), (w, w)), constant_values=value)


def windows(x, kernel, stride, padding, dilation=1, value=0.0):
    """(i, j, window) for every place, from top left to bottom right."""
    x = padded(x, padding, value)
    spans = [d * (k - 1) + 1 for k, d in zip(both(kernel), both(dilation), strict=True)]
    rows, columns = (range(0, n - s + 1, t) for n, s, t in zip(x.shape[2:], spans, both(stride), strict=True))
    (h, w), (dh, dw) = spans, both(dilation)
    return [[x[:, :, top : top + h : dh, left : left + w : dw] for left in columns] for top in rows]


def conv2d(x, w, stride, padding, dilation, groups):
    found = windows(x, w.shape[2:], stride, padding, dilation)
    inputs, filters = w.shape[1], len(w) // groups
    y = np.zeros((len(x), len(w), len(found), len(found[0])), np.result_type(x, w))
    for i, row in enumerate(found):
        for j, window in enumerate(row):
            for o in range(len(w)):
                first = o // filters * inputs
                y[:, o, i, j] = np.sum(window[:, first : first + inputs] * w[o], axis=(1, 2, 3))
    return y


def pooled(x, kernel, stride, padding, value, reduce):
    rows = [[reduce(v, axis=(2, 3)) for v in row] for row in windows(x, kernel, stride, padding, value=value)]
    return np.moveaxis(np.array(rows), (0, 1), (2, 3))


def max_pool2d(x, kernel, stride, padding):
    return pooled(x, kernel, stride, padding, -np.inf, np.max)


def avg_pool2d(x, kernel, stride, padding):
    return pooled(x, kernel, stride, padding, 0.0, np.mean)


def beside(b, x):
    return b[(None, slice(None), *(None,) * (x.ndim - 2))]


def standard(x, axes, eps):
    centred = x - np.mean(x, axis=axes, keepdims=True)
    return centred * (np.mean(centred * centred, axis=axes, keepdims=True) + eps) ** -0.5


def batch_norm(x, gamma, beta, eps):
    return beside(gamma, x) * standard(x, (0, *range(2, x.ndim)), eps) + beside(beta, x)


def batch_norm_eval(x, gamma, beta, mean, variance, eps):
    return beside(gamma, x) * (x - beside(mean, x)) * (beside(variance, x) + eps) ** -0.5 + beside(beta, x)


def layer_norm(x, gamma, beta, eps):
    return gamma * standard(x, tuple(range(x.ndim - gamma.ndim, x.ndim)), eps) + beta


DEFINITIONS = {
    "conv2d": conv2d,
    "add_channel": lambda x, b: x + beside(b, x),
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "batch_norm": batch_norm,
    "batch_norm_eval": batch_norm_eval,
    "layer_norm": layer_norm,
}
IMAGES = [((1, 2, 4, 5), (2, 2, 2, 2)), ((2, 1, 5, 4), (3, 1, 3, 2))]
CHANNELS = [((3, 2), (2,)), ((2, 2, 3), (2,)), ((2, 3, 2, 2), (3,))]
SHAPES = {
    "conv2d": IMAGES,
    "max_pool2d": [((1, 2, 4, 5),), ((2, 1, 3, 3),)],
    "avg_pool2d": [((1, 2, 4, 5),), ((2, 1, 3, 3),)],
    "add_channel": CHANNELS,
    "batch_norm": [(x, b, b) for x, b in CHANNELS],
    "batch_norm_eval": [(x, b, b, b, b) for x, b in CHANNELS],
    "layer_norm": [((2, 3), (3,), (3,)), ((2, 2, 3), (2, 3), (2, 3)), ((4,), (4,), (4,))],
}
SMALL = {  # of so few numbers that every sum is written out to its last term
    "conv2d": [((1, 1, 2, 3), (1, 1, 2, 2)), ((1, 2, 2, 3), (2, 2, 1, 2))],
    "max_pool2d": SHAPES["max_pool2d"],
    "avg_pool2d": SHAPES["avg_pool2d"],
    "add_channel": [((3, 2), (2,)), ((1, 2, 2, 2), (2,))],
    "batch_norm": [((3, 2), (2,), (2,)), ((1, 2, 2, 2), (2,), (2,))],
    "batch_norm_eval": [((3, 2), (2,), (2,), (2,), (2,)), ((1, 1, 2, 2), (1,), (1,), (1,), (1,))],
    "layer_norm": [((2, 3), (3,), (3,)), ((2, 2, 2), (2, 2), (2, 2))],
}
POSITIVE = {"batch_norm_eval": (4,)}
CHOICES = {
    "kernel": (2, (3, 2)),
    "stride": (1, (2, 1)),
    "padding": (0, 1),
    "dilation": (1, (1, 2)),
    "groups": (1,),
    "eps": (1e-5, 0.1),
}
