"""One training run at work: small slices, and reports that are committed before they are told.

While a report is on its way to the disk, training goes on. Small states go with every report, large ones every second
or two: what a run has reached since is computed again by whoever takes it up, and held to the loss that was reported.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from math import inf
from threading import Event
from time import perf_counter
from typing import Any

from fastapi.responses import Response

from app.journey import Journey
from app.live import happened
from app.session import Session
from app.sessions import Outcome, Sessions
from app.snapshots import Snapshots
from app.store import Snapshot, StoreError
from app.turns import Turns
from app.wire import plain
from engine import StoppedError

Words = dict[str, Any]  # what is said of a run: see `app.views.RunView`; and `lease`, the number of its owner's
Report = tuple[Sequence[Snapshot], Words]

PAUSE = 1 / 33  # seconds between two reports
LONGEST = 2.0  # seconds between two reports of large states, unless one takes longer
SMALL = 65_536  # bytes of states in a report
SHARE, LARGE_SHARE = 2, 16  # telling takes one part in so many of the time at most, for a small and a large report
REST = 0.3  # seconds before a report that the store did not take is told again
UNDER_WAY = ("waiting", "training")


class Training:
    """A run of a session. Its journey is its own, so that the session goes on answering; they share the charts."""

    def __init__(self, session: Session, words: Words, lease: int, sessions: Sessions) -> None:
        self.session, self.words, self.lease, self.sessions = session, words | {"lease": lease}, lease, sessions
        self.iteration: int = words["iteration"]
        self.cancelled = Event()
        self.tested: Words = {"test_loss": words.get("test_loss"), "test_accuracy": words.get("test_accuracy")}
        self.detail: str | None = None
        self._whole = 0.0  # when a report is to bring states again

    def train(self, turns: Turns, closing: Event) -> None:
        """Train to the end, or until `closing`. Raises what `tell` raises, and what computing raises."""
        journey = self._set_out(turns)
        with self.sessions.holding(journey.bytes), ThreadPoolExecutor(1, thread_name_prefix="report") as teller:
            begun, first, ended = perf_counter(), self.iteration, self._ended(journey)
            told: Future[float] = teller.submit(perf_counter)  # when the next report is due
            while not (ended or closing.is_set() or self.cancelled.is_set()):
                with turns.turn(self.session.id) as seconds:
                    ended = self._slice(journey, told, seconds)
                if not ended and told.done() and perf_counter() >= told.result():
                    pace = (perf_counter() - begun) / max(self.iteration - first, 1)
                    left, whole = pace * (self.words["to"] - self.iteration), perf_counter() >= self._whole
                    report = self._report(journey, left, whole)
                    told = teller.submit(self._told, "training", closing, *report)
            told.result()
            if not self.cancelled.is_set():
                self._told(ended or "training", closing, *self._report(journey))

    def _set_out(self, turns: Turns) -> Journey:
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
            with turns.turn(session.id):
                journey.go(iteration)
        if "loss" in self.words and plain(journey.current.run.loss) != self.words["loss"]:
            snapshots.differ(self.iteration)
        return journey

    def _slice(self, journey: Journey, told: Future[float], seconds: float) -> str | None:
        """Train for a moment; how the run ended, if it did."""
        end = perf_counter() + seconds
        while perf_counter() < end:
            try:
                journey.onward()
            except StoppedError as error:
                self.detail = str(error)
                told.result()  # what it stands on again is in the store then
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

    def _report(self, journey: Journey, left: float | None = None, whole: bool = True) -> Report:
        """What is to be committed and told of where the run stands; a `whole` report brings states."""
        if whole:
            journey.mark()
        meter = journey.current.meter
        said = plain(meter()) | {"left": None if left is None else round(left, 1)}
        said |= {name: dict(zip(meter.layers, said[name], strict=True)) for name in ("gradients", "updates")}
        self.tested |= {name: said[name] for name in ("test_loss", "test_accuracy") if said[name] is not None}
        changes = journey.snapshots.changes() if whole else ()
        if whole:
            journey.snapshots.committed()
        return changes, said | self.tested

    def _told(self, status: str, closing: Event, changes: Sequence[Snapshot], said: Words) -> float:
        """Commit a report and tell it; when the next one is due. A store that does not answer is waited for."""
        while True:
            started = perf_counter()
            try:
                self.tell(status, changes, **said)
            except StoreError as error:
                self._wait(f"waiting for the store: {error}")
                if closing.wait(REST):
                    return inf
            else:
                now = perf_counter()
                if sum(len(s.state) for s in changes) > SMALL:
                    self._whole = min(now + (LARGE_SHARE - 1) * (now - started), started + LONGEST)
                return max(now + (SHARE - 1) * (now - started), started + PAUSE)

    def _wait(self, why: str) -> None:
        """Tell those who are there why nothing is reported. It is not kept: the next report takes its place."""
        with self.session.lock:
            if (self.session.training or {}).get("detail") == why:
                return
            self.session.training = words = self.words | {"detail": why}
            self.sessions.hub.tell(self.session.id, happened(self.session.standing, None, words))

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
