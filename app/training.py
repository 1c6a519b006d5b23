"""One training run at work: small slices, and reports that are committed before they are told."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event
from time import perf_counter
from typing import Any

from fastapi.responses import Response

from app.journey import Journey
from app.session import Session
from app.sessions import Outcome, Sessions
from app.snapshots import Snapshots
from app.store import Snapshot, StoreError
from app.wire import plain
from engine import StoppedError

Words = dict[str, Any]  # what is said of a run: see `app.views.RunView`; and `lease`, the number of its owner's
Busy = Callable[[], bool]

SLICE = 0.002  # seconds of training between two looks at what else there is to do
GIVEN = 0.05  # seconds a slice waits at most for requests to be answered first
PAUSE = 1 / 33  # seconds between two reports
COST = 8  # or more, where they would take more than one part in so many of the time
REST = 0.3  # seconds before a report that the store did not take is told again
UNDER_WAY = ("waiting", "training")


class Training:
    """A run of a session. Its journey is its own, so that the session goes on answering; they share the charts."""

    def __init__(self, session: Session, words: Words, lease: int, sessions: Sessions) -> None:
        self.session, self.words, self.lease, self.sessions = session, words | {"lease": lease}, lease, sessions
        self.iteration: int = words["iteration"]
        self.cancelled = Event()
        self.detail: str | None = None

    def train(self, busy: Busy, closing: Event) -> None:
        """Train to the end, or until `closing`. Raises what `tell` raises, and what computing raises."""
        journey = self._set_out(busy)
        begun = due = perf_counter()
        first, ended = self.iteration, self._ended(journey)
        while not (ended or closing.is_set() or self.cancelled.is_set()):
            _give_way(busy)
            ended = self._slice(journey)
            now = perf_counter()
            if now >= due and not ended:
                pace = (now - begun) / max(self.iteration - first, 1)
                self._report(journey, "training", closing, pace * (self.words["to"] - self.iteration))
                due = perf_counter() + max(PAUSE, COST * (perf_counter() - now))
        if not self.cancelled.is_set():
            self._report(journey, ended or "training", closing)

    def _set_out(self, busy: Busy) -> Journey:
        """A journey that stands at the iteration reported last."""
        session, store = self.session, self.sessions.store
        with session.lock:
            terms, line = session.journey.terms, session.journey.line
        snapshots = Snapshots(
            store.snapshots(session.id), lambda v, i: store.state(session.id, v, i), self.sessions.settings
        )
        journey = Journey(session.make, snapshots, session.history)
        journey.follow(terms, line)
        for iteration in range(snapshots.last(line, self.iteration), self.iteration + 1):
            _give_way(busy)
            journey.go(iteration)
        return journey

    def _slice(self, journey: Journey) -> str | None:
        """Train for a moment; how the run ended, if it did."""
        end = perf_counter() + SLICE
        while perf_counter() < end:
            try:
                journey.onward()
            except StoppedError as error:
                self.detail = str(error)
                journey.go(self.iteration)
                return "stopped"
            self.iteration += 1
            if ended := self._ended(journey):
                return ended
        return None

    def _ended(self, journey: Journey) -> str | None:
        until = self.words["until"]
        if until and journey.current.run.loss <= until["loss"]:
            return "reached"
        return "done" if self.iteration >= self.words["to"] else None

    def _report(self, journey: Journey, status: str, closing: Event, left: float | None = None) -> None:
        """Commit where the run stands, and what followers are told. A store that does not answer is waited for."""
        journey.mark()
        said = plain(journey.current.meter()) | {"left": None if left is None else round(left, 1)}
        for by_layer in ("gradients", "updates"):
            said[by_layer] = dict(zip(journey.current.meter.layers, said[by_layer], strict=True))
        for tested in ("test_loss", "test_accuracy"):
            if said[tested] is None:
                said[tested] = self.words.get(tested)
        while True:
            try:
                self.tell(status, journey.snapshots.changes(), **said)
            except StoreError:
                if closing.wait(REST):
                    return
            else:
                return journey.snapshots.committed()

    def tell(self, status: str, snapshots: Sequence[Snapshot] = (), **said: Any) -> None:
        """Say how the run is. Raises `LeaseError`, `StaleError`, `StoreError` or `NotFoundError`."""
        ended = {} if status in UNDER_WAY else {"ended": time.time()}
        words = self.words | {"status": status, "detail": self.detail} | said | ended
        with self.session.lock:
            standing = self.session.standing
            standing = replace(standing, frontier=max(standing.frontier, words["iteration"]))
            self.sessions.commit(
                self.session,
                Outcome(
                    standing=standing, stays=True, run=words, lease=self.lease, snapshots=snapshots, reply=Response()
                ),
            )
        self.words = words


def _give_way(busy: Busy) -> None:
    """Let requests be answered first, for a while."""
    end = perf_counter() + GIVEN
    while busy() and perf_counter() < end:
        time.sleep(0.0005)
