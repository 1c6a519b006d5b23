"""Training in the background, and what its charts are drawn from."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app.answers import HistoryAnswer
from app.charts import history
from app.live import Hub, RunStream, sent
from app.requests import TrainRequest
from app.routes import API, Driven, KeyHere, SessionHere, SessionsHere, problems
from app.runs import Runs, said_of
from app.views import RunView
from app.wire import answer

router = APIRouter(prefix=f"{API}/sessions/{{id}}", tags=["training"], responses=problems(404, 422, 503))
KNOWN = {field.name for field in fields(RunView)}
Iteration = Annotated[int | None, Query(ge=0, le=10_000_000)]
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "The run as it stands, or its progress as events"}
}


def _runs(request: Request) -> Runs:
    found: Runs = request.app.state.runs
    return found


RunsHere = Annotated[Runs, Depends(_runs)]


def view(words: dict[str, Any]) -> RunView:
    return RunView(**{name: said for name, said in words.items() if name in KNOWN})


@router.post("/train", status_code=202, response_model=RunView, responses=problems(400, 401, 403, 409, 413, 416))
def train(session: Driven, body: TrainRequest, runs: RunsHere, key: KeyHere) -> Response:
    """Train in the background, from the furthest iteration on; the driver stays where it stands.

    Edits have to wait for the end, or for its cancellation. What a run has reported outlives this process: another one
    goes on from there.
    """

    def reply(words: dict[str, Any]) -> Response:
        return answer(view(words), 202, Location=f"/api/v1/sessions/{session.id}/runs/{words['id']}")

    return runs.begin(session, body, key, reply)


@router.get("/runs/{run}", response_model=RunView, responses=problems(429) | EVENTS)
async def progress(
    request: Request, id: str, run: str, found: SessionsHere,
    accept: Annotated[str, Header(max_length=256)] = "application/json",
) -> Response:  # fmt: skip
    """The session's newest training run; with `Accept: text/event-stream` its progress, about thirty times a second.

    Events: `run` as it stands, at once and after each report, of which a slow reader gets the newest; `end` after the
    last one, or `gone` where somebody deleted the session.
    """
    hub: Hub = request.app.state.hub
    streamed = "text/event-stream" in accept
    follower = hub.join(id) if streamed else None
    try:
        words = await run_in_threadpool(_said, found, id, run)
    except BaseException:
        if follower:
            hub.leave(id, follower)
        raise
    if follower is None:
        return answer(view(words))
    first = _event(words)
    return RunStream(hub, id, follower, first, partial(run_in_threadpool, lambda: _event(_said(found, id, run))))


def _said(found: SessionsHere, id: str, run: str) -> dict[str, Any]:
    return said_of(found.get(id), run)


def _event(words: dict[str, Any]) -> bytes:
    return sent("run", {name: said for name, said in words.items() if name in KNOWN}, words["revision"])


@router.delete("/runs/{run}", status_code=204, responses=problems(401, 403))
def cancel(session: Driven, run: str, runs: RunsHere, key: KeyHere) -> Response:
    """End a run at the iteration it reported last. One that has ended stays as it is."""
    return runs.cancel(session, run, key, Response(status_code=204))


@router.get("/history", response_model=HistoryAnswer, responses=problems(413, 416))
def charts(
    session: SessionHere, first: Annotated[int, Query(alias="from", ge=0, le=10_000_000)] = 0,
    to: Iteration = None,
) -> Response:  # fmt: skip
    """What was measured, iteration by iteration, from `from` to `to`, both included.

    At most so many points are kept as the catalogue's `history_points` says: iterations that `stride` divides, the
    smallest power of two that fits. What is missing, as after an edit, is computed again for two seconds at most;
    `complete` says whether all is there. The samples held out are measured in some iterations only, so that it takes
    an eighth of the time to train at most.
    """
    return answer(history(session, first, to))
