"""Changing a session: edits, undo and redo each make a revision; a twin is changed instead of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from app.carrying import Carried, carried
from app.edits import EditsRequest, TwinRequest
from app.errors import NoRevisionError
from app.requests import PreviewRequest
from app.revising import Revised, edited, turned
from app.routes import API, Driven, KeyHere, SessionHere, SessionsHere, SettingsHere, Settle, SettleHere, problems
from app.routes.sessions import AsCookie, created, new, shown
from app.session import Session
from app.sessions import Outcome
from app.twins import twin_of
from app.views import CreatedSession, SessionView
from app.wire import answer

router = APIRouter(
    prefix=f"{API}/sessions/{{id}}", tags=["edits"], responses=problems(400, 404, 409, 412, 413, 416, 422, 428, 503)
)
DRIVEN = problems(401, 403)
IfMatch = Annotated[str | None, Header(pattern=r'^"[0-9]{1,9}"$', openapi_examples={"revision": {"value": '"1"'}})]


@router.post("/edits", response_model=SessionView, responses=DRIVEN)
def edit(session: Driven, body: EditsRequest, settle: SettleHere, if_match: IfMatch = None) -> Response:
    """Change numbers, the sample, the optimizer, or what learns, from an iteration on: all of these edits or none.

    What was computed beyond is dropped; undo brings it back. `If-Match` names the revision this was decided on.
    """
    edits = body.model_dump(mode="json", exclude_unset=True)["edits"]
    return _revised(session, settle, if_match, lambda: edited(session, edits, body.iteration))


@router.post("/undo", response_model=SessionView, responses=DRIVEN)
def undo(session: Driven, settle: SettleHere, if_match: IfMatch = None) -> Response:
    """Go back to how it was before the last edit, and to where the session stood."""
    return _revised(session, settle, if_match, lambda: turned(session, "undo"))


@router.post("/redo", response_model=SessionView, responses=DRIVEN)
def redo(session: Driven, settle: SettleHere, if_match: IfMatch = None) -> Response:
    """Take an undo back."""
    return _revised(session, settle, if_match, lambda: turned(session, "redo"))


@router.post("/twin", status_code=201, response_model=CreatedSession, tags=["sessions"])
def twin(
    session: SessionHere, body: TwinRequest, found: SessionsHere, settings: SettingsHere, key: KeyHere,
    request: Request, x_drive: AsCookie = None,
) -> Response:  # fmt: skip
    """A session like this one, with the same seed and batches, and with edits or a spec of its own: to set beside it.

    Whoever may read a session may make a twin of it, and drives that one.
    """
    edits = body.model_dump(mode="json", exclude_unset=True).get("edits", [])
    with session.lock:
        wanted = twin_of(session, edits, body.iteration, body.spec)
    return created(found.create(wanted, key, new), request, settings, x_drive)


@router.post("/carry", response_model=Carried)
def carry(session: SessionHere, body: PreviewRequest) -> Response:
    """Which of this session's edits another spec can have, and why the others cannot. It changes nothing.

    `edits` are as `POST /sessions` takes them with `import`, beside the spec.
    """
    with session.lock:
        return answer(carried(session, body.spec))


def _revised(session: Session, settle: Settle, if_match: str | None, decide: Callable[[], Revised]) -> Response:
    if if_match is None:
        raise NoRevisionError(f'an edit says which revision it was decided on: If-Match: "{session.revision}"')
    expected = int(if_match.strip('"'))

    def act() -> Outcome:
        session.expect(expected)
        entry, standing = decide()
        try:
            return Outcome(standing=standing, entry=entry, reply=shown(session, standing))
        except Exception:
            session.follow(session.standing.timeline)
            raise

    return settle(session, act)
