"""Activation functions, entry by entry."""

import math
from typing import Any

import numpy as np

from engine.elementwise import elementwise
from engine.tape import erf

# Klambauer et al. 2017, equations 14: the fixed point of mean 0 and variance 1.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
SQRT2, SQRT_TAU = math.sqrt(2), math.sqrt(2 * math.pi)
GELU_SLOPE, GELU_CUBE = math.sqrt(2 / math.pi), 0.044715  # Hendrycks & Gimpel 2016


def softplus(x: Any) -> Any:
    """ln(1 + eˣ) with an exponential that cannot overflow; np.logaddexp says the same ten times more slowly."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.absolute(x)))


def _gelu_tanh_slope(y: Any, x: Any) -> Any:
    t = np.tanh(GELU_SLOPE * (x + GELU_CUBE * x * np.square(x)))
    return 0.5 * (1 + t) + 0.5 * x * (1 - np.square(t)) * (GELU_SLOPE * (1 + 3 * GELU_CUBE * np.square(x)))


ROWS = (
    elementwise(
        "tanh",
        lambda x: np.tanh(x),
        lambda y, x: 1 - np.square(y),
        symbol="tanh",
        title="tanh",
        does="Squash {0} into (−1, 1) with tanh",
        sends=("scales the gradient by its slope, one minus the square of its output",),
        example=([-2.0, 0.0, 0.5],),
        doc="Hyperbolic tangent, into (−1, 1).",
        flops=4,
    ),
    elementwise(
        "sigmoid",
        lambda x: 1 / (1 + np.exp(-x)),
        lambda y, x: y * (1 - y),
        symbol="σ",
        title="sigmoid",
        does="Squash {0} into (0, 1) with the sigmoid",
        sends=("scales the gradient by its slope there",),
        latex=r"\sigma({0})",
        flops=4,
        example=([-800.0, 0.0, 2.0],),
        doc="Logistic function 1/(1 + e⁻ˣ), into (0, 1). Far left e⁻ˣ overflows to infinity and 1/∞ is rightly 0.",
    ),
    elementwise(
        "relu",
        lambda x: np.maximum(x, 0.0),
        lambda y, x: x > 0,
        symbol="ReLU",
        title="ReLU",
        does="Keep {0} where it is positive, else 0",
        sends=("lets the gradient through where its input was positive and stops it elsewhere",),
        example=([-1.0, 2.0],),
        smooth=False,
        doc="max(x, 0). At the kink x = 0 the slope used is 0, as in PyTorch.",
    ),
    elementwise(
        "leaky_relu",
        lambda x, slope: np.maximum(x, 0.0) + slope * np.minimum(x, 0.0),
        lambda y, x, slope: (x > 0) + slope * (x <= 0),
        symbol="leaky",
        title="leaky ReLU",
        does="Keep {0} where it is positive, else {slope:g} of it",
        sends=("lets the gradient through where its input was positive, and {slope:g} of it elsewhere",),
        options=(("slope", 0.01),),
        example=([-800.0, -1.0, 2.0],),
        doc="x where it is positive, else `slope` times x. At the kink x = 0 the slope used is `slope`, as in PyTorch.",
        flops=4,
    ),
    elementwise(
        "elu",
        lambda x, alpha: np.maximum(x, 0.0) + alpha * np.expm1(np.minimum(x, 0.0)),
        lambda y, x, alpha: (x > 0) + alpha * (x <= 0) * np.exp(np.minimum(x, 0.0)),
        symbol="ELU",
        title="ELU",
        does="Keep {0} where it is positive, else bend it towards −{alpha:g}",
        sends=("lets the gradient through where its input was positive and scales it by its slope elsewhere",),
        options=(("alpha", 1.0),),
        example=([-800.0, -1.0, 800.0],),
        doc="x where it is positive, else alpha·(eˣ − 1). At x = 0 the slope used is alpha, as in PyTorch. "
        "eˣ is taken of negative x only, so nothing overflows.",
        flops=8,
    ),
    elementwise(
        "selu",
        lambda x: SELU_SCALE * (np.maximum(x, 0.0) + SELU_ALPHA * np.expm1(np.minimum(x, 0.0))),
        lambda y, x: SELU_SCALE * ((x > 0) + SELU_ALPHA * (x <= 0) * np.exp(np.minimum(x, 0.0))),
        symbol="SELU",
        title="SELU",
        does="Scale {0} where it is positive, else bend it towards −1.758",
        sends=("scales the gradient by 1.0507 where its input was positive and by its slope there elsewhere",),
        example=([-800.0, -1.0, 800.0],),
        doc="1.0507·x where x is positive, else 1.7581·(eˣ − 1): with these two numbers means of 0 and variances of 1 "
        "stay so from layer to layer (Klambauer et al. 2017). At x = 0 the slope used is the left one.",
        flops=9,
    ),
    elementwise(
        "softplus",
        softplus,
        lambda y, x: 1 / (1 + np.exp(-x)),
        symbol="softplus",
        title="softplus",
        does="Bend {0} into a positive number with softplus",
        sends=("scales the gradient by the sigmoid of its input",),
        latex=r"\ln(1 + e^{{{0}}})",
        example=([-800.0, 0.0, 800.0],),
        doc="ln(1 + eˣ), a ReLU with a round corner, computed so that nothing overflows. PyTorch goes over to x itself "
        "above 20, where the two differ by less than 3·10⁻⁹.",
        flops=8,
    ),
    elementwise(
        "silu",
        lambda x: x / (1 + np.exp(-x)),
        lambda y, x: (1 + x * (1 - 1 / (1 + np.exp(-x)))) / (1 + np.exp(-x)),
        symbol="SiLU",
        title="SiLU",
        does="Multiply {0} by its own sigmoid",
        sends=("scales the gradient by its slope there",),
        latex=r"{0} \cdot \sigma({0})",
        local=(r"\sigma({1}) \cdot (1 + {1} \cdot (1 - \sigma({1})))",),
        example=([-800.0, 0.0, 2.0],),
        doc="x·σ(x), also called swish. Far left it is 0.",
        flops=5,
    ),
    elementwise(
        "gelu",
        lambda x: 0.5 * x * (1 + erf(x / SQRT2)),
        lambda y, x: 0.5 * (1 + erf(x / SQRT2)) + x * np.exp(-0.5 * np.square(x)) / SQRT_TAU,
        symbol="GELU",
        title="GELU",
        does="Multiply {0} by the share of a normal distribution that lies below it",
        sends=("scales the gradient by its slope there",),
        latex=r"\frac{{{0}}}{{2}} \cdot (1 + \operatorname{{erf}}(\frac{{{0}}}{{\sqrt{{2}}}}))",
        local=(
            r"\frac{{1}}{{2}} \cdot (1 + \operatorname{{erf}}(\frac{{{1}}}{{\sqrt{{2}}}}))"
            r" + \frac{{{1}}}{{\sqrt{{2 \cdot \pi}}}} \cdot e^{{\frac{{-({1})^{{2}}}}{{2}}}}",
        ),
        example=([-800.0, 0.0, 2.0],),
        doc="x·Φ(x) with the normal distribution Φ(x) = (1 + erf(x/√2))/2, exact: the error function is Python's own.",
        flops=20,
    ),
    elementwise(
        "gelu_tanh",
        lambda x: 0.5 * x * (1 + np.tanh(GELU_SLOPE * (x + GELU_CUBE * x * np.square(x)))),
        _gelu_tanh_slope,
        symbol="GELU",
        title="GELU by tanh",
        does="Multiply {0} by about the share of a normal distribution that lies below it",
        sends=("scales the gradient by its slope there",),
        latex=r"\frac{{{0}}}{{2}} \cdot (1 + \tanh(\sqrt{{\frac{{2}}{{\pi}}}}"
        r" \cdot ({0} + 0.044715 \cdot ({0})^{{3}})))",
        example=([-800.0, 0.0, 2.0],),
        doc="GELU with Φ(x) replaced by (1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, which differs by less than 5·10⁻⁴.",
        flops=12,
    ),
    elementwise(
        "hard_tanh",
        lambda x: np.minimum(np.maximum(x, -1.0), 1.0),
        lambda y, x: (x > -1) * (x < 1),
        symbol="hard tanh",
        title="hard tanh",
        does="Keep {0} between −1 and 1",
        sends=("lets the gradient through where its input was between −1 and 1 and stops it elsewhere",),
        example=([-800.0, 0.5, 2.0],),
        doc="x, held between −1 and 1. At ±1 the slope used is 0, as in PyTorch's hardtanh; `clip` uses 1.",
        flops=2,
    ),
)
