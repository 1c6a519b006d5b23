"""Asking why: one entry explained, nudged; a training step diagnosed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from typing_extensions import TypedDict

from app.errors import OutsideError
from app.histogram import Histogram, counted
from app.requests import NudgeRequest, PredictRequest
from app.routes import API, SessionHere, SettingsHere, problems
from app.tensors import entry_of, find, read
from app.through_time import TimeAnswer, through_time
from app.treatments import Spec, Treated, follow, treated
from app.walking import Lesson, lesson_of
from app.wire import answer
from engine import (
    FAULTS,
    Insight,
    Nudge,
    Prediction,
    Truncation,
    Way,
    check_entry,
    diagnose,
    explain_entry,
    nudge,
    predict_sign,
    predict_size,
    predict_value,
    truncation,
    ways,
    why_absent,
)

router = APIRouter(prefix=f"{API}/sessions/{{id}}", tags=["insight"], responses=problems(404, 413, 416, 422))

Iteration = Annotated[int | None, Query(ge=0, le=10_000_000)]
MOST = 2**53  # larger whole numbers lose digits in JSON readers; they travel as floats


class FaultRow(TypedDict):
    """A mistake, and why this model cannot make it; null where it can."""

    name: str
    doc: str
    absent: str | None


class FaultsAnswer(TypedDict):
    """`now`: the mistake made in this iteration. `zeros`: the spec with all weights 0 at first, if it draws some."""

    now: str | None
    faults: list[FaultRow]
    zeros: Spec | None


class CostAnswer(TypedDict):
    """`limit`: how many visits this service allows a way."""

    ways: list[Way]
    limit: int


@router.get("/explain", response_model=Insight)
def explain(
    session: SessionHere, node: Annotated[str, Query(max_length=64, examples=["w"])],
    index: Annotated[str | None, Query(max_length=64)] = None, iteration: Iteration = None,
) -> Response:  # fmt: skip
    """One entry: the terms it was summed from, what came back to it, its paths to the loss, why it is zero."""
    with session.lock:
        trace = session.trace(iteration)
        chosen = find(session.run.graph, node)
        place = entry_of(index)
        told = explain_entry(trace, session.explainer, chosen.id, (0,) * len(chosen.shape) if place is None else place)
    ways = told.paths
    return answer(replace(told, paths=replace(ways, count=_told(ways.count), rest_count=_told(ways.rest_count))))


def _told(count: float) -> float:
    """A count too large for a float is told as the largest power of ten."""
    return count if count <= MOST else float(min(count, 10**308))


@router.post("/nudge", response_model=Nudge, responses=problems(400))
def nudge_entry(session: SessionHere, body: NudgeRequest, iteration: Iteration = None) -> Response:
    """Move one entry in a copy of an iteration: the slope's prediction beside the loss's true change."""
    with session.lock:
        trace = session.trace(iteration)
        chosen = find(session.run.graph, body.set)
        index = (0,) * len(chosen.shape) if body.index is None else tuple(body.index)
        return answer(nudge(trace, chosen.id, check_entry(trace, chosen.id, index), body.by))


@router.post("/predict", response_model=Prediction, responses=problems(400))
def predict(session: SessionHere, body: PredictRequest, iteration: Iteration = None) -> Response:
    """An answer, before the number is shown: right, a usual mistake and which one, or where to look.

    Of the present iteration, or of the one that is named: whoever follows need not stand where the driver stands.
    """
    entry = tuple(body.entry)
    with session.lock:
        trace = session.trace(iteration)
        if body.sign is not None:
            return answer(predict_sign(trace, body.event, entry, body.sign, total=body.total))
        if body.size is not None:
            return answer(predict_size(trace, body.event, entry, body.size, total=body.total))
        return answer(predict_value(trace, body.event, entry, float(body.value or 0.0), total=body.total))


@router.get("/tensors/{node}/{kind}/histogram", response_model=Histogram)
def histogram(
    session: SessionHere, node: str, kind: Literal["value", "gradient"], iteration: Iteration = None,
    cursor: Annotated[int | None, Query(ge=0, le=1_000_000_000)] = None,
) -> Response:  # fmt: skip
    """The numbers of a tensor counted in bins of equal width, at a cursor or as `tensors` reads them without one."""
    with session.lock:
        trace = session.trace(iteration)
        place = session.cursor if iteration is None and cursor is None else cursor
        if place is not None and place > trace.schedule.length:
            raise OutsideError(f"cursor {place} asked for; a training step has {trace.schedule.length} events")
        chosen = find(session.run.graph, node)
        return answer(counted(chosen, kind, read(trace, chosen, kind, place)))


@router.get("/diagnosis", response_model=Treated)
def diagnosis(session: SessionHere, iteration: Iteration = None) -> Response:
    """Healthy, vanishing, exploding, dying, symmetric or diverged: the numbers that decided it, and what helps.

    Each remedy brings the spec of a twin that follows it.
    """
    with session.lock:
        trace = session.trace(iteration)
        return answer(treated(diagnose(trace, session.run.iteration), session.shown_spec()))


@router.get("/faults", response_model=FaultsAnswer)
def faults(session: SessionHere, iteration: Iteration = None) -> Response:
    """What can be broken on purpose in this model, with a `break` edit or by weights that are all 0."""
    with session.lock:
        at = session.iteration if iteration is None else iteration
        terms, model = session.journey.terms_at(at), session.journey.part(at).model
        zeros = follow(session.shown_spec(), {"initializer": "zeros"})
    optimizer, how = terms.spec.to_spec().optimizer, replace(model.backward, fault=None)
    rows = [
        FaultRow(name=row.name, doc=row.doc, absent=why_absent(row, model.graph, optimizer, how))
        for row in FAULTS.values()
    ]
    return answer(FaultsAnswer(now=terms.amendment.fault, faults=rows, zeros=zeros))


@router.get("/cost", response_model=CostAnswer)
def cost(session: SessionHere, settings: SettingsHere) -> Response:
    """Passes, operations and the most numbers held, counted for every way to the gradients of this model.

    None of them is run; a way that takes more visits than `limit` would be refused.
    """
    with session.lock:
        model = session.run.model
    found = list(ways(model.graph, model.backward, model.uncut))
    return answer(CostAnswer(ways=found, limit=settings.visits))


@router.get("/truncation", response_model=Truncation)
def left_out(session: SessionHere, iteration: Iteration = None) -> Response:
    """What the edges that are cut leave out: the contributions over them, and the share of each gradient."""
    with session.lock:
        model = session.run.model
        if model.uncut is None:
            raise OutsideError("nothing is cut in this session: its gradients are whole")
        return answer(truncation(session.trace(iteration), model.uncut))


@router.get("/time", response_model=TimeAnswer)
def time(
    session: SessionHere, iteration: Iteration = None, truncate: Annotated[int | None, Query(ge=1, le=10_000)] = None
) -> Response:
    """How large the gradients are that the loss at one time step sends back to each one before it, by recurrent layer.

    The gradients are whole, also where the session cuts them. With `truncate`, what cuts every so many steps would
    leave, and what each gradient would lose.
    """
    with session.lock:
        return answer(through_time(session, session.iteration if iteration is None else iteration, truncate))


@router.get("/lesson", response_model=Lesson)
def lesson(
    session: SessionHere, of: Annotated[str | None, Query(max_length=64, examples=["neuron"])] = None,
    iteration: Iteration = 0,
) -> Response:  # fmt: skip
    """The guided lesson of the session's example, or that `of` another one, as it reads in this session.

    It walks from one training step on, the first unless another is named. Its text names places in recordings, not
    numbers; what it speaks of and this model does not have is told stop by stop, as `missing`.
    """
    first = session.iteration if iteration is None else iteration
    told = session.again("lesson", of, first)
    if told:
        return told
    with session.lock:
        return session.keep(answer(lesson_of(session, of, first)), "lesson", of, first)
