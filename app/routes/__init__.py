"""The routes: thin functions that parse, call, and return."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from app.data.uploads import Uploads
from app.sessions import Session, Sessions
from app.settings import Settings

PROBLEM: dict[str, Any] = {
    "description": "What was wrong, by number and limit",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's entries for the errors a route may answer."""
    return dict.fromkeys(statuses, PROBLEM)


def _sessions(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found


def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


def _uploads(request: Request) -> Uploads:
    found: Uploads = request.app.state.uploads
    return found


SessionsHere = Annotated[Sessions, Depends(_sessions)]
SettingsHere = Annotated[Settings, Depends(_settings)]
UploadsHere = Annotated[Uploads, Depends(_uploads)]


def _session(id: str, found: SessionsHere) -> Session:
    return found.get(id)


SessionHere = Annotated[Session, Depends(_session)]
