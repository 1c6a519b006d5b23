"""Errors as a table: exception, status, title. Every answer that is no success is problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from app.store.parts import LeaseError, StaleError, StoreError
from app.wire import plain
from engine import (
    EntryError,
    ExportError,
    ExpressionError,
    FaultError,
    LayerError,
    OperandError,
    PictureError,
    ShapeError,
    SizeError,
    StoppedError,
)

LOG = logging.getLogger("backprop")


class NotFoundError(LookupError):
    """No session, node, example or event of that name."""


class ExpiredError(LookupError):
    """A session that was forgotten: nobody came back to it, or it made room for others."""


class NothingToError(LookupError):
    """Nothing to undo, or to redo."""


class KeyReusedError(ValueError):
    """An idempotency key that came with another request before."""


class TokenMissingError(PermissionError):
    """Moving or editing without a drive token."""


class TokenWrongError(PermissionError):
    """A drive token of another session, or of none."""


class NoRevisionError(ValueError):
    """An edit that does not say which revision it was decided on."""


class OutsideError(ValueError):
    """A window, cursor or iteration outside of what there is."""


class TooLargeError(ValueError):
    """More asked for than the service allows; the message names both numbers."""


class TooManyError(RuntimeError):
    """More of something at a time than the service allows; the message names both numbers."""


class TrainingError(RuntimeError):
    """A training run is under way, and what is asked for has to wait for its end."""


class BusyError(RuntimeError):
    """No room for more work now; the message names both numbers. Worth trying again."""


class EditError(ValueError):
    """An edit that cannot be made; `pointer` names it."""

    def __init__(self, detail: str, pointer: str = "/edits") -> None:
        super().__init__(detail)
        self.pointer = pointer


class SpecError(ValueError):
    """A spec that is well-formed but cannot be built; `pointer` names the field."""

    def __init__(self, detail: str, pointer: str = "/spec") -> None:
        super().__init__(detail)
        self.pointer = pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCell:
    """A cell of a CSV that cannot be used. `row` and `column` count from 1; column 0 means the row as a whole."""

    row: int
    column: int
    says: str

    def __str__(self) -> str:
        return f"row {self.row}{f', column {self.column}' if self.column else ''}: {self.says}"


class CellsError(ValueError):
    """A CSV that makes no data set, with every cell that is in the way."""

    def __init__(self, cells: Sequence[BadCell]) -> None:
        more = f"; and {len(cells) - 5} more" if len(cells) > 5 else ""
        super().__init__("; ".join(map(str, cells[:5])) + more)
        self.cells = cells


class ColumnError(ValueError):
    """A column asked for that there is not, or that cannot be what it is asked for; `field` is the one that asks."""

    def __init__(self, detail: str, field: str) -> None:
        super().__init__(detail)
        self.field = field


TABLE: dict[type[Exception], tuple[int, str]] = {
    ExpressionError: (422, "The expression cannot be read"),
    ShapeError: (422, "Shapes do not fit"),
    SpecError: (422, "The model cannot be built"),
    EditError: (422, "The edit cannot be made"),
    EntryError: (422, "No such entry"),
    CellsError: (422, "The CSV cannot be read"),
    ColumnError: (422, "The columns do not fit"),
    NotFoundError: (404, "Not found"),
    ExpiredError: (410, "Expired"),
    NothingToError: (409, "Nothing to go back to"),
    TrainingError: (409, "Training is under way"),
    FaultError: (409, "Broken on purpose"),
    BusyError: (503, "Too much to do"),
    KeyReusedError: (422, "Key used before"),
    TokenMissingError: (401, "Drive token missing"),
    TokenWrongError: (403, "Not your session to drive"),
    NoRevisionError: (428, "Which revision?"),
    StaleError: (412, "Edited meanwhile"),
    LeaseError: (503, "The work has passed to another server"),
    StoreError: (503, "The store does not answer"),
    StoppedError: (416, "Training has stopped"),
    OutsideError: (416, "Outside of what there is"),
    TooLargeError: (413, "Too large"),
    ExportError: (413, "Too large to be written down"),
    PictureError: (413, "Too large for a picture"),
    SizeError: (413, "Too large"),
    TooManyError: (429, "Too many"),
}
ALTERNATIVES = {("model", k) for k in ("expression", "network")} | {("data", k) for k in ("source", "arrays", "upload")}
MOST_ERRORS = 50  # told in one answer
TITLES = {400: "Malformed request", 404: "Not found", 405: "Method not allowed", 413: "Too large", 415: "Wrong type"}


def problem(request: Request, status: int, title: str, detail: str, errors: Any = ()) -> Response:
    """One problem+json answer."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": list(errors),
        "request": getattr(request.state, "request_id", None),
    }
    return Response(orjson.dumps(body), status, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Route every exception of the table, validation errors and unforeseen ones through `problem`."""
    for kind in TABLE:
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def _known(request: Request, error: Exception) -> Response:
    status, title = next(row for kind, row in TABLE.items() if isinstance(error, kind))
    answer = problem(request, status, title, str(error), _pointed(error))
    answer.headers.update(_headers(error))
    return answer


def _headers(error: Exception) -> dict[str, str]:
    """What an answer must say beside its problem."""
    if isinstance(error, TokenMissingError):
        return {"WWW-Authenticate": 'Bearer realm="drive"'}
    if isinstance(error, StaleError):
        return {"ETag": f'"{error.current}"'}
    return {"Retry-After": "1"} if isinstance(error, StoreError | LeaseError | BusyError) else {}


def _pointed(error: Exception) -> list[dict[str, Any]]:
    if isinstance(error, ExpressionError | OperandError):
        place = {"line": error.line, "column": error.column}
        return [{"pointer": "/spec/model/source", "detail": str(error), **place}]
    if isinstance(error, LayerError):
        before = [plain(shapes) for shapes in error.before]
        pointer = f"/spec/model/layers/{error.place}"
        return [{"pointer": pointer, "detail": str(error), "layer": error.name, "before": before}]
    if isinstance(error, SpecError | EditError):
        return [{"pointer": error.pointer, "detail": str(error)}]
    if isinstance(error, ColumnError):
        return [{"pointer": f"/{error.field}", "detail": str(error)}]
    if isinstance(error, CellsError):
        return [_cell(cell) for cell in error.cells[:MOST_ERRORS]]
    return []


def _cell(cell: BadCell) -> dict[str, Any]:
    """The pointer speaks of the CSV as of a list of rows that are lists of cells, counted from 1."""
    pointer = f"/{cell.row}/{cell.column}" if cell.column else f"/{cell.row}"
    return {"pointer": pointer, "detail": cell.says, "row": cell.row, "column": cell.column or None}


def _invalid(request: Request, error: Exception) -> Response:
    """Without the input: echoing a NaN would break the answer, echoing a long one would be the answer."""
    assert isinstance(error, RequestValidationError)
    rows = [{"pointer": _pointer(e["loc"]), "detail": _said(e)} for e in error.errors()]
    malformed = any(e["type"] == "json_invalid" for e in error.errors())
    status, title = (400, TITLES[400]) if malformed else (422, "Invalid request")
    detail = "; ".join(f"{r['pointer'] or 'body'}: {r['detail']}" for r in rows[:5])
    return problem(request, status, title, detail, rows[:MOST_ERRORS])


def _said(error: dict[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return f"the body is not JSON: {error['ctx']['error']} at character {error['loc'][-1]}"
    return str(error["msg"]).removeprefix("Value error, ")


def _pointer(place: tuple[Any, ...]) -> str:
    """A JSON pointer, without the names pydantic gives to the alternatives of a union."""
    if len(place) == 2 and place[0] == "body" and isinstance(place[1], int):
        return ""  # a character of a body that is no JSON
    steps = [s for i, s in enumerate(place[1:]) if (place[i], s) not in ALTERNATIVES]
    return "".join(f"/{str(s)[:64]}" for s in steps)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = problem(request, error.status_code, TITLES.get(error.status_code, "Refused"), str(error.detail))
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answer


def _methods(request: Request) -> set[str]:
    """What this address takes, of all the routes that share it."""
    told = request.app.openapi()["paths"]
    found = next((path for path in told if compile_path(path)[0].match(request.url.path)), None)
    return {method.upper() for method in told[found]} if found else {"GET"}


def _unforeseen(request: Request, error: Exception) -> Response:
    LOG.error("request %s failed", getattr(request.state, "request_id", None), exc_info=error)
    return problem(request, 500, "The service failed", f"{type(error).__name__}: this is a fault of the service")
