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
