"""Slopes that owe nothing to the rules under test: definitions of every op, and difference quotients of those.

Where an op is smooth its slope is the imaginary part of f(x + ih) over h: no subtraction, so no rounding error. Where
it is not, it is a central difference in extended precision, away from the kinks.
"""

from itertools import product

import numpy as np

from tests.engine import windowed

IMAGINARY = 1e-30  # its square is far below one unit in the last place of anything here
STEP = 2.0**-20  # truncation and rounding error of the central difference are both near 1e-13
TINY = 1e-300


def log_softmax(z):
    shifted = z - np.max(z.real, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def squared_errors(factor):
    def loss(a, y, reduction):
        entries = {"mean": a.size, "batch": a.shape[0] if a.ndim else 1, "sum": 1}[reduction]
        return factor * np.sum((a - y) ** 2) / entries

    return loss


def cross_entropy_of_logarithms(logarithms, t, reduction):
    charged = -np.sum(t * logarithms, axis=-1)
    return np.sum(charged) if reduction == "sum" else np.mean(charged)


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
    "tanh": lambda x: np.tanh(x),
    "sigmoid": lambda x: (1 + np.tanh(x / 2)) / 2,
    "relu": lambda x: np.where(x > 0, x, 0),
    "softmax": lambda z: np.exp(log_softmax(z)),
    "log_softmax": log_softmax,
    "matmul": lambda a, b: a @ b,
    "sum": lambda x, axis, keepdims: np.sum(x, axis=axis, keepdims=keepdims),
    "mean": lambda x, axis, keepdims: np.mean(x, axis=axis, keepdims=keepdims),
    "mse": squared_errors(1.0),
    "half_mse": squared_errors(0.5),
    "cross_entropy": lambda p, t, reduction: cross_entropy_of_logarithms(np.log(p), t, reduction),
    "softmax_cross_entropy": lambda z, t, reduction: cross_entropy_of_logarithms(log_softmax(z), t, reduction),
}
DEFINITIONS |= {
    "select": lambda x, axis, index: np.moveaxis(x, axis, 0)[index],
    "linear": lambda x, w: np.einsum("...i,oi->...o", x, w),
}


def directional(op, xs, directions, options):
    """How fast every entry of the definition moves when the operands move along `directions`."""
    f = DEFINITIONS[op.name]
    if op.smooth:
        moved = (x + 1j * IMAGINARY * d for x, d in zip(xs, directions, strict=True))
        return np.imag(f(*moved, **options)) / IMAGINARY
    wide = [np.asarray(x, np.longdouble) for x in xs]
    ahead, behind = (f(*(x + s * d for x, d in zip(wide, directions, strict=True)), **options) for s in (STEP, -STEP))
    return (ahead - behind) / (2 * STEP)


def gradient(op, xs, slot, g, options):
    """d⟨g, y⟩/dx for every entry of operand `slot`, one entry at a time."""
    found = np.zeros(xs[slot].shape)
    for index in np.ndindex(found.shape):
        directions = [np.zeros(x.shape) for x in xs]
        directions[slot][index] = 1.0
        found[index] = np.sum(g * directional(op, xs, directions, options))
    return found


def results(op, xs, options):
    """y, and the further results that the backward pass reads."""
    got = op.forward(*xs, **options)
    y, *saved = got if isinstance(got, tuple) else (got,)
    return np.asarray(y), list(map(np.asarray, saved))


def distance(ours, exact):
    """The largest error of an entry, relative to it; entries far below the largest are held to a share of that."""
    ours, exact = np.asarray(ours, float), np.asarray(exact, float)
    if ours.shape != exact.shape:
        return np.inf
    scale = np.abs(exact) + 1e-3 * np.max(np.abs(exact), initial=TINY)
    wrong = np.abs(ours - exact) / scale
    return float(np.max(np.where(np.isnan(wrong), np.inf, wrong), initial=0.0))


