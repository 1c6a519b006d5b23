"""Sessions of this process, gone with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from time import monotonic, time

from app.settings import Settings
from app.store.parts import (
    ANSWERS,
    EVERYWHERE,
    Answer,
    AnsweredError,
    Change,
    Entry,
    Kept,
    LeaseError,
    Point,
    Record,
    Snapshot,
    StaleError,
)


@dataclass(slots=True)
class _Session:
    record: Record
    log: list[Entry] = field(default_factory=list)
    states: dict[tuple[int, int], Snapshot] = field(default_factory=dict)
    points: dict[tuple[int, int], Point] = field(default_factory=dict)
    answers: OrderedDict[str, Answer] = field(default_factory=OrderedDict)
    lease: int = 0
    owner: str = ""
    until: float = 0.0


class MemoryStore:
    """At most `settings.sessions` sessions; the one unread for longest goes first."""

    shared = False

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._datasets: OrderedDict[str, bytes] = OrderedDict()
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._codes: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._bytes = 0  # of all states
        self._lock = Lock()

    def create(self, record: Record, answer: Answer | None = None) -> None:
        with self._lock:
            _unanswered(self._answers, answer)
            self._sessions[record.id] = _Session(record)
            while len(self._sessions) > self.settings.sessions:
                self._forget(next(iter(self._sessions)))
            self._keep_answer(answer)

    def read(self, id: str) -> Record | None:
        with self._lock:
            if id not in self._sessions:
                return None
            self._sessions.move_to_end(id)
            return self._sessions[id].record

    def log(self, id: str, after: int = 1) -> list[Entry]:
        with self._lock:
            found = self._sessions.get(id)
            return [] if found is None else [entry for entry in found.log if entry.revision > after]

    def commit(self, id: str, change: Change) -> None:
        with self._lock:
            found = self._sessions[id]
            _unanswered(found.answers, change.answer)
            if found.record.revision != change.revision:
                raise StaleError(found.record.revision)
            if change.lease not in (None, found.lease):
                raise LeaseError(f"lease {change.lease} has passed to another owner")
            if change.entry:
                found.log.append(change.entry)
            if change.base:
                found.log = [change.base, *(e for e in found.log if e.revision > change.base.revision)]
            self._keep_states(found, change.snapshots)
            if change.answer:
                found.answers[change.answer.key] = change.answer
                if len(found.answers) > ANSWERS:
                    found.answers.popitem(last=False)
            _keep_points(found, change.points)
            found.record = _moved(found.record, change)

    def _keep_states(self, found: _Session, snapshots: Sequence[Snapshot]) -> None:
        """States take as much memory as live sessions may; beyond it, sessions unread for longest go."""
        for snapshot in snapshots:
            place = snapshot.version, snapshot.iteration
            self._bytes += len(snapshot.state) - len(found.states[place].state if place in found.states else b"")
            found.states[place] = snapshot
            if not snapshot.digest:
                del found.states[place]
        while self._bytes > self.settings.live_bytes and len(self._sessions) > 1:
            self._forget(next(iter(self._sessions)))

    def expired(self, id: str) -> bool:
        """Sessions make room here; none grows old."""
        return False

    def _forget(self, id: str) -> bool:
        gone = self._sessions.pop(id, None)
        self._bytes -= sum(len(snapshot.state) for snapshot in gone.states.values()) if gone else 0
        return gone is not None

    def delete(self, id: str, answer: Answer | None = None) -> bool:
        with self._lock:
            _unanswered(self._answers, answer)
            self._keep_answer(answer)
            return self._forget(id)

    def snapshots(self, id: str) -> list[Kept]:
        with self._lock:
            found = self._sessions.get(id)
            states = found.states.values() if found else ()
            return sorted(Kept(s.version, s.iteration, s.digest, len(s.state)) for s in states)

    def state(self, id: str, version: int, iteration: int) -> bytes | None:
        with self._lock:
            found = self._sessions.get(id)
            kept = found.states.get((version, iteration)) if found else None
            return kept.state or None if kept else None

    def points(self, id: str) -> list[Point]:
        with self._lock:
            found = self._sessions.get(id)
            return sorted(found.points.values()) if found else []

    def running(self) -> list[str]:
        with self._lock:
            return [id for id, s in self._sessions.items() if s.record.run and "ended" not in s.record.run]

    def answer(self, scope: str, key: str) -> Answer | None:
        with self._lock:
            if scope == EVERYWHERE:
                return self._answers.get(key)
            found = self._sessions.get(scope)
            return found.answers.get(key) if found else None

    def lease(self, id: str, owner: str, seconds: float) -> int | None:
        with self._lock:
            found, now = self._sessions.get(id), monotonic()
            if found is None or (found.until > now and found.owner != owner):
                return None
            found.lease, found.owner, found.until = found.lease + (found.owner != owner), owner, now + seconds
            return found.lease

    def release(self, id: str, lease: int) -> None:
        with self._lock:
            found = self._sessions.get(id)
            if found is not None and found.lease == lease:
                found.owner, found.until = "", 0.0

    def keep_dataset(self, id: str, body: bytes, answer: Answer | None = None) -> None:
        most, most_bytes = self.settings.datasets, self.settings.datasets_bytes
        with self._lock:
            _unanswered(self._answers, answer)
            self._datasets[id] = body
            while len(self._datasets) > 1 and (
                len(self._datasets) > most or sum(map(len, self._datasets.values())) > most_bytes
            ):
                self._datasets.popitem(last=False)
            self._keep_answer(answer)

    def dataset(self, id: str) -> bytes | None:
        with self._lock:
            if id in self._datasets:
                self._datasets.move_to_end(id)
            return self._datasets.get(id)

    def keep_code(self, code: str, id: str, until: float) -> None:
        with self._lock:
            self._codes[code] = id, until
            while len(self._codes) > self.settings.sessions:
                self._codes.popitem(last=False)

    def code(self, code: str) -> str | None:
        with self._lock:
            id, until = self._codes.get(code, ("", 0.0))
            return id if until > time() else None

    def ready(self) -> None:
        """This process answers, so its memory does."""

    def close(self) -> None:
        """Nothing to close."""

    def _keep_answer(self, answer: Answer | None) -> None:
        if answer:
            self._answers[answer.key] = answer
            if len(self._answers) > ANSWERS * 50:
                self._answers.popitem(last=False)


def _unanswered(answers: OrderedDict[str, Answer], answer: Answer | None) -> None:
    if answer and answer.key in answers:
        raise AnsweredError(answer.key)


def _keep_points(found: _Session, points: Sequence[Point]) -> None:
    for point in points:
        found.points[point.version, point.iteration] = point
        if not point.body:
            del found.points[point.version, point.iteration]


def _moved(record: Record, change: Change) -> Record:
    return replace(
        record, revision=change.entry.revision if change.entry else change.revision,
        iteration=record.iteration if change.iteration is None else change.iteration,
        cursor=record.cursor if change.cursor is None else change.cursor,
        frontier=change.frontier if change.entry else max(change.frontier, record.frontier),
        run=record.run if change.run is None else change.run or None,
    )  # fmt: skip
