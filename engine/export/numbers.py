"""Numbers as code: the very same ones, to the last bit."""

from __future__ import annotations

import base64
import math
import textwrap
from typing import Any

import numpy as np

from engine.tape import Array

WRITTEN = 64  # arrays of more numbers are packed
WIDTH = 110


def number(x: float, module: str) -> str:
    """The shortest text that is read back as the same number; `module` names NaN and infinity."""
    if math.isfinite(x):
        return repr(x)
    return f"{module}.nan" if math.isnan(x) else f"{'-' if x < 0 else ''}{module}.inf"


def nested(x: Array, module: str) -> str:
    """A number, or numbers in brackets as the shape is."""
    return _nested(x.tolist(), module)


def _nested(x: Any, module: str) -> str:
    return f"[{', '.join(_nested(part, module) for part in x)}]" if isinstance(x, list) else number(x, module)


def array(x: Array, module: str, function: str, more: str = "") -> str:
    """The array as an expression: `function` of its numbers, or `unpacked` of their bytes in base64."""
    return folded(f"{function}({nested(x, module)}{more})") if x.size <= WRITTEN else packed(x)


def folded(text: str) -> str:
    """The text in lines of a readable length."""
    return textwrap.fill(text, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def packed(x: Array) -> str:
    numbers = np.ascontiguousarray(x, x.dtype.newbyteorder("<"))
    text = textwrap.fill(base64.b64encode(numbers.tobytes()).decode(), WIDTH, break_on_hyphens=False)
    return f'unpacked({x.shape}, """\n{text}\n""")'
