"""Writes a tape as LaTeX or as NumPy text, with no more parentheses than its order of evaluation needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine.frozen import frozen
from engine.tape import ERF, Line, Ref, Tape, UntraceableError

# Binding strength, loosest first; an operand looser than its operator gets parentheses.
COMPARE, SUM, NEGATE, PRODUCT, POWER, ATOM = range(6)


class Text(NamedTuple):
    """A piece of formula and how tightly it holds together."""

    text: str
    strength: int = ATOM


class Form(NamedTuple):
    """How a ufunc is written; `needs` are the strengths its operands must have to go without parentheses."""

    strength: int
    template: str
    needs: tuple[int, ...]


@frozen(kw_only=False)
class Notation:
    """One way to write a tape: LaTeX or NumPy."""

    forms: Mapping[np.ufunc, Form]
    reduce: Callable[[np.ufunc, str, Any, bool], Text]
    brackets: str


def exact(x: float) -> str:
    """The shortest text that is read back as the same number."""
    return short if float(short := f"{x:g}") == x else repr(float(x))


def number(text: str) -> Text:
    """The text of a number: a minus sign binds like any."""
    return Text(text, NEGATE if text.startswith("-") else ATOM)


def _infix(strength: int, sign: str) -> Form:
    # To the right of an operator its own strength is not enough: a - (b - c) rounds differently from a - b - c.
    return Form(strength, "{0} " + sign + " {1}", (strength, strength + 1 if strength != SUM else PRODUCT))


def _call(module: str, ufunc: np.ufunc) -> Form:
    operands = ", ".join(f"{{{i}}}" for i in range(ufunc.nin))
    return Form(ATOM, f"{module}{ufunc.__name__}({operands})", (COMPARE,) * ufunc.nin)


CALLED = (
    *(np.exp, np.expm1, np.log, np.log1p, np.logaddexp, np.sin, np.cos, np.tanh, np.sqrt),
    *(np.absolute, np.sign, np.maximum, np.minimum),
)
COMPARISONS: dict[np.ufunc, tuple[str, str, str]] = {  # LaTeX, NumPy, plain
    np.greater: (">", ">", ">"),
    np.greater_equal: (r"\ge", ">=", "≥"),
    np.less: ("<", "<", "<"),
    np.less_equal: (r"\le", "<=", "≤"),
    np.equal: ("=", "==", "="),
    np.not_equal: (r"\ne", "!=", "≠"),
}
SIGNS: dict[np.ufunc, tuple[str, str]] = {np.add: (r"\sum", "np.sum"), np.maximum: (r"\max", "np.max")}  # LaTeX, NumPy


def _latex_reduce(ufunc: np.ufunc, x: str, axis: Any, keepdims: bool) -> Text:
    sign = SIGNS[ufunc][0]
    return Text(rf"{sign} {x}", PRODUCT)


def _numpy_reduce(ufunc: np.ufunc, x: str, axis: Any, keepdims: bool) -> Text:
    name = SIGNS[ufunc][1]
    rest = ("" if axis is None else f", axis={axis}") + (", keepdims=True" if keepdims else "")
    return Text(f"{name}({x}{rest})")


LATEX = Notation(
    forms={
        np.add: _infix(SUM, "+"),
        np.subtract: _infix(SUM, "-"),
        np.multiply: _infix(PRODUCT, r"\cdot"),
        np.divide: Form(POWER, r"\frac{{{0}}}{{{1}}}", (COMPARE, COMPARE)),
        np.negative: Form(NEGATE, "-{0}", (PRODUCT,)),
        np.power: Form(POWER, "{0}^{{{1}}}", (ATOM, COMPARE)),
        np.square: Form(POWER, "{0}^{{2}}", (ATOM,)),
        np.exp: Form(POWER, "e^{{{0}}}", (COMPARE,)),
        np.log: Form(ATOM, r"\ln({0})", (COMPARE,)),
        np.sin: Form(ATOM, r"\sin({0})", (COMPARE,)),
        np.cos: Form(ATOM, r"\cos({0})", (COMPARE,)),
        np.tanh: Form(ATOM, r"\tanh({0})", (COMPARE,)),
        np.sqrt: Form(ATOM, r"\sqrt{{{0}}}", (COMPARE,)),
        np.absolute: Form(ATOM, r"\lvert {0} \rvert", (COMPARE,)),
        np.sign: Form(ATOM, r"\operatorname{{sign}}({0})", (COMPARE,)),
        np.expm1: Form(SUM, "e^{{{0}}} - 1", (COMPARE,)),
        np.log1p: Form(ATOM, r"\ln(1 + {0})", (PRODUCT,)),
        np.logaddexp: Form(ATOM, r"\ln(e^{{{0}}} + e^{{{1}}})", (COMPARE, COMPARE)),
        ERF: Form(ATOM, r"\operatorname{{erf}}({0})", (COMPARE,)),
        np.maximum: Form(ATOM, r"\max({0}, {1})", (COMPARE, COMPARE)),
        np.minimum: Form(ATOM, r"\min({0}, {1})", (COMPARE, COMPARE)),
    }
    | {f: Form(COMPARE, f"{{0}} {sign} {{1}}", (SUM, SUM)) for f, (sign, _, _) in COMPARISONS.items()},
    reduce=_latex_reduce,
    brackets="({0})",
)
NUMPY = Notation(
    forms={
        np.add: _infix(SUM, "+"),
        np.subtract: _infix(SUM, "-"),
        np.multiply: _infix(PRODUCT, "*"),
        np.divide: _infix(PRODUCT, "/"),
        np.negative: Form(NEGATE, "-{0}", (POWER,)),
        np.power: Form(POWER, "{0}**{1}", (ATOM, ATOM)),
        np.square: Form(POWER, "{0}**2", (ATOM,)),
        ERF: Form(ATOM, "np.vectorize(math.erf)({0})", (COMPARE,)),
    }
    | {f: _call("np.", f) for f in CALLED}
    | {f: Form(COMPARE, f"{{0}} {sign} {{1}}", (SUM, SUM)) for f, (_, sign, _) in COMPARISONS.items()},
    reduce=_numpy_reduce,
    brackets="({0})",
)

PLAIN = Notation(
    forms={
        np.add: _infix(SUM, "+"),
        np.subtract: _infix(SUM, "−"),
        np.multiply: Form(PRODUCT, "{0}·{1}", (PRODUCT, POWER)),
        np.divide: Form(PRODUCT, "{0}/{1}", (PRODUCT, POWER)),
        np.negative: Form(NEGATE, "−{0}", (PRODUCT,)),
        np.power: Form(POWER, "{0}^{1}", (ATOM, ATOM)),
        np.square: Form(POWER, "{0}²", (ATOM,)),
        np.absolute: Form(ATOM, "|{0}|", (COMPARE,)),
        np.maximum: Form(ATOM, "max({0}, {1})", (COMPARE, COMPARE)),
        np.minimum: Form(ATOM, "min({0}, {1})", (COMPARE, COMPARE)),
        ERF: Form(ATOM, "erf({0})", (COMPARE,)),
    }
    | {f: _call("", f) for f in CALLED if f not in (np.absolute, np.maximum, np.minimum)}
    | {f: Form(COMPARE, f"{{0}} {sign} {{1}}", (SUM, SUM)) for f, (_, _, sign) in COMPARISONS.items()},
    reduce=_numpy_reduce,
    brackets="({0})",
)


def write(tape: Tape, names: Sequence[Text | str], notation: Notation, result: int = 0) -> Text:
    """The tape's result as text, its inputs called `names`."""
    texts = [n if isinstance(n, Text) else Text(n) for n in names]

    def shown(arg: Any) -> Text:
        if isinstance(arg, Ref):
            return texts[arg]
        return number(exact(arg))

    for line in tape.lines:
        texts.append(_write_line(line, [shown(a) for a in line.args], notation))
    return shown(tape.results[result])


def _write_line(line: Line, args: list[Text], notation: Notation) -> Text:
    if line.reduce is not None:
        return notation.reduce(line.ufunc, args[0].text, *line.reduce)
    form = notation.forms.get(line.ufunc)
    if form is None:
        raise UntraceableError(f"no notation for {line.ufunc.__name__}")
    bracketed = (wrap(a, need, notation.brackets) for a, need in zip(args, form.needs, strict=True))
    return Text(form.template.format(*bracketed), form.strength)


def wrap(x: Text, strength: int, brackets: str = "({0})") -> str:
    """The text of `x`, in parentheses where it holds together less tightly than `strength`."""
    return x.text if x.strength >= strength else brackets.format(x.text)
