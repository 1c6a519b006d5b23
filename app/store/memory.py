"""Sessions of this process, gone with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from time import monotonic, time

import orjson

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

ANSWERS_BYTES = 64 * 1_048_576  # of answers to requests that name no session
GONE = 10_000  # sessions that made room, of which it is known


@dataclass(slots=True)
class _Session:
    """The request and the bodies of the log are kept as JSON, which is a tenth as large; `record` has none."""

    record: Record
    request: bytes
    size: int  # bytes of all that it keeps
    log: list[tuple[int, bytes]] = field(default_factory=list)
    states: dict[tuple[int, int], Snapshot] = field(default_factory=dict)
    points: dict[tuple[int, int], Point] = field(default_factory=dict)
    answers: OrderedDict[str, Answer] = field(default_factory=OrderedDict)
    lease: int = 0
    owner: str = ""
    until: float = 0.0


class MemoryStore:
    """At most `sessions` sessions of `live_bytes` together; the one unread for longest goes first."""

    shared = False

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._datasets: OrderedDict[str, bytes] = OrderedDict()
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._answers_bytes = 0
        self._gone: OrderedDict[str, None] = OrderedDict()  # those that made room, the newest last
        self._codes: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._bytes = 0  # of all sessions
        self._lock = Lock()

    def create(self, record: Record, answer: Answer | None = None) -> None:
        with self._lock:
            _unanswered(self._answers, answer)
            request = orjson.dumps(record.request)
            self._sessions[record.id] = found = _Session(replace(record, request={}), request, 0)
            self._grow(found, len(request))
            self._keep_answer(answer)

    def read(self, id: str) -> Record | None:
        with self._lock:
            if id not in self._sessions:
                return None
            self._sessions.move_to_end(id)
            found = self._sessions[id]
        return replace(found.record, request=orjson.loads(found.request))

    def log(self, id: str, after: int = 1) -> list[Entry]:
        with self._lock:
            found = self._sessions.get(id)
            kept = [] if found is None else [line for line in found.log if line[0] > after]
        return [Entry(revision, orjson.loads(body)) for revision, body in kept]

    def commit(self, id: str, change: Change) -> None:
        with self._lock:
            found = self._sessions[id]
            _unanswered(found.answers, change.answer)
            if found.record.revision != change.revision:
                raise StaleError(found.record.revision)
            if change.lease not in (None, found.lease):
                raise LeaseError(f"lease {change.lease} has passed to another owner")
            grown = _keep_states(found, change.snapshots) + _keep_points(found, change.points)
            if change.entry:
                found.log.append((change.entry.revision, orjson.dumps(change.entry.body)))
                grown += len(found.log[-1][1])
            if change.base:
                at, body = change.base.revision, orjson.dumps(change.base.body)
                grown += len(body) - sum(len(kept) for revision, kept in found.log if revision <= at)
                found.log = [(at, body), *(line for line in found.log if line[0] > at)]
            if change.answer:
                grown += _keep_answer(found.answers, change.answer, ANSWERS)
            found.record = _moved(found.record, change)
            self._grow(found, grown)

    def _grow(self, found: _Session, more: int) -> None:
        """Count what a session has more. Where all are too large or too many, those unread for longest go."""
        found.size += more
        self._bytes += more
        self._sessions.move_to_end(found.record.id)
        sessions, most = self.settings.sessions, self.settings.live_bytes
        while len(self._sessions) > 1 and (len(self._sessions) > sessions or self._bytes > most):
            id = next(iter(self._sessions))
            self._forget(id)
            self._gone[id] = None
            if len(self._gone) > GONE:
                self._gone.popitem(last=False)

    def gone(self, id: str) -> str:
        """Sessions make room here; none grows old."""
        with self._lock:
            return "it made room for others: this service keeps sessions in memory" if id in self._gone else ""

    def _forget(self, id: str) -> bool:
        gone = self._sessions.pop(id, None)
        self._bytes -= gone.size if gone else 0
        return gone is not None

    def delete(self, id: str, answer: Answer | None = None, event: bytes = b"") -> bool:
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
            self._answers_bytes += _keep_answer(self._answers, answer, ANSWERS * 50)
            while self._answers_bytes > ANSWERS_BYTES and len(self._answers) > 1:
                self._answers_bytes -= len(self._answers.popitem(last=False)[1].body)


def _unanswered(answers: OrderedDict[str, Answer], answer: Answer | None) -> None:
    if answer and answer.key in answers:
        raise AnsweredError(answer.key)


# Each of these says by how many bytes what is kept has grown.


def _keep_states(found: _Session, snapshots: Sequence[Snapshot]) -> int:
    grown = 0
    for snapshot in snapshots:
        place = snapshot.version, snapshot.iteration
        before = found.states.pop(place, None)
        grown += len(snapshot.state) - (len(before.state) if before else 0)
        if snapshot.digest:
            found.states[place] = snapshot
    return grown


def _keep_points(found: _Session, points: Sequence[Point]) -> int:
    grown = 0
    for point in points:
        before = found.points.pop((point.version, point.iteration), None)
        grown += len(point.body) - (len(before.body) if before else 0)
        if point.body:
            found.points[point.version, point.iteration] = point
    return grown


def _keep_answer(answers: OrderedDict[str, Answer], answer: Answer, most: int) -> int:
    answers[answer.key] = answer
    dropped = answers.popitem(last=False)[1] if len(answers) > most else None
    return len(answer.body) - (len(dropped.body) if dropped else 0)


def _moved(record: Record, change: Change) -> Record:
    return replace(
        record, revision=change.entry.revision if change.entry else change.revision,
        iteration=record.iteration if change.iteration is None else change.iteration,
        cursor=record.cursor if change.cursor is None else change.cursor,
        frontier=change.frontier if change.entry else max(change.frontier, record.frontier),
        run=record.run if change.run is None else change.run or None,
    )  # fmt: skip
