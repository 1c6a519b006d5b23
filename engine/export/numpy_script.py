"""A training step as a NumPy script that computes it anew, line by line, and holds it to the explorer's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.export.listing import Part, comment, parts
from engine.trace import Trace

ABOUT = (
    "One training step, computed anew from its numbers. Where a result is not the explorer's, "
    "an AssertionError names it."
)
CHECK = '''
def check(name, number, expected):
    """Raise AssertionError unless the number is the expected one, to 1e-12 of its largest entry."""
    number, largest = np.asarray(number, float), np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    np.testing.assert_allclose(number, expected, rtol=1e-12, atol=1e-12 * largest, err_msg=name, strict=True)
'''
UNPACKED = '''
def unpacked(shape, text):
    """Float64 numbers from base64: the very same ones, to the last bit."""
    return np.frombuffer(base64.b64decode(text), "<f8").reshape(shape)
'''
QUIET = 'np.seterr(all="ignore")  # 1/0 and overflow give numbers here, as they do in the explorer'

SAME = 'print("The numbers are the same.")'


def numpy_script(trace: Trace, title: str = "A training step") -> str:
    """The script as text. Raises `ExportError` where the step is too large for one, naming number and limit."""
    found = list(parts(trace))
    body = "\n".join(_written(found))
    return "\n".join(
        (*comment(title), *comment(ABOUT), "", *preamble(body), body, 'print("The numbers are the same.")', "")
    )


def preamble(body: str) -> Iterator[str]:
    """Imports and functions, as far as the body needs them."""
    packed = "unpacked(" in body
    standard = [line for line, needed in (("import base64", packed), ("import math", "math." in body)) if needed]
    yield from (*standard, "") if standard else ()
    yield from ("import numpy as np", "", QUIET, "", CHECK, *((UNPACKED,) if packed else ()))


def _written(found: Iterable[Part]) -> Iterator[str]:
    section = ""
    for part in found:
        if part.section != section:
            section = part.section
            yield f"\n# --- {section} ---\n"
        yield from comment(part.says)
        yield from part.code
