"""What a session is: a function from iteration to trace, and a position in it."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import RLock
from typing import Any

from app.data import Dataset
from app.data.uploads import Uploads
from app.errors import NotFoundError, OutsideError, TooLargeError
from app.lessons import EXAMPLES
from app.models import to_model
from app.requests import Grain, SessionRequest
from app.settings import Settings
from app.specs import SpecRequest
from app.store import Record, Store
from app.travel import Journey, epochs, target
from engine import AnyEvent, Explainer, Model, Phase, Run, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """What the page says of a session's data: which samples, of how many, and how to draw one."""

    name: str
    sample: int | None
    samples: int
    label: int | None
    picture: tuple[int, int] | None
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`cursor` events of training step `iteration` have happened."""

    iteration: int
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A session as clients see it. `loss` is null until it is computed in this iteration."""

    id: str
    title: str
    summary: str
    example: str | None
    spec: dict[str, Any]
    iteration: int
    cursor: int
    length: int
    phase: Phase
    frontier: int
    revision: int
    loss: float | None
    data: DataView | None


class Session:
    """One live session. Hold `lock` while reading numbers: the recording is written anew by every iteration."""

    def __init__(self, record: Record, request: SessionRequest, settings: Settings, uploads: Uploads) -> None:
        self.id, self.settings, self.lock = record.id, settings, RLock()
        self.example = EXAMPLES[request.example] if request.example else None
        self.spec = SpecRequest.model_validate(self.example.spec) if self.example else request.spec
        assert self.spec is not None, "a request names a spec or an example"
        self.model, self.dataset = to_model(self.spec, settings, uploads)
        self.journey = self._begun(Run(self.model))
        self.journey.frontier = record.frontier
        self.iteration, self.cursor = record.iteration, record.cursor
        self.revision = record.revision
        self.explainer = Explainer(self.run.graph, self.run.schedule)
        self.encoded: dict[str, bytes] = {}  # what is the same for every iteration, by its name

    @property
    def run(self) -> Run:
        return self.journey.run

    @property
    def optimizer(self) -> str | None:
        return self.model.optimizer.name if self.model.optimizer else None

    @property
    def length(self) -> int:
        return self.run.schedule.length

    def _begun(self, run: Run) -> Journey:
        """Snapshots take what the rest leaves of a session's memory. Raises `TooLargeError` where it leaves nothing."""
        fixed, most = self._fixed(run), self.settings.session_bytes
        if fixed > most:
            raise TooLargeError(f"{fixed} bytes for one training step asked for; this service allows {most}")
        return Journey(run, most - fixed)

    def _fixed(self, run: Run) -> int:
        """A recording and a copy, which checks and nudges work on; and the data, unless others use them too."""
        own = 0 if self.dataset is None or self.dataset.shared else self.dataset.entries
        return 2 * run.recording.nbytes + 8 * own

    @property
    def bytes(self) -> int:
        return self._fixed(self.run) + self.journey.nbytes + sum(map(len, self.encoded.values()))

    def trace(self, iteration: int | None = None) -> Trace:
        """The trace of an iteration, or of the present one. A view; hold the lock while using it."""
        run = self._reach(self.iteration if iteration is None else iteration)
        return Trace(run.graph, run.schedule, run.recording)

    def _reach(self, iteration: int) -> Run:
        """Stand the run at an iteration: any computed so far, or a few beyond.

        Raises `OutsideError` where there is none or too many would have to be computed.
        """
        if iteration and self.optimizer is None:
            raise OutsideError(f"iteration {iteration} asked for; a model without an optimizer has iteration 0 only")
        ahead, most = iteration - self.journey.frontier, self.settings.step_iterations
        if ahead > most:
            raise OutsideError(
                f"iteration {iteration} asked for; that is {ahead} beyond the furthest so far, one request goes {most}"
            )
        return self.journey.go(iteration, self.settings.step_seconds)

    def step(self, grain: Grain, count: int) -> tuple[Position, Position]:
        """Move; the positions before and after. Raises `TooLargeError` beyond the limits, and then stays."""
        before = self.iteration, self.cursor
        if grain is Grain.EPOCH and count and self.model.epoch > 1:
            after = epochs(self.length, self.model.epoch, count, before)
        else:
            after = target(self.run.schedule, grain, count, before, endless=self.optimizer is not None)
        self._allow(before, after, grain, abs(count))
        self._reach(after[0])
        self.iteration, self.cursor = after
        return Position(iteration=before[0], cursor=before[1]), Position(iteration=after[0], cursor=after[1])

    def _allow(self, before: tuple[int, int], after: tuple[int, int], grain: Grain, count: int) -> None:
        if grain in (Grain.ITERATION, Grain.EPOCH):
            asked = count * (self.model.epoch if grain is Grain.EPOCH else 1)
            if asked > self.settings.step_iterations:
                raise TooLargeError(f"{asked} iterations asked for; one request moves {self.settings.step_iterations}")
            return
        iterations = abs(after[0] - before[0])
        events = abs((after[0] - before[0]) * self.length + after[1] - before[1])
        if events > self.settings.step_events or iterations > self.settings.step_iterations:
            limits = f"{self.settings.step_events} events or {self.settings.step_iterations} iterations"
            raise TooLargeError(f"{events} events in {iterations} iterations asked for; one request moves {limits}")

    def seek(self, iteration: int, cursor: int) -> None:
        """Stand at a place. Raises `OutsideError` where it is no place, and then stays."""
        if cursor > self.length:
            raise OutsideError(f"cursor {cursor} asked for; a training step has {self.length} events")
        self._reach(iteration)
        self.iteration, self.cursor = iteration, cursor

    def passed(self, before: Position, after: Position) -> list[tuple[int, AnyEvent]]:
        """The events between two positions, with their iterations, in the order they were passed."""
        first, last = sorted(p.iteration * self.length + p.cursor for p in (before, after))
        passed = [(k // self.length, self.run.schedule.events[k % self.length]) for k in range(first, last)]
        return passed if after.iteration * self.length + after.cursor >= last else passed[::-1]

    def view(self) -> SessionView:
        example = self.example or _Unnamed
        return SessionView(
            id=self.id, title=example.title, summary=example.summary, example=self.example.id if self.example else None,
            spec=self._shown_spec(), iteration=self.iteration, cursor=self.cursor, length=self.length,
            phase=self.run.schedule.phase(self.cursor), frontier=self.journey.frontier, revision=self.revision,
            loss=self.loss(), data=data_view(self.model, self.dataset, self.spec),
        )  # fmt: skip

    def loss(self) -> float | None:
        value = self.trace().value(self.run.graph.loss.id, self.cursor)
        return None if value is None else float(value)

    def _shown_spec(self) -> dict[str, Any]:
        assert self.spec is not None
        return self.example.spec if self.example else self.spec.model_dump(exclude_unset=True)


class _Unnamed:
    title, summary = "A model of your own", ""


def data_view(model: Model, dataset: Dataset | None, spec: SpecRequest | None) -> DataView | None:
    if dataset is None or spec is None or spec.data is None:
        return None
    batch, samples = model.samples(0), len(dataset.x)
    always = len(batch) == 1 and model.epoch == 1  # the same one sample in every iteration
    return DataView(
        name=spec.data.name, sample=batch[0] if always and samples > 1 else None, samples=samples,
        label=dataset.label(batch[0]) if always else None, picture=dataset.picture, classes=dataset.classes,
    )  # fmt: skip


class Sessions:
    """Live sessions over the store: the ones used last stay in memory, the others are made again when asked for."""

    def __init__(self, store: Store, settings: Settings, uploads: Uploads) -> None:
        self.store, self.settings, self.uploads = store, settings, uploads
        self._live: OrderedDict[str, Session] = OrderedDict()
        self._lock = RLock()

    @property
    def live(self) -> int:
        """How many are in memory."""
        return len(self._live)

    @property
    def bytes(self) -> int:
        with self._lock:
            return sum(session.bytes for session in self._live.values())

    def create(self, request: SessionRequest) -> Session:
        """A new session. Raises `NotFoundError` for an unknown example, and what building a model raises."""
        if request.example is not None and request.example not in EXAMPLES:
            raise NotFoundError(f"there is no example {request.example!r}; there are {', '.join(EXAMPLES)}")
        record = Record(id=secrets.token_urlsafe(16), request=request.model_dump(mode="json", exclude_unset=True))
        session = Session(record, request, self.settings, self.uploads)
        self.store.create(record)
        self._keep(session)
        return session

    def get(self, id: str) -> Session:
        """The session. Raises `NotFoundError` where there is none."""
        with self._lock:
            record = self.store.read(id)
            if record is None:
                self._live.pop(id, None)
                raise NotFoundError(f"there is no session {id[:64]!r}")
            live = self._live.get(id)
            if live is not None:
                self._live.move_to_end(id)
                return live
        session = Session(record, SessionRequest.model_validate(record.request), self.settings, self.uploads)
        return self._keep(session)

    def moved(self, session: Session) -> None:
        """Keep where the session stands."""
        self.store.move(
            session.id, iteration=session.iteration, cursor=session.cursor, frontier=session.journey.frontier
        )

    def delete(self, id: str) -> None:
        with self._lock:
            self._live.pop(id, None)
            if not self.store.delete(id):
                raise NotFoundError(f"there is no session {id[:64]!r}")

    def _keep(self, session: Session) -> Session:
        """Of two threads that made the same session again, both use the first one's."""
        with self._lock:
            kept = self._live.setdefault(session.id, session)
            self._live.move_to_end(session.id)
            while len(self._live) > 1 and self.bytes > self.settings.live_bytes:
                self._live.popitem(last=False)
            return kept
