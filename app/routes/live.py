"""Following a session: what happens to it, as it happens; and short codes that lead a class to one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app import codes
from app.answers import CodeAnswer, JoinAnswer, NewsAnswer
from app.follower import heard
from app.live import Hub, Stream, edited, sent
from app.requests import JoinRequest
from app.routes import API, Driven, SessionsHere, problems
from app.wire import answer

router = APIRouter(prefix=API, tags=["live"], responses=problems(404, 422, 503))

Revision = Annotated[int | None, Query(ge=0, le=2**31, description="the revision seen last")]
Place = Annotated[int | None, Query(ge=0, le=2**31)]
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Server-sent events, or the news as JSON"}
}


@router.get("/sessions/{id}/live", response_model=NewsAnswer, responses=problems(429) | EVENTS)
async def live(
    request: Request, id: str, found: SessionsHere, after: Revision = None,
    poll: bool = False, iteration: Place = None, cursor: Place = None,
    last_event_id: Annotated[str | None, Header(max_length=32)] = None,
) -> Response:  # fmt: skip
    """Follow a session, with its id alone.

    Events: `revision` (edits; those after `after`, or after `Last-Event-ID`, come first), `session` (how it stands;
    after those, and after `resync`, which says that some were missed), `position`, `run` (training), `gone` (somebody
    deleted the session), `end` (the service stops; come back). With `poll=1`, for networks that hold streams back: an
    answer as soon as the session is not at revision `after`, `iteration` and `cursor`, or after 25 seconds.
    """
    hub: Hub = request.app.state.hub
    seen = after if after is not None else _number(last_event_id)
    follower = hub.join(id, pinged=not poll)
    try:
        await run_in_threadpool(hub.begin, id)
        session = await run_in_threadpool(found.get, id)
        if poll:
            if (seen, iteration, cursor) == (session.revision, session.iteration, session.cursor):
                with suppress(TimeoutError):
                    await asyncio.wait_for(heard(follower), hub.settings.poll_seconds)
            return await run_in_threadpool(_news, found, id, seen)
        first = await run_in_threadpool(_missed, found, id, seen)
    except BaseException:
        hub.leave(id, follower)
        raise
    finally:
        if poll:
            hub.leave(id, follower)
    return Stream(hub, id, follower, first, partial(run_in_threadpool, _missed, found, id, None))


def _missed(found: SessionsHere, id: str, seen: int | None) -> bytes:
    """The revisions a follower has not seen, and how the session stands."""
    session = found.get(id)
    revisions = [] if seen is None else [e for e in found.store.log(id, after=seen) if "base" not in e.body]
    with session.lock:
        stands = sent("session", session.view(drives=False), session.revision)
    return b"".join(sent("revision", edited(entry), entry.revision) for entry in revisions) + stands


def _news(found: SessionsHere, id: str, seen: int | None) -> Response:
    session = found.get(id)
    revisions = [] if seen is None else [e for e in found.store.log(id, after=seen) if "base" not in e.body]
    with session.lock:
        news: NewsAnswer = {
            "revisions": [edited(entry) for entry in revisions],
            "session": session.view(drives=False),
        }
    reply = answer(news)
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _number(last_event_id: str | None) -> int | None:
    """Whatever is no number we gave out counts as nothing seen."""
    return int(last_event_id) if last_event_id and last_event_id.isdecimal() else None


@router.post("/sessions/{id}/code", status_code=201, response_model=CodeAnswer, responses=problems(401, 403))
def code(session: Driven, found: SessionsHere) -> Response:
    """A short code to read out: whoever joins with it may read and follow, for a few hours."""
    return answer({"code": codes.given(found.store, session.id), "seconds": codes.SECONDS}, 201)


@router.post("/join", response_model=JoinAnswer, responses=problems(429))
def join(body: JoinRequest, found: SessionsHere) -> Response:
    """The session a short code leads to."""
    return answer({"id": found.get(codes.session(found.store, body.code)).id})
