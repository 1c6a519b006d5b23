"""What a session is: a function from iteration to trace, and a position in it.

`Standing` is where its driver stands and which edits are in force: a value, replaced as a whole once the store has
it. All else in a `Session` only makes it quick to read: what is computed can be computed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from threading import RLock
from typing import Any

import orjson
from fastapi.responses import Response

from app.data.uploads import Uploads
from app.errors import OutsideError, TooLargeError, TrainingError
from app.history import History
from app.journey import Journey, Part
from app.lessons import EXAMPLES
from app.lessons.parts import Example
from app.models import to_model
from app.requests import Grain, SessionRequest
from app.settings import Settings
from app.snapshots import Snapshots
from app.specs import SpecRequest
from app.store import Entry, Record, StaleError
from app.terms import Editor, Terms
from app.timeline import Place, Timeline, folded
from app.travel import count_between, epochs, events_between, target
from app.views import Position, SessionView, data_view
from engine import AnyEvent, Explainer, Model, Run, Schedule, Trace

TOLD = 8  # answers kept of a session
HEAVIER = 8  # times as many bytes do specs and edits take in memory as in JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a session stands after so many revisions: its position, how far it has come, and its edits."""

    revision: int
    iteration: int
    cursor: int
    frontier: int
    timeline: Timeline

    @property
    def position(self) -> Position:
        return Position(iteration=self.iteration, cursor=self.cursor)

    @property
    def place(self) -> Place:
        return Place(self.iteration, self.cursor, self.frontier)

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        return self.revision, self.iteration, self.cursor, self.frontier

    def at(self, iteration: int, cursor: int) -> Standing:
        return replace(self, iteration=iteration, cursor=cursor, frontier=max(self.frontier, iteration))


