"""Live sessions over the store: those used last stay in memory, the others are made again when they are asked for.

How a request changes a session: under its lock, `settle` calls an action that works out where the session would stand
and what would be answered, commits that to the store, and only then lets the session stand there. Where another
process was quicker, the session is brought up to date and the action called again. Followers are told after every
commit: of a shared store they read it themselves, in every process alike.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Any
from weakref import WeakValueDictionary

from fastapi.responses import Response

from app import tokens
from app.data.uploads import Uploads
from app.errors import ExpiredError, NotFoundError
from app.follower import GONE
from app.history import History
from app.lessons import EXAMPLES
from app.live import Hub, happened
from app.once import Once, kept
from app.requests import SessionRequest
from app.session import Session, Standing
from app.settings import Settings
from app.snapshots import Snapshots
from app.store import EVERYWHERE, AnsweredError, Change, Entry, Record, Snapshot, StaleError, Store, StoreError
from app.thinning import base_for, floor
from app.timeline import folded

ATTEMPTS = 5  # when several processes change one session at once
FRESH = 5.0  # seconds for which a session is in use before the store, and who keeps count of memory, hear of it again

__all__ = ["Created", "Outcome", "Session", "Sessions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where a request leads, and its answer.

    A training run says its words, under its lease, and brings `snapshots` of its own; the driver `stays`.
    """

    standing: Standing
    reply: Response
    entry: Entry | None = None
    run: dict[str, Any] | None = None
    lease: int | None = None
    snapshots: Sequence[Snapshot] = ()
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A new session, or the one that was made for the same idempotency key before."""

    session: Session
    token: str
    reply: Response


class Sessions:
    """Live sessions over their store. Those that were used last stay, up to a number and to their bytes."""

    def __init__(self, store: Store, settings: Settings, uploads: Uploads, hub: Hub) -> None:
        self.store, self.settings, self.uploads, self.hub = store, settings, uploads, hub
        self._live: OrderedDict[str, Session] = OrderedDict()
        # A session put out of `_live` while a request still works on it is not made a second time.
        self._known: WeakValueDictionary[str, Session] = WeakValueDictionary()
        self._sizes: dict[str, int] = {}  # of those in `_live`, when they were last asked for
        self.bytes = 0  # of all of them, and of what runs hold
        self._lock = RLock()
        self._fresh = min(FRESH, settings.idle_seconds / 10)

    @property
    def live(self) -> int:
        """How many are in memory."""
        return len(self._live)

    def create(self, request: SessionRequest, key: Once | None, reply: Callable[[Session], Response]) -> Created:
        """A new session. Raises `NotFoundError` for an unknown example, and what building a model raises."""
        if key and (found := self.store.answer(EVERYWHERE, key.key)):
            told = key.again(found)
            return Created(
                session=self.get(kept(found, "id")), reply=told,
                token=tokens.derived(bytes.fromhex(kept(found, "salt")), key.text),
            )  # fmt: skip
        if request.example is not None and request.example not in EXAMPLES:
            raise NotFoundError(f"there is no example {request.example!r}; there are {', '.join(EXAMPLES)}")
        salt = secrets.token_bytes(tokens.BYTES)
        token = tokens.derived(salt, key.text) if key else tokens.made()
        place: dict[str, Any] = request.exported.place if request.exported else {}
        record = Record(
            id=secrets.token_urlsafe(16), request=request.model_dump(mode="json", exclude_unset=True, by_alias=True),
            token=tokens.hashed(token), created=time.time(), **place,
        )  # fmt: skip
        session = self._made(record)
        session.check_place()
        if request.exported:  # what was reached step by step is computed in one go
            session.journey.go(session.iteration, self.settings.check_seconds)
        said = reply(session)
        try:
            self.store.create(record, key.answer(said, id=record.id, salt=salt.hex()) if key else None)
        except AnsweredError:
            return self.create(request, key, reply)
        return Created(session=self._keep(session), token=token, reply=said)

    def near(self, id: str) -> Session | None:
        """The session, where it is in memory and nobody else can have changed it. Waits for nothing."""
        live = None if self.store.shared else self._live.get(id)
        return live if live and time.monotonic() < live.fresh_until else None

    def get(self, id: str) -> Session:
        """The session as it is now. Raises `NotFoundError` where there is none."""
        with self._lock:
            live = self._known.get(id)
        if live is not None and self.store.shared:
            with live.lock:
                self._refresh(live)
            return self._keep(live)
        record = self.store.read(id)
        if record is None:
            raise self._gone(id)
        if live is not None:
            return self._keep(live)
        made = self._keep(self._made(record))
        with made.lock:
            self._refresh(made)  # it may have moved since it was read
        return made

    def _gone(self, id: str) -> LookupError:
        with self._lock:
            self._put_out(id)
            self._known.pop(id, None)
        if why := self.store.gone(id):
            return ExpiredError(f"this session is forgotten: {why}")
        return NotFoundError(f"there is no session {id[:64]!r}")

    def _made(self, record: Record) -> Session:
        id = record.id
        request = SessionRequest.model_validate(record.request)
        snapshots = Snapshots(self.store.snapshots(id), lambda v, i: self.store.state(id, v, i), self.settings)
        history = History(lambda: self.store.points(id), self.settings)
        return Session(record, request, self.settings, self.uploads, self.store.log(id), snapshots, history)

    def _refresh(self, session: Session) -> None:
        """Bring a session up to date with what other processes did to it. Hold its lock."""
        record, here = self.store.read(session.id), session.standing
        if record is None:
            raise self._gone(session.id)
        session.training = record.run
        if (record.revision, record.iteration, record.cursor, record.frontier) == here.numbers:
            return
        timeline = here.timeline
        if record.revision != here.revision:
            timeline = folded(self.store.log(session.id, after=here.revision), timeline)
            timeline = timeline.since(floor(record.revision, self.settings.revisions))
        if (record.revision, record.frontier) != (here.revision, here.frontier):
            session.snapshots.reload(self.store.snapshots(session.id))
            session.history.reload()
        session.stand(record, timeline)

    def settle(self, session: Session, key: Once | None, act: Callable[[], Outcome]) -> Response:
        """Answer again what was answered under this key; else act, commit, stand there, and answer.

        Raises what the action raises, `StaleError` where it asked for another revision, or `StoreError`; and then
        nothing has changed.
        """
        with session.lock:
            if self.store.shared:
                self._refresh(session)
            for _ in range(ATTEMPTS):
                if key and (found := self.store.answer(session.id, key.key)):
                    return key.again(found)
                outcome = act()
                try:
                    self.commit(session, outcome, key)
                except (StaleError, AnsweredError):
                    self._refresh(session)
                else:
                    return outcome.reply
        raise StoreError(f"{ATTEMPTS} other changes came first, each time; try again")

    def commit(self, session: Session, outcome: Outcome, key: Once | None = None) -> None:
        """Keep what an outcome says, then stand there. Hold the session's lock."""
        at, points = outcome.standing, session.history.changes()
        event = happened(at, outcome.entry, outcome.run)
        change = Change(
            revision=session.revision, iteration=None if outcome.stays else at.iteration,
            cursor=None if outcome.stays else at.cursor, frontier=at.frontier, entry=outcome.entry,
            base=self._base(session, outcome.entry),
            snapshots=(*session.snapshots.changes(), *outcome.snapshots), points=points, lease=outcome.lease,
            run=outcome.run, event=event, answer=key.answer(outcome.reply) if key else None,
        )  # fmt: skip
        try:
            if outcome.entry:
                session.expect_rest()
            self.store.commit(session.id, change)
        except KeyError:
            session.follow(session.standing.timeline)
            raise self._gone(session.id) from None
        except Exception:
            session.follow(session.standing.timeline)
            raise
        session.snapshots.committed()
        session.snapshots.learn(outcome.snapshots)
        session.history.committed(points)
        session.history.revision = at.revision
        session.standing, session.training = at, session.training if outcome.run is None else outcome.run
        if not self.store.shared:
            self.hub.tell(session.id, event)

    def _base(self, session: Session, entry: Entry | None) -> Entry | None:
        """What the oldest entries of its log make room for, now and then."""
        most = self.settings.revisions
        return base_for(entry.revision, most, session.id, self.store.log, session.begun) if entry else None

    def delete(self, id: str, key: Once | None, reply: Response) -> Response:
        """Forget a session. Raises `NotFoundError` where there is none."""
        try:
            there = self.store.delete(id, key.answer(reply) if key else None, GONE)
        except AnsweredError:
            there = True
        gone = self._gone(id)
        if not there:
            raise gone
        if not self.store.shared:
            self.hub.tell(id, GONE)
        return reply

    def _keep(self, session: Session) -> Session:
        """Of two threads that made the same session again, both use the first one's."""
        with self._lock:
            kept = self._known.setdefault(session.id, session)
            self._put_out(session.id)
            self._live[session.id], self._sizes[session.id] = kept, kept.bytes
            kept.fresh_until = time.monotonic() + self._fresh
            self.bytes += self._sizes[session.id]
            self._make_room()
            return kept

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """Room for so many bytes, such as a training run's own copy of its session, for as long as they are needed."""
        with self._lock:
            self.bytes += size
            self._make_room()
        try:
            yield
        finally:
            with self._lock:
                self.bytes -= size

    def _make_room(self) -> None:
        """Put out the sessions unused for longest until the others fit. Hold the lock."""
        sessions, most = self.settings.sessions, self.settings.live_bytes
        while len(self._live) > 1 and (len(self._live) > sessions or self.bytes > most):
            self._put_out(next(iter(self._live)))

    def _put_out(self, id: str) -> None:
        if self._live.pop(id, None) is not None:
            self.bytes -= self._sizes.pop(id)