def disagreement(op, xs, options, rng):
    """How far forward, every vjp and the jvp of `op` are from the definition, its slopes and each other."""
    with np.errstate(all="ignore"):
        y, saved = results(op, xs, options)
        g, dxs = rng.uniform(0.5, 1.5, y.shape), [rng.uniform(0.5, 1.5, x.shape) for x in xs]
        vjps = {k: vjp(g, y, *saved, *xs, **options) for k, vjp in enumerate(op.vjps) if vjp is not None}
        moved = op.jvp(dxs, y, *saved, *xs, **options)
        alone = {k: op.jvp(only(dxs, k), y, *saved, *xs, **options) for k in vjps}
    dxs = [dx if k in vjps else np.zeros(dx.shape) for k, dx in enumerate(dxs)]
    still = [np.zeros(x.shape) for x in xs]
    along = [[dx if i == k else still[i] for i, dx in enumerate(dxs)] for k in range(len(xs))]
    pulled = sum(np.sum(vjp * dxs[k]) for k, vjp in vjps.items())
    return {
        "forward": distance(y, DEFINITIONS[op.name](*map(np.asarray, xs), **options)),
        **{f"vjp {k}": distance(vjp, gradient(op, xs, k, g, options)) for k, vjp in vjps.items()},
        "jvp": distance(moved, directional(op, xs, dxs, options)),
        **{f"jvp {k}": distance(alone[k], directional(op, xs, along[k], options)) for k in vjps},
        "adjoint": distance(pulled, np.sum(g * moved)),
    }


def only(dxs, k):
    """The tangent of operand k alone; the others have none."""
    return [dx if i == k else None for i, dx in enumerate(dxs)]


# --- operands ---

POSITIVE = {"log": (0,), "pow": (0,), "cross_entropy": (0, 1), "softmax_cross_entropy": (1,)}
POSITIVE |= windowed.POSITIVE
SHAPES = {  # what an op of so many operands, or of this name, is tried on
    **windowed.SHAPES,
    1: [((),), ((3,),), ((2, 3),)],
    2: [((), ()), ((2, 3), (3,)), ((2, 1), (2, 3)), ((3,), (2, 1))],
    "matmul": [((2, 3), (3, 4)), ((1, 2), (2, 1)), ((3, 3), (3, 3))],
    "sum": [((2, 3),), ((2, 2, 2),)],
    "softmax": [((3,),), ((2, 3),), ((2, 2, 3),)],
    "mse": [((), ()), ((3,), (3,)), ((2, 3), (2, 3))],
    "cross_entropy": [((3,), (3,)), ((2, 3), (2, 3)), ((2, 2, 3), (2, 2, 3))],
}
SHAPES |= {"mean": SHAPES["sum"], "log_softmax": SHAPES["softmax"], "half_mse": SHAPES["mse"]}
SHAPES |= {"softmax_cross_entropy": SHAPES["cross_entropy"]}
SHAPES |= {"select": [((2, 3),), ((2, 4, 3),)], "linear": [((2, 3), (4, 3)), ((1, 2), (1, 2)), ((3, 3), (3, 3))]}
CHOICES = {"reduction": ("mean", "batch", "sum"), "axis": (None, 0, -1), "keepdims": (False, True)}
OWN = {  # the options a row is tried with, where not every combination makes sense
    "select": [{"axis": a, "index": i} for a, i in ((0, 0), (0, 1), (1, 1), (-1, 0), (-2, -1))],
}


def settings(op):
    """Every combination of the options the op takes."""
    if op.name in OWN:
        return OWN[op.name]
    names = list(dict(op.options))
    return [
        dict(zip(names, chosen, strict=True))
        for chosen in product(*((CHOICES | windowed.CHOICES)[name] for name in names))
    ]


def example(op):
    return [np.asarray(x, np.float64) for x in op.example]


def draw(op, shapes, rng):
    """Operands of these shapes, in the op's domain and away from zeros and kinks."""
    size = [rng.uniform(0.2, 2.0, shape) for shape in shapes]
    sign = [rng.choice([-1.0, 1.0], shape) for shape in shapes]
    return [x if k in POSITIVE.get(op.name, ()) else x * s for k, (x, s) in enumerate(zip(size, sign, strict=True))]


def operands(op, rng):
    """The row's example, then random operands of every shape it is tried on."""
    shapes = SHAPES.get(op.name, SHAPES[len(op.inputs)])
    return [example(op), *(draw(op, shape, rng) for shape in shapes)]
