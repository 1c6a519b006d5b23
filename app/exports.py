"""Sessions to take away and to bring back: what is written, in which form, and a session as it was exported."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from app.data.requests import UploadRequest
from app.data.uploads import Uploads
from app.edits import TOGETHER
from app.errors import NotFoundError, TooLargeError
from app.player import player
from app.session import Session, Standing
from app.thinning import portions
from app.wire import encode
from engine import Trace, notebook, numpy_script, pytorch_script, svg

Format = Literal["json", "numpy", "pytorch", "notebook", "svg", "html"]


@dataclass(frozen=True, slots=True)
class Form:
    """One form a training step is taken away in: the type, the file's ending, and what writes it."""

    media: str
    ending: str
    write: Callable[[Trace, str], str | bytes]


FORMS: dict[Format, Form] = {
    "numpy": Form("text/x-python", ".py", numpy_script),
    "pytorch": Form("text/x-python", "-pytorch.py", pytorch_script),
    "notebook": Form("application/x-ipynb+json", ".ipynb", lambda trace, title: encode(notebook(trace, title))),
    "svg": Form("image/svg+xml", ".svg", svg),
    "html": Form("text/html", ".html", player),
}


def exported(session: Session, at: Standing, uploads: Uploads, most: int) -> bytes:
    """The session as JSON that `POST /sessions` takes: its spec, with data that was sent written out, the edits
    in force, and a place.

    Raises `TooLargeError` where that would be more than the `most` bytes of a request.
    """
    view = session.view(at)
    written = encode({
        "format": "backprop-session", "version": 1, "example": view.example,
        "spec": _whole(view.spec, session, uploads),
        "edits": list(portions(session.standing.timeline.line, TOGETHER)),
        "iteration": view.iteration, "cursor": view.cursor, "frontier": view.frontier,
    })  # fmt: skip
    if len(written) + len('{"import":}') > most:
        raise TooLargeError(f"this session takes {len(written)} bytes; a request that brings it back may have {most}")
    return written


def _whole(spec: dict[str, Any], session: Session, uploads: Uploads) -> dict[str, Any]:
    """The spec, independent of this service's data sets."""
    assert session.spec is not None, "a session has a spec"
    if not isinstance(session.spec.data, UploadRequest):
        return spec
    dataset = uploads.find(session.spec.data.id)
    if dataset is None:
        raise NotFoundError(f"there is no data set {session.spec.data.id!r}; it may have made room for others")
    y = dataset.values if dataset.labels is None else dataset.labels
    rest = {name: value for name, value in spec["data"].items() if name not in ("name", "id")}
    return {**spec, "data": {**rest, "arrays": {"x": dataset.x, "y": y}}}


def file_name(session: Session, ending: str, iteration: int) -> str:
    """What the file is called: signs that any system takes."""
    name = session.example.id if session.example else "model"
    return f"{re.sub('[^a-z0-9]+', '-', name.lower())}-{iteration}{ending}"
