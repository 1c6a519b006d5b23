"""The explanations' formulas, written in TeX, as MathML, which browsers draw by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.")
LETTERS = {
    "partial": "∂", "sigma": "σ", "eta": "η", "beta": "β", "mu": "μ", "varepsilon": "ε", "epsilon": "ϵ", "Delta": "Δ",
    "lambda": "λ", "alpha": "α", "theta": "θ", "gamma": "γ", "top": "⊤", "star": "⋆", "tanh": "tanh", "max": "max",
    "min": "min", "ln": "ln", "sin": "sin", "cos": "cos", "exp": "exp", "log": "log",
}  # fmt: skip
SIGNS = {"cdot": "·", "cdots": "⋯", "times": "×", "sum": "∑", "leftarrow": "←", "le": "≤", "ge": "≥", "approx": "≈"}
ABOVE = {"hat": "^", "dot": "˙"}
THIN = '<mspace width="0.18em"/>'

Said = Callable[[int], str]  # what is written for the number at a place of the recording


def mathml(tex: str, said: Said) -> str:
    """The formula as one element; its text is the formula's. Signs that are not known stand by their name."""
    return f'<math display="block"><mrow>{"".join(_Reader(tex, said).row())}</mrow></math>'


class _Reader:
    """Reads tokens from left to right; what it returns is MathML."""

    def __init__(self, tex: str, said: Said) -> None:
        self.tokens = [token for token in TOKEN.findall(tex) if not token.isspace() or token == " "]
        self.said, self.at = said, 0

    def row(self) -> list[str]:
        """Everything up to the end of the group."""
        found: list[str] = []
        while (token := self._peek()) not in ("", "}"):
            if token == " ":
                self.at += 1
                continue
            found.append(self._scripted(bool(found) and found[-1].startswith("<mo>")))
        return found

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def _scripted(self, after_sign: bool) -> str:
        base = self._atom(after_sign)
        scripts: dict[str, str] = {}
        while (sign := self._peek()) in ("_", "^"):
            self.at += 1
            scripts[sign] = self._argument()
        if not scripts:
            return base
        kind = {"_": "msub", "^": "msup", "_^": "msubsup"}["".join(sorted(scripts, reverse=True))]
        return f"<{kind}>{base}{''.join(scripts[sign] for sign in sorted(scripts, reverse=True))}</{kind}>"

    def _argument(self) -> str:
        return self._atom(False)

    def _atom(self, after_sign: bool) -> str:
        token = self._next()
        if token == "{":
            inside = "".join(self.row())
            self._next()
            return f"<mrow>{inside}</mrow>"
        if token.startswith("\\"):
            return self._command(token[1:], after_sign)
        if token.isalpha():
            return f"<mi>{escape(token)}</mi>"
        return f"<mn>{token}</mn>" if token[:1].isdigit() else f"<mo>{escape(token.replace('-', '−'))}</mo>"

    def _command(self, name: str, after_sign: bool) -> str:
        if name == "num":
            return self._number(int(self._raw()), after_sign)
        if name == "frac":
            return f"<mfrac>{self._argument()}{self._argument()}</mfrac>"
        if name == "sqrt":
            return f"<msqrt>{self._argument()}</msqrt>"
        if name in ABOVE:
            return f"<mover>{self._argument()}<mo>{ABOVE[name]}</mo></mover>"
        if name in ("text", "mathrm", "operatorname"):
            return f"<mtext>{escape(self._raw())}</mtext>"
        if name in ("mathrel", "boldsymbol"):
            return self._argument()
        if name in ("left", "right"):
            return "" if (sign := self._next()) == "." else f"<mo>{escape(sign)}</mo>"
        if name in (",", ";"):
            return THIN
        return f"<mo>{SIGNS[name]}</mo>" if name in SIGNS else f"<mi>{escape(LETTERS.get(name, name))}</mi>"

    def _number(self, place: int, after_sign: bool) -> str:
        said = self.said(place)
        number = f"<mn>{escape(said)}</mn>"
        in_brackets = said.startswith("−") and (after_sign or self._peek() == "^")
        return f"<mrow><mo>(</mo>{number}<mo>)</mo></mrow>" if in_brackets else number

    def _raw(self) -> str:
        """What stands between braces, as it is."""
        self._next()
        found = ""
        while (token := self._next()) not in ("}", ""):
            found += token.removeprefix("\\")
        return found
