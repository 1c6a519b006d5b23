"""Numbers as people read them."""

from __future__ import annotations

import math


def four(x: float) -> str:
    """Four significant digits, with a real minus sign."""
    if not math.isfinite(x):
        return "NaN" if math.isnan(x) else "−∞" if x < 0 else "∞"
    return f"{x:.4g}".replace("-", "−")


def shown(x: float) -> str:
    """The same digits as the page writes them: 0.5 is "0.5000" and 3.41e-12 is "3.410e−12", so that both read alike."""
    if not math.isfinite(x) or x == 0:
        return four(x)
    mantissa, exponent = f"{x:.3e}".split("e")
    plain = -3 <= int(exponent) < 5
    text = f"{x:.{max(0, 3 - int(exponent))}f}" if plain else f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")
