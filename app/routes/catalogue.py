"""What there is: ops, layers, losses, optimizers, data sets, limits, and the gallery."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Header
from fastapi.responses import Response

from app import thumbnails
from app.answers import Catalogue, Examples, OpRow
from app.data import SOURCES
from app.errors import NotFoundError
from app.lessons import EXAMPLES
from app.lessons.parts import Example
from app.routes import API, SettingsHere, problems
from app.wire import answer
from engine import FAULTS, FUNCTIONS, INITIALIZERS, LAYERS, LOSSES, OPS, OPTIMIZERS, SCHEDULES, Op, Text, pytorch_line

router = APIRouter(prefix=API, tags=["catalogue"])
KEPT_SECONDS = 3_600  # a browser shows a picture again so long without asking


@router.get("/catalogue", response_model=Catalogue)
def catalogue(settings: SettingsHere) -> Response:
    """Everything a builder needs to draw itself."""
    found: Catalogue = {
        "ops": [_op(row) for row in OPS.values()],
        "functions": FUNCTIONS,
        "layers": [{"type": r.type, "doc": r.doc, "options": list(r.options)} for r in LAYERS.values()],
        "losses": [{"name": name, "doc": OPS[name].doc, "options": dict(OPS[name].options)} for name in LOSSES],
        "optimizers": [
            {"name": r.name, "doc": r.doc, "source": r.source, "settings": dict(r.settings)}
            for r in OPTIMIZERS.values()
        ],
        "schedules": [{"name": r.name, "doc": r.doc, "settings": dict(r.settings)} for r in SCHEDULES.values()],
        "initializers": [
            {"name": r.name, "doc": r.doc, "source": r.source, "settings": dict(r.settings)}
            for r in INITIALIZERS.values()
        ],
        "data": [
            {
                "name": r.name,
                "family": r.family,
                "doc": r.doc,
                "generated": r.generated,
                "single": r.single,
                "options": list(r.options),
            }
            for r in SOURCES.values()
        ],
        "faults": [{"name": r.name, "doc": r.doc} for r in FAULTS.values()],
        "limits": settings.limits(),
    }
    return answer(found)


def _op(row: Op) -> OpRow:
    names = [Text(n) for n in row.inputs]
    code = [Text(re.sub(r"\W", "", n)) for n in row.inputs]  # \gamma is called gamma there
    first = Text(r"\frac{\partial L}{\partial y}" if row.family == "contraction" else "y")
    return {
        "name": row.name,
        "family": row.family,
        "symbol": row.symbol,
        "title": row.title,
        "inputs": row.inputs,
        "latex": row.latex(names, row.options),
        "local": [line([first, *names], row.options) for line in row.local],
        "numpy": row.numpy(code, row.options),
        "pytorch": pytorch_line(row, code, {}, [np.shape(x) for x in row.example]),
        "example": row.example,
        "options": dict(row.options),
        "doc": row.doc,
    }


@router.get("/examples", response_model=Examples)
def examples() -> Response:
    """The gallery, in course order within its groups."""
    return answer(Examples(examples=list(EXAMPLES.values())))


@router.get("/examples/{id}", response_model=Example, responses=problems(404))
def example(id: str) -> Response:
    """One entry of the gallery."""
    if id not in EXAMPLES:
        raise NotFoundError(f"there is no example {id[:64]!r}; there are {', '.join(EXAMPLES)}")
    return answer(EXAMPLES[id])


PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A picture of one colour", "content": {"image/svg+xml": {}}},
    304: {"description": "As `If-None-Match` says"},
}


@router.get("/examples/{id}/thumbnail", response_class=Response, responses=PICTURE | problems(404))
def example_thumbnail(id: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """A small picture of an example's graph, in the colour of the text around it; of a large one, its groups."""
    if id not in EXAMPLES:
        raise NotFoundError(f"there is no example {id[:64]!r}; there are {', '.join(EXAMPLES)}")
    body = thumbnails.of_example(id)
    headers = {"ETag": f'"{sha256(body).hexdigest()[:16]}"', "Cache-Control": f"public, max-age={KEPT_SECONDS}"}
    if if_none_match and if_none_match.removeprefix("W/") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="image/svg+xml")
