"""Two sessions side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.compare import Comparison, Order, compared
from app.routes import API, SessionHere, SessionsHere, problems
from app.wire import answer

router = APIRouter(prefix=f"{API}/sessions/{{id}}", tags=["traces"], responses=problems(404, 410, 413, 416, 422))

MOST = 500  # rows in one answer
Whole = Annotated[int | None, Query(ge=0, le=1_000_000_000)]


@router.get("/compare", response_model=Comparison)
def compare(
    session: SessionHere, found: SessionsHere,
    other: Annotated[str, Query(alias="with", min_length=1, max_length=64)],
    iteration: Annotated[int | None, Query(ge=0, le=10_000_000)] = None, cursor: Whole = None, order: Order = "layer",
    first: Annotated[int, Query(alias="from", ge=0, le=1_000_000_000)] = 0,
    count: Annotated[int, Query(ge=0, le=MOST)] = 200,
) -> Response:  # fmt: skip
    """This session, a, beside another, b, in one training step: of every node a, b and b/a, and where the two part.

    `cursor`: a's; else its own where no iteration is named, or the end of the step. `order=difference`: the largest
    first.
    """
    beside = found.get(other)
    one, two = sorted((session, beside), key=lambda each: each.id)  # always in this order: nobody waits for each other
    with one.lock, two.lock:
        number = session.iteration if iteration is None else iteration
        usual = session.cursor if iteration is None else None
        return answer(compared(session, beside, number, usual if cursor is None else cursor, order, first, count))
