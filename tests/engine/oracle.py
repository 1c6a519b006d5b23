"""Slopes that owe nothing to the rules under test: definitions of every op, and difference quotients of those.

Where an op is smooth its slope is the imaginary part of f(x + ih) over h: no subtraction, so no rounding error. Where
it is not, it is a central difference in extended precision, away from the kinks.
"""

import numpy as np

from tests.engine.definitions import DEFINITIONS

IMAGINARY = 1e-30  # its square is far below one unit in the last place of anything here
STEP = 2.0**-20  # truncation and rounding error of the central difference are both near 1e-13
TINY = 1e-300


def directional(op, xs, directions, options):
    """How fast every entry of the definition moves when the operands move along `directions`.

    A condition or an index stays where it is.
    """
    f = DEFINITIONS[op.name]
    if op.smooth:
        pairs = zip(xs, directions, (op.vjps[k] for k in range(len(xs))), strict=True)
        moved = (x + 1j * IMAGINARY * d if vjp else x for x, d, vjp in pairs)
        return np.imag(f(*moved, **options)) / IMAGINARY
    wide = [np.asarray(x, np.longdouble) for x in xs]
    moving = [np.asarray(d) * bool(op.vjps[k]) for k, d in enumerate(directions)]
    ahead, behind = (f(*(x + s * d for x, d in zip(wide, moving, strict=True)), **options) for s in (STEP, -STEP))
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
        rules = [op.vjps[k] for k in range(len(xs))]
        g = rng.uniform(0.5, 1.5, y.shape)
        dxs = [rng.uniform(0.5, 1.5, x.shape) * bool(rule) for x, rule in zip(xs, rules, strict=True)]
        vjps = [rule(g, y, *saved, *xs, **options) if rule else 0 * x for x, rule in zip(xs, rules, strict=True)]
        moved = op.jvp(dxs, y, *saved, *xs, **options)
        alone = [op.jvp(only(dxs, k), y, *saved, *xs, **options) for k in range(len(xs))]
    still = [np.zeros(x.shape) for x in xs]
    along = [[dx if i == k else still[i] for i, dx in enumerate(dxs)] for k in range(len(xs))]
    pulled = sum(np.sum(vjp * dx) for vjp, dx in zip(vjps, dxs, strict=True))
    return {
        "forward": distance(y, DEFINITIONS[op.name](*map(np.asarray, xs), **options)),
        **{f"vjp {k}": distance(vjp, gradient(op, xs, k, g, options)) for k, vjp in enumerate(vjps) if rules[k]},
        "jvp": distance(moved, directional(op, xs, dxs, options)),
        **{f"jvp {k}": distance(alone[k], directional(op, xs, along[k], options)) for k in range(len(xs))},
        "adjoint": distance(pulled, np.sum(g * moved)),
    }


def only(dxs, k):
    """The tangent of operand k alone; the others have none."""
    return [dx if i == k else None for i, dx in enumerate(dxs)]