class Session:
    """One live session. Hold `lock` while reading numbers: the recording is written anew by every iteration."""

    def __init__(
        self, record: Record, request: SessionRequest, settings: Settings, uploads: Uploads | None,
        log: Sequence[Entry] = (), snapshots: Snapshots | None = None, history: History | None = None,
    ) -> None:  # fmt: skip
        self.id, self.token, self.lock = record.id, record.token, RLock()
        self.fresh_until = 0.0  # by the monotonic clock; see `Sessions.near`
        self.settings, self.uploads = settings, uploads
        self.example, self.spec = _source(request)
        self.snapshots = snapshots or Snapshots((), lambda version, iteration: None, settings)
        self.history = history or History(lambda: (), settings)
        self._told: dict[tuple[object, ...], Response] = {}  # answers that hold while nothing happens
        # Knows nothing of the session: one that is put out is gone at once, and waits for no garbage collector.
        self.make = partial(_made, settings, uploads)
        self.journey = Journey(self.make, self.snapshots, self.history)
        self.journey.follow((Terms(spec=self.spec),), ())
        self.editor = Editor(self.journey.part(0).model.graph, settings, uploads)
        self.weight = HEAVIER * len(orjson.dumps(record.request))
        self.begun = request.exported.timeline if request.exported else None
        self.stand(record, folded(log, self.begun))

    def stand(self, record: Record, timeline: Timeline) -> None:
        """Stand where the store says."""
        self.training = record.run
        self.history.revision = record.revision
        self.standing = Standing(
            revision=record.revision, iteration=record.iteration, cursor=record.cursor, frontier=record.frontier,
            timeline=timeline,
        )  # fmt: skip
        self.follow(timeline)

    def follow(self, timeline: Timeline) -> None:
        """Compute by these edits from now on. Raises `EditError`, and then goes by the old ones."""
        if timeline.line != self.journey.line:
            self.journey.follow(self.editor.terms(self.spec, timeline.line), timeline.line)

    @property
    def run(self) -> Run:
        """The run, wherever it stands."""
        return self.part.run if self.journey.standing is None else self.journey.current.run

    @property
    def part(self) -> Part:
        """The model at the position, and what is made of it."""
        return self.journey.part(self.standing.iteration)

    @property
    def model(self) -> Model:
        return self.part.model

    @property
    def explainer(self) -> Explainer:
        """Of the schedule at which the run stands."""
        return self.part.explainer if self.journey.standing is None else self.journey.current.explainer

    @property
    def revision(self) -> int:
        return self.standing.revision

    @property
    def iteration(self) -> int:
        return self.standing.iteration

    @property
    def cursor(self) -> int:
        return self.standing.cursor

    @property
    def optimizer(self) -> str | None:
        return self.spec.optimizer.name if self.spec.optimizer else None

    @property
    def length(self) -> int:
        return self.schedule(self.iteration).length

    def schedule(self, iteration: int) -> Schedule:
        return self.journey.part(iteration).schedule

    @property
    def bytes(self) -> int:
        told = sum(len(reply.body) for reply in list(self._told.values()))
        said = self.weight + HEAVIER * self.standing.timeline.size
        return self.journey.bytes + self.history.nbytes + told + said

    def again(self, *asked: object) -> Response | None:
        """The answer given before at this revision; `asked` is all else it depends on. Waits for nothing."""
        return self._told.get((self.revision, self.snapshots.differs, *asked))

    def keep(self, reply: Response, *asked: object) -> Response:
        """Give this answer again. Hold the lock from before it is made."""
        self._told[self.revision, self.snapshots.differs, *asked] = reply
        while len(self._told) > TOLD:
            del self._told[next(iter(self._told))]
        return reply

    def trace(self, iteration: int | None = None) -> Trace:
        """The trace of an iteration, or of the present one. A view; hold the lock while using it."""
        run = self.reach(self.iteration if iteration is None else iteration)
        return Trace(run.graph, run.schedule, run.recording)

    def at_hand(self, iteration: int) -> bool:
        """Whether all numbers of an iteration lie there, and none would have to be computed. Hold the lock."""
        return self.journey.standing == iteration and not self.run.recording.derived

    def reach(self, iteration: int) -> Run:
        """Stand the run at an iteration: any computed so far, or a few beyond.

        Raises `OutsideError` where there is none or too many would have to be computed.
        """
        if iteration and self.optimizer is None:
            raise OutsideError(f"iteration {iteration} asked for; a model without an optimizer has iteration 0 only")
        ahead, most = iteration - self.standing.frontier, self.settings.step_iterations
        if ahead > most:
            raise OutsideError(
                f"iteration {iteration} asked for; that is {ahead} beyond the furthest so far, one request goes {most}"
            )
        return self.journey.go(iteration, self.settings.step_seconds)

    def stepped(self, grain: Grain, count: int) -> Standing:
        """Where a step leads. Raises `TooLargeError` beyond the limits."""
        before, epoch = (self.iteration, self.cursor), self.model.epoch
        if grain in (Grain.ITERATION, Grain.EPOCH):
            self._allow_iterations(abs(count) * (epoch if grain is Grain.EPOCH else 1))
        if grain is Grain.EPOCH and count and epoch > 1:
            after = epochs(self.schedule, epoch, count, before)
        else:
            after = target(self.schedule, grain, count, before, endless=self.optimizer is not None)
        if grain not in (Grain.ITERATION, Grain.EPOCH):
            self._allow_events(before, after)
        self.reach(after[0])
        return self.standing.at(*after)

    def _allow_iterations(self, asked: int) -> None:
        if asked > self.settings.step_iterations:
            raise TooLargeError(f"{asked} iterations asked for; one request moves {self.settings.step_iterations}")

    def _allow_events(self, before: tuple[int, int], after: tuple[int, int]) -> None:
        iterations, events = abs(after[0] - before[0]), count_between(self.schedule, before, after)
        if events > self.settings.step_events or iterations > self.settings.step_iterations:
            limits = f"{self.settings.step_events} events or {self.settings.step_iterations} iterations"
            raise TooLargeError(f"{events} events in {iterations} iterations asked for; one request moves {limits}")

    def sought(self, iteration: int, cursor: int) -> Standing:
        """A place to stand at. Raises `OutsideError` where it is none."""
        self.reach(iteration)
        length = self.schedule(iteration).length
        if cursor > length:
            raise OutsideError(f"cursor {cursor} asked for; a training step has {length} events")
        return self.standing.at(iteration, cursor)

    def check_place(self) -> None:
        """Raises `OutsideError` where it stands at no place."""
        if self.cursor > self.length or (self.iteration and self.optimizer is None):
            raise OutsideError(f"cursor {self.cursor} of iteration {self.iteration}: a step has {self.length} events")

    def passed(self, before: Position, after: Position) -> list[tuple[int, AnyEvent]]:
        """The events between two positions, with their iterations, in the order they were passed."""
        places = ((p.iteration, p.cursor) for p in (before, after))
        schedule = cache(self.schedule)
        return [(i, schedule(i).events[k]) for i, k in events_between(schedule, *places)]

    def expect(self, revision: int) -> None:
        """Raises `StaleError` where the session is at another revision by now."""
        if revision != self.revision:
            raise StaleError(self.revision)

    def expect_rest(self) -> None:
        """Raises `TrainingError` while a training run is under way."""
        if self.training and "ended" not in self.training:
            raise TrainingError(
                f"run {self.training['id']} trains this session to iteration {self.training['to']}; "
                "wait for its end, or cancel it with DELETE"
            )

    def view(self, standing: Standing | None = None, *, drives: bool = True) -> SessionView:
        at, example = standing or self.standing, self.example or _Unnamed
        part, terms = self.journey.part(at.iteration), self.journey.terms_at(at.iteration)
        return SessionView(
            id=self.id, title=example.title, summary=example.summary, example=self.example.id if self.example else None,
            spec=self.shown_spec(), iteration=at.iteration, cursor=at.cursor, length=part.schedule.length,
            phase=part.schedule.phase(at.cursor), frontier=at.frontier, revision=at.revision, loss=self.loss(at),
            data=data_view(part.model, part.dataset, terms.spec, terms.amendment),
            optimizer=terms.spec.optimizer.said if terms.spec.optimizer else None,
            stretches=self.journey.stretches,
            undo=bool(at.timeline.past), redo=bool(at.timeline.future), differs=self.snapshots.differs, drives=drives,
            fault=terms.amendment.fault,
        )  # fmt: skip

    def loss(self, standing: Standing | None = None) -> float | None:
        at = standing or self.standing
        run = self.journey.go(at.iteration, self.settings.step_seconds)
        value = Trace(run.graph, run.schedule, run.recording).value(run.graph.loss.id, at.cursor)
        return None if value is None else float(value)

    def shown_spec(self) -> dict[str, Any]:
        """The spec as it was asked for."""
        return self.example.spec if self.example else self.spec.model_dump(exclude_unset=True)


def _made(settings: Settings, uploads: Uploads | None, terms: Terms) -> Part:
    """What holds under some terms, built anew."""
    part = Part(*to_model(terms.spec, settings, uploads, terms.amendment))
    asked, most = part.fixed, settings.session_bytes
    if asked > most:
        raise TooLargeError(f"{asked} bytes for one training step asked for; this service allows {most}")
    return part


def _source(request: SessionRequest) -> tuple[Example | None, SpecRequest]:
    """The example and the spec of a request. What was exported from an example and not changed is that example."""
    if request.example:
        example = EXAMPLES[request.example]
        return example, SpecRequest.model_validate(example.spec)
    spec = request.exported.spec if request.exported else request.spec
    assert spec is not None, "a request names a spec, an example or an export"
    named = EXAMPLES.get((request.exported.example if request.exported else None) or "")
    same = named is not None and SpecRequest.model_validate(named.spec) == spec
    return (named if same else None), spec


class _Unnamed:
    title, summary = "A model of your own", ""
