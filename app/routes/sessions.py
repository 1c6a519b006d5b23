"""Sessions: create, read, move, check, verify, delete."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app import tokens
from app.answers import StepAnswer
from app.requests import CheckRequest, SeekRequest, SessionRequest, StepRequest
from app.routes import (
    API,
    Driven,
    KeyHere,
    SessionHere,
    SessionsHere,
    SettingsHere,
    SettleHere,
    drive,
    may_drive,
    problems,
)
from app.session import Session, Standing
from app.sessions import Created, Outcome
from app.settings import Settings
from app.store import EVERYWHERE
from app.tensors import Teller
from app.views import CreatedSession, SessionView
from app.wire import answer, encode, joined
from engine import GradientCheck, Verification, check, verify

router = APIRouter(prefix=f"{API}/sessions", tags=["sessions"], responses=problems(404, 413, 422, 503))

SMALLEST_EVENT = 100  # bytes
DRIVEN = problems(401, 403)
AsCookie = Annotated[Literal["cookie"] | None, Header(alias="X-Drive")]


@router.post("", status_code=201, response_model=CreatedSession, responses=problems(400, 416))
def create(
    body: SessionRequest, found: SessionsHere, settings: SettingsHere, key: KeyHere, request: Request,
    x_drive: AsCookie = None,
) -> Response:  # fmt: skip
    """Make a session from a spec or from the gallery.

    `drive` in the answer is the token that moving and editing need; it is told this once. With `X-Drive: cookie` it
    comes in a cookie that scripts cannot read instead.
    """
    return created(found.create(body, key, new), request, settings, x_drive)


def created(made: Created, request: Request, settings: Settings, x_drive: str | None) -> Response:
    """A new session's answer, with its drive token in it or in a cookie."""
    token = encode(made.token if x_drive is None else None)
    told = bytes(made.reply.body)[:-1] + b',"drive":' + token + b"}"
    reply = Response(told, made.reply.status_code, _kept(made.reply), media_type="application/json")
    if x_drive:
        tokens.give(reply, request, made.session.id, made.token, settings.idle_seconds)
    return reply


def new(session: Session) -> Response:
    return shown(session, status=201, Location=f"/api/v1/sessions/{session.id}")


def _kept(reply: Response) -> dict[str, str]:
    return {k: v for k, v in reply.headers.items() if k not in ("content-length", "content-type")}


def shown(
    session: Session, standing: Standing | None = None, *, drives: bool = True, status: int = 200, **headers: str
) -> Response:
    """The session as an answer; its ETag is the revision."""
    view = session.view(standing, drives=drives)
    return answer(view, status, ETag=f'"{view.revision}"', **headers)


@router.get("/{id}", response_model=SessionView)
async def read(request: Request, session: SessionHere) -> Response:
    """The session and where it stands."""
    drives = may_drive(request, session)
    told = session.again(*session.standing.numbers, drives)
    return told if told else await run_in_threadpool(_read, session, drives)


def _read(session: Session, drives: bool) -> Response:
    with session.lock:
        return session.keep(shown(session, drives=drives), *session.standing.numbers, drives)


@router.delete("/{id}", status_code=204, responses=DRIVEN)
def delete(
    id: str, request: Request, found: SessionsHere, key: KeyHere
) -> Response:  # fmt: skip
    """Forget the session."""
    told = found.store.answer(EVERYWHERE, key.key) if key else None
    if not (key and told and key.asked(told)):  # the session of a request that comes again is gone by now
        drive(request, found.get(id))
    return key.again(told) if key and told else found.delete(id, key, Response(status_code=204))


@router.post("/{id}/step", response_model=StepAnswer, responses=problems(400, 401, 403, 416))
def step(session: Driven, body: StepRequest, settle: SettleHere) -> Response:
    """Go forward or back by a grain; the events passed, or, where they are too many, a link to them."""

    def act() -> Outcome:
        before, standing = session.standing, session.stepped(body.grain, body.count)
        return Outcome(standing=standing, reply=_step(session, before, standing, session.settings.page_bytes))

    return settle(session, act)


def _step(session: Session, before: Standing, after: Standing, room: int) -> Response:
    events = _passed(session, before, after, room)
    reply = {
        "from": before.position,
        "to": after.position,
        "phase": session.schedule(after.iteration).phase(after.cursor),
        "loss": session.loss(after),
        "events": None if events is None else joined(events),
        "trace": None if events is not None else f"/api/v1/sessions/{session.id}/trace?iteration={after.iteration}",
    }
    return answer(reply)


def _passed(session: Session, before: Standing, after: Standing, room: int) -> list[bytes] | None:
    """The events between two positions with their numbers, in the order passed; None where they do not fit."""
    passed = session.passed(before.position, after.position)
    if not passed:
        return []
    if len(passed) * SMALLEST_EVENT > room or len({iteration for iteration, _ in passed}) > 1:
        return None
    iteration, events = passed[0][0], []
    tell = Teller(session.trace(iteration), session.journey.part(iteration).forms)
    for _, event in passed:
        events.append(tell(event))
        room -= len(events[-1]) + 1
        if room < 0:
            return None
    return events


@router.post("/{id}/seek", response_model=SessionView, responses=problems(400, 401, 403, 416))
def seek(session: Driven, body: SeekRequest, settle: SettleHere) -> Response:
    """Stand at a place; up to 100 iterations beyond the furthest so far are computed on the way."""

    def act() -> Outcome:
        standing = session.sought(body.iteration, body.cursor)
        return Outcome(standing=standing, reply=shown(session, standing))

    return settle(session, act)


@router.post("/{id}/check", response_model=GradientCheck, responses=problems(400, 416))
def check_gradients(
    session: SessionHere, body: CheckRequest, iteration: Annotated[int | None, Query(ge=0, le=10_000_000)] = None
) -> Response:
    """Reverse mode against central differences and forward mode, entry by entry, in one iteration."""
    seconds = min(body.seconds, session.settings.check_seconds)
    with session.lock:
        found = check(session.trace(iteration), epsilon=body.epsilon, seconds=seconds, between=body.between)
        return answer(found)


@router.get("/{id}/verify", response_model=Verification, responses=problems(416))
def verify_trace(session: SessionHere, iteration: Annotated[int | None, Query(ge=0, le=10_000_000)] = None) -> Response:
    """Whether every event of an iteration, else of the present one, follows from the leaves and the events before."""
    with session.lock:
        return answer(verify(session.trace(iteration)))
