"""Numbers as people read them."""

from __future__ import annotations

import math


def four(x: float) -> str:
    """Four significant digits, with a real minus sign."""
    if not math.isfinite(x):
        return "NaN" if math.isnan(x) else "−∞" if x < 0 else "∞"
    return f"{x:.4g}".replace("-", "−")
