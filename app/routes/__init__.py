"""The routes: thin functions that parse, call, and return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app import tokens
from app.data.uploads import Uploads
from app.errors import TokenMissingError, TokenWrongError
from app.once import Once, Text, once
from app.session import Session
from app.sessions import Outcome, Sessions
from app.settings import Settings

API = "/api/v1"
PROBLEM: dict[str, Any] = {
    "description": "What was wrong, by number and limit",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's entries for the errors a route may answer."""
    return dict.fromkeys(statuses, PROBLEM)


# What changes a session as the action says, once for each idempotency key, and answers.
Settle = Callable[[Session, Callable[[], Outcome]], Response]

# What only looks something up is `async`: a function without it would be called in a thread, which costs more than it.


async def _sessions(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found


async def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


async def _uploads(request: Request) -> Uploads:
    found: Uploads = request.app.state.uploads
    return found


SessionsHere = Annotated[Sessions, Depends(_sessions)]
SettingsHere = Annotated[Settings, Depends(_settings)]
UploadsHere = Annotated[Uploads, Depends(_uploads)]


async def _session(request: Request, id: str) -> Session:
    sessions: Sessions = request.app.state.sessions
    live = sessions.near(id)
    return live if live else await run_in_threadpool(sessions.get, id)


SessionHere = Annotated[Session, Depends(_session)]
KeyHere = Annotated[Once | None, Depends(once)]


def may_drive(request: Request, session: Session) -> bool:
    return session.settings.open or tokens.fits(tokens.presented(request), session.token)


def drive(request: Request, session: Session) -> None:
    """Raises `TokenMissingError` or `TokenWrongError` where whoever asks may not move and edit the session."""
    if may_drive(request, session):
        return
    if tokens.presented(request) is None:
        raise TokenMissingError("moving and editing need the session's drive token: Authorization: Bearer …")
    raise TokenWrongError("this is not the drive token of this session")


async def _driven(request: Request, id: str) -> Session:
    session = await _session(request, id)
    drive(request, session)
    return session


Driven = Annotated[Session, Depends(_driven)]  # a session that whoever asks may move and edit


async def _settling(request: Request, key: Text = None) -> Settle:
    found, known = request.app.state.sessions, await once(request, key)
    return lambda session, act: found.settle(session, known, act)


SettleHere = Annotated[Settle, Depends(_settling)]
