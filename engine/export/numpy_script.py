"""A training step as a NumPy script that computes it anew, line by line, and holds it to the explorer's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.export.listing import Part, comment, parts
from engine.export.step import within
from engine.trace import Trace

ABOUT = (
    "One training step, computed anew from its numbers. Where a result is not the explorer's, "
    "an AssertionError names it."
)
CHECK = '''
def check(name, number, expected, among=0.0):
    """Raise AssertionError unless the number is the expected one: to {within!r} of its largest entry, or of `among`,
    the size of the numbers that it is what is left of."""
    number, expected = np.asarray(number, float), np.asarray(expected, float)
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=among)
    np.testing.assert_allclose(
        number, expected, rtol={within!r}, atol={within!r} * largest, err_msg=name, strict=True
    )
'''
UNPACKED = '''
def unpacked(shape, text):
    """Numbers from base64: the very same ones, to the last bit."""
    return np.frombuffer(base64.b64decode(text), "{kind}").reshape(shape)
'''
RULES = "from engine import OPS  # the explorer's own rules for what moves through larger operations"
QUIET = 'np.seterr(all="ignore")  # 1/0 and overflow give numbers here, as they do in the explorer'

SAME = 'print("The numbers are the same.")'


def numpy_script(trace: Trace, title: str = "A training step") -> str:
    """The script as text. Raises `ExportError` where the step is too large for one, naming number and limit.

    It needs NumPy alone, but for forward mode through operations that are more than sums, products and functions entry
    by entry: their rules are the engine's.
    """
    found = list(parts(trace))
    body = "\n".join(_written(found))
    return "\n".join((*comment(title), *comment(ABOUT), "", *preamble(trace, body), body, SAME, ""))


def preamble(trace: Trace, body: str) -> Iterator[str]:
    """Imports and functions, as far as the body needs them."""
    packed, rules = "unpacked(" in body, "OPS[" in body
    standard = [line for line, needed in (("import base64", packed), ("import math", "math." in body)) if needed]
    yield from (*standard, "") if standard else ()
    yield from ("import numpy as np", *((RULES,) if rules else ()), "", QUIET, "")
    yield CHECK.format(within=within(trace, 1e-12))
    yield from (UNPACKED.format(kind="<f4" if trace.schedule.dtype == "float32" else "<f8"),) if packed else ()


def _written(found: Iterable[Part]) -> Iterator[str]:
    section = ""
    for part in found:
        if part.section != section:
            section = part.section
            yield f"\n# --- {section} ---\n"
        yield from comment(part.says)
        yield from part.code
