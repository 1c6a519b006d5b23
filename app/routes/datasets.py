"""Data sets that clients send."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query
from fastapi.responses import Response

from app.answers import DatasetAnswer
from app.data.cells import Bounds, Choice, read
from app.data.columns import TableAnswer, looked_at
from app.data.preview import DataPreview, previewed
from app.data.uploads import new_id
from app.errors import BadCell, CellsError
from app.requests import DataPreviewRequest
from app.routes import API, KeyHere, SettingsHere, UploadsHere, problems
from app.settings import Settings
from app.store import EVERYWHERE
from app.wire import answer

router = APIRouter(prefix=f"{API}/datasets", tags=["datasets"], responses=problems(413, 422, 503))

EXAMPLE = "width,length,kind\n1.5,4.2,leaf\n0.3,2.0,needle\n"
CSV = Annotated[bytes, Body(media_type="text/csv", openapi_examples={"leaves": {"value": EXAMPLE}})]
Column = Annotated[str, Query(max_length=64)]


@router.post("", status_code=201, response_model=DatasetAnswer)
def create(
    csv: CSV, settings: SettingsHere, uploads: UploadsHere, key: KeyHere,
    header: bool | None = None,
    inputs: Annotated[list[Column] | None, Query(max_length=1_000)] = None,
    target: Column | None = None,
    kind: Literal["class", "number"] | None = None,
) -> Response:  # fmt: skip
    """Read a CSV, separated by commas, semicolons or tabs, for `{"data": {"id": …}}`; or name its bad cells.

    `header`: the first row holds names (found out where not said: it does if none of its cells is a number); else
    columns are called 1, 2, and so on. `inputs` (one parameter each; all others where not said) must be numbers.
    `target` (the last column) is a class or a number, as `kind` says, or else as its first cell is.
    """
    if key and (told := uploads.store.answer(EVERYWHERE, key.key)):
        return key.again(told)
    choice = Choice(header=header, inputs=inputs, target=target, kind=kind)
    found = read(_text(csv), choice, _bounds(settings))
    reply: DatasetAnswer = {
        "id": new_id(),
        "samples": len(found.dataset.x),
        "inputs": found.inputs,
        "target": found.target,
        "kind": found.kind,
        "classes": found.dataset.classes,
    }
    said = answer(reply, 201)
    uploads.keep(found.dataset, reply["id"], key.answer(said) if key else None)
    return said


@router.post("/table", response_model=TableAnswer)
def table(csv: CSV, settings: SettingsHere, header: bool | None = None) -> Response:
    """The columns of a CSV and its first rows, to choose inputs and a target from. Nothing is kept."""
    return answer(looked_at(_text(csv), header, _bounds(settings)))


@router.post("/preview", response_model=DataPreview, responses=problems(404))
def preview(body: DataPreviewRequest, settings: SettingsHere, uploads: UploadsHere) -> Response:
    """What the data of a spec would be, without a session: sizes, classes, and some samples."""
    return answer(previewed(body.data, settings, uploads))


def _bounds(settings: Settings) -> Bounds:
    return Bounds(rows=settings.csv_rows, columns=settings.csv_columns)


def _text(csv: bytes) -> str:
    """Raises `CellsError` naming the row where the text stops being UTF-8."""
    try:
        return csv.decode()
    except UnicodeDecodeError as error:
        row = csv[: error.start].count(b"\n") + 1
        says = f"byte {error.start} is not UTF-8; save the file as UTF-8"
        raise CellsError([BadCell(row=row, column=0, says=says)]) from None
