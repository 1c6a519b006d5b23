"""How arrays are kept: whole up to 2,000 numbers, beyond that as 64 weighted sums of all their numbers.

The weights come from NumPy's `default_rng` with seed 20240607 and are ±0.5 or ±1.5, so that every entry counts about
as much as any other in each of the sums: an entry that is off shows in all of them.
"""

import numpy as np

WHOLE, SUMS, SEED = 2_000, 64, 20_240_607


def kept(x, whole=WHOLE, sums=SUMS):
    """What the reference files hold of `x`."""
    x = np.array(x, np.float64)
    if x.size <= whole:
        return x
    rng = np.random.default_rng(SEED)
    return np.array([(rng.integers(0, 4, x.size) - 1.5) @ x.reshape(-1) for _ in range(sums)])


MANY, FEW = 60, (64, 8)  # of a graph with more nodes, arrays up to 64 numbers are whole and others become 8 sums


def limits(nodes):
    """`whole` and `sums` for a graph of so many nodes."""
    return FEW if nodes > MANY else (WHOLE, SUMS)


def packed(arrays, whole, sums):
    """The same in four arrays: a file needs more room for an array's name than for a few of its numbers."""
    held = [kept(x, whole, sums) for x in arrays.values()]
    shapes = np.array([[*x.shape, *[0] * (8 - x.ndim)] for x in held])
    return {
        "names": np.array(list(arrays)), "shapes": shapes, "limits": np.array([whole, sums]),
        "numbers": np.concatenate([x.reshape(-1) for x in held]),
    }  # fmt: skip


def unpacked(file):
    """Arrays by name, and the limits they were kept within."""
    if "names" not in file:
        return dict(file), (WHOLE, SUMS)
    shapes = [tuple(n for n in row if n) for row in file["shapes"].tolist()]
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])
    parts = np.split(file["numbers"], ends[:-1])
    arrays = {n: x.reshape(s) for n, x, s in zip(file["names"].tolist(), parts, shapes, strict=True)}
    return arrays, tuple(file["limits"].tolist())
