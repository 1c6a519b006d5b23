"""Taking a session away."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.exports import FORMS, Format, exported, file_name
from app.routes import API, SessionHere, SettingsHere, UploadsHere, problems
from app.routes.traces import Iteration, Place
from app.session import Session, Standing

router = APIRouter(prefix=f"{API}/sessions/{{id}}", tags=["sessions"], responses=problems(404, 409, 413, 416, 422))

FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A file, as an attachment",
        "content": {"application/json": {}, **{form.media: {} for form in FORMS.values()}},
    }
}


@router.get("/export", response_class=Response, responses=FILES)
def export(
    session: SessionHere, settings: SettingsHere, uploads: UploadsHere,
    format: Annotated[Format, Query()], iteration: Iteration = None, cursor: Place = None,
) -> Response:  # fmt: skip
    """The session as JSON, or a training step as a NumPy or PyTorch script, a notebook, a picture or a page: a file.

    Scripts and notebooks hold their numbers and compute the step anew; where a result differs, they say so. HTML
    plays the step by itself, with no server. JSON is the session where it stands, or where `iteration` and `cursor`
    say: `POST /sessions` with `{"import": …}` makes the same one again.
    """
    with session.lock:
        if format == "json":
            at = _place(session, iteration, cursor)
            body: str | bytes = exported(session, at, uploads, settings.body_bytes)
            return _file(body, "application/json", file_name(session, ".json", at.iteration))
        number = session.iteration if iteration is None else iteration
        form, title = FORMS[format], f"{session.view().title}, iteration {number}"
        # The trace comes last: it is a view, and looking at the session's position writes its numbers anew.
        return _file(form.write(session.trace(number), title), form.media, file_name(session, form.ending, number))


def _place(session: Session, iteration: int | None, cursor: int | None) -> Standing:
    """Where whoever brings the session back will stand. Raises `OutsideError` where that is no place."""
    here = session.standing
    if iteration is None and cursor is None:
        return here
    return session.sought(here.iteration if iteration is None else iteration, cursor or 0)


def _file(body: str | bytes, media: str, name: str) -> Response:
    """A file to be kept, not a page to be shown."""
    return Response(body, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
