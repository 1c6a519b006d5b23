"""A training step as a Jupyter notebook: the lines of the NumPy script in cells, with a sentence for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from engine.export.listing import Part, parts
from engine.export.numpy_script import ABOUT, SAME, preamble
from engine.trace import Trace

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~!&])")  # signs that Markdown or HTML would take for their own


def notebook(trace: Trace, title: str = "A training step") -> dict[str, Any]:
    """The notebook (format 4.5) as plain JSON. Raises `ExportError` where the step is too large for one."""
    cells = list(_cells(trace, list(parts(trace)), title))
    return {
        "cells": [{"id": f"cell-{k}", **cell} for k, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cells(trace: Trace, found: Sequence[Part], title: str) -> Iterator[dict[str, Any]]:
    body = "\n".join(line for part in found for line in part.code)
    yield _markdown(f"# {_escaped(title)}", _escaped(ABOUT))
    yield _code("\n".join(preamble(trace, body)))
    section = ""
    for (name, _), group in groupby(found, key=lambda part: (part.section, part.layer)):
        cell = list(group)
        heading = [f"## {name}"] if name != section else []
        section = name
        if said := [*heading, *_said(cell)]:
            yield _markdown(*said)
        if code := "\n".join(line for part in cell for line in part.code):
            yield _code(code)
    yield _code(SAME)


def _said(cell: Sequence[Part]) -> Iterator[str]:
    for part in cell:
        if part.says:
            yield _escaped(part.says)
        for formula in part.formulas:
            yield f"$${formula}$$"


def _escaped(text: str) -> str:
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _markdown(*paragraphs: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": "\n\n".join(paragraphs)}


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source.strip()}
