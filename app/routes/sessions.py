"""Sessions: create, read, move, check, verify, delete."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.answers import StepAnswer
from app.requests import CheckRequest, SeekRequest, SessionRequest, StepRequest
from app.routes import SessionHere, SessionsHere, SettingsHere, problems
from app.sessions import Position, Session, SessionView
from app.tensors import with_numbers
from app.wire import answer, encode, plain
from engine import GradientCheck, Verification, check, verify

router = APIRouter(prefix="/sessions", tags=["sessions"], responses=problems(404, 413, 422))

SMALLEST_EVENT = 100  # bytes


@router.post("", status_code=201, response_model=SessionView, responses=problems(400))
def create(body: SessionRequest, found: SessionsHere) -> Response:
    """Make a session from a spec or from the gallery."""
    session = found.create(body)
    with session.lock:
        return answer(session.view(), 201, Location=f"/api/v1/sessions/{session.id}")


@router.get("/{id}", response_model=SessionView)
def read(session: SessionHere) -> Response:
    """The session and where it stands."""
    with session.lock:
        return answer(session.view(), ETag=f'"{session.revision}"')


@router.delete("/{id}", status_code=204)
def delete(id: str, found: SessionsHere) -> Response:
    """Forget the session."""
    found.delete(id)
    return Response(status_code=204)


@router.post("/{id}/step", response_model=StepAnswer, responses=problems(400, 416))
def step(session: SessionHere, body: StepRequest, found: SessionsHere, settings: SettingsHere) -> Response:
    """Go forward or back by a grain; the events passed, or, where they are too many, a link to them."""
    with session.lock:
        before, after = session.step(body.grain, body.count)
        found.moved(session)
        events = _passed(session, before, after, settings.page_bytes)
        reply: StepAnswer = {
            "from": before,
            "to": after,
            "phase": session.run.schedule.phase(after.cursor),
            "loss": session.loss(),
            "events": events,
            "trace": None if events is not None else f"/api/v1/sessions/{session.id}/trace?iteration={after.iteration}",
        }
        return answer(reply)


def _passed(session: Session, before: Position, after: Position, room: int) -> list[dict[str, Any]] | None:
    """The events between two positions with their numbers, in the order passed; None where they do not fit."""
    passed = session.passed(before, after)
    if len(passed) * SMALLEST_EVENT > room or len({iteration for iteration, _ in passed}) > 1:
        return None
    events = [plain(with_numbers(session.trace(iteration), event)) for iteration, event in passed]
    return events if len(encode(events)) <= room else None


@router.post("/{id}/seek", response_model=SessionView, responses=problems(400, 416))
def seek(session: SessionHere, body: SeekRequest, found: SessionsHere) -> Response:
    """Stand at a place; up to 100 iterations beyond the furthest so far are computed on the way."""
    with session.lock:
        session.seek(body.iteration, body.cursor)
        found.moved(session)
        return answer(session.view())


@router.post("/{id}/check", response_model=GradientCheck, responses=problems(400))
def check_gradients(session: SessionHere, body: CheckRequest, settings: SettingsHere) -> Response:
    """Reverse mode against central differences and forward mode, entry by entry, at the present iteration."""
    seconds = min(body.seconds, settings.check_seconds)
    with session.lock:
        return answer(check(session.trace(), epsilon=body.epsilon, seconds=seconds))


@router.get("/{id}/verify", response_model=Verification)
def verify_trace(session: SessionHere) -> Response:
    """Whether every event of the present iteration follows from the leaves and the events before it."""
    with session.lock:
        return answer(verify(session.trace()))
