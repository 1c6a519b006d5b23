"""Works out a line of numbers as the page shows it: the LaTeX of a row with places such as ``\\num{12}``."""

import re
from functools import reduce

import numpy as np
from scipy.special import erf

SMALLEST = np.finfo(np.longdouble).tiny


class Base:
    """e, to be raised to a power by the exponential function."""

    def __pow__(self, x):
        return np.exp(x)


MEANING = {
    "e": Base(),
    "frac": lambda above: lambda below: above / below,
    "ln": lambda x: np.log(np.maximum(x, SMALLEST)),  # finite at 0, so that 0·ln 0 is 0, as is agreed everywhere
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sqrt": np.sqrt,
    "max": lambda *xs: reduce(np.maximum, xs),
    "min": np.minimum,
    "abs": np.abs,
    "sign": np.sign,
    "erf": lambda x: erf(float(x)),
    "pi": np.longdouble("3.14159265358979323846264338327950288"),
    "sigma": lambda x: 1 / (1 + np.exp(-x)),
}


def python(text):
    r"""The line as a Python expression: ``\frac{a}{b}`` becomes ``frac(a)(b)``."""
    text = re.sub(r"\\operatorname\{(\w+)\}", r"\1", text).replace(r"\lvert", "abs(").replace(r"\rvert", ")")
    text = text.translate(str.maketrans("[]", "()")).replace("=", "==")
    for sign, meant in ((r"\ge", ">="), (r"\le", "<="), (r"\ne", "!=")):
        text = re.sub(rf"\{sign}\b", meant, text)
    text = re.sub(r"\\num\{(\d+)\}", r"n[\1]", text)
    text = text.replace(r"\cdot", "*").replace("^", "**").replace("\\", "")
    return text.translate(str.maketrans("{}", "()"))


def worked_out(text, numbers):
    """The value of one side of the line, in extended precision: e¹⁰⁰⁰ is a number there."""
    with np.errstate(all="ignore"):
        return float(eval(python(text), {"__builtins__": {}}, MEANING | {"n": numbers.astype(np.longdouble)}))
