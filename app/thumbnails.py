"""The gallery's pictures: each example's graph, drawn when it is first asked for and kept."""

from __future__ import annotations

from functools import cache
from threading import Lock

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import thumbnail

TURN = Lock()  # building a large graph is work: other requests are not to wait for several at once


def of_example(id: str) -> bytes:
    """The thumbnail of an example, as SVG; the same for every service. Raises KeyError where there is none."""
    with TURN:
        return _drawn(id)


@cache
def _drawn(id: str) -> bytes:
    """No parameters are trained for a picture of the graph."""
    spec = {name: part for name, part in EXAMPLES[id].spec.items() if name != "trained"}
    return thumbnail(to_model(SpecRequest.model_validate(spec), Settings())[0].graph).encode()
