"""Training in the background: a few runs at a time, the others wait their turn.

What a run has reached is in the session's record, in its own words, before anybody is told. Whoever works on it holds
the session's lease; the words of an owner whose lease has passed to another are refused. So a run outlives its
process: whoever takes up what `running` names goes on from the iteration reported last.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event, RLock, Thread

from fastapi.responses import Response

from app import metrics
from app.errors import BusyError, NotFoundError, OutsideError, TooLargeError
from app.once import Once
from app.requests import TrainRequest
from app.session import Session
from app.sessions import Outcome, Sessions
from app.store import LeaseError, StaleError, StoreError
from app.training import Training, Words
from app.turns import Turns

LOG = logging.getLogger("backprop")
ROUND = 1.0  # seconds between looks for runs that nobody works on


class Runs:
    """The runs this process works on, in `turns` with the requests."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.store, self.settings = sessions, sessions.store, sessions.settings
        self.turns = Turns(self.settings.run_share)
        self.owner = secrets.token_hex(8)
        self._here: dict[str, Training] = {}  # by session; waiting ones too
        self._unable: set[str] = set()  # sessions that cannot be built, of which it was said once
        self._lock = RLock()
        self._closing = Event()
        self._pool = ThreadPoolExecutor(self.settings.runs, thread_name_prefix="training")
        self._keeper = Thread(target=self._keep, name="keeper", daemon=True)

    def open(self) -> None:
        """Take up what was under way when the last process ended, and keep the leases of what is."""
        self.turns.open()
        self._keeper.start()

    def close(self) -> None:
        """Report how far the runs have come and hand them back: the next process goes on."""
        self._closing.set()
        self._pool.shutdown(cancel_futures=True)
        if self._keeper.is_alive():
            self._keeper.join(timeout=5)
        for work in list(self._here.values()):
            self._leave(work)
        self.turns.close()

    def begin(
        self, session: Session, asked: TrainRequest, key: Once | None, reply: Callable[[Words], Response]
    ) -> Response:
        """Train a session from the furthest iteration on.

        Raises `TrainingError` where a run is under way, `BusyError` where there is no room to wait in, and
        `TooLargeError` or `OutsideError` for what cannot be trained so far.
        """
        self._check(session, asked)
        begun: list[Training] = []  # once: not where the answer to this key is known

        def act() -> Outcome:
            session.expect_rest()
            start = session.standing.frontier
            words: Words = {
                "id": secrets.token_hex(8), "revision": session.revision, "status": "waiting",
                "start": start, "to": start + asked.iterations,
                "until": asked.until and asked.until.model_dump(), "iteration": start, "detail": None,
            }  # fmt: skip
            begun[:] = [self._enter(session, words)]
            told, lease = begun[0].words, begun[0].lease
            return Outcome(standing=session.standing, stays=True, run=told, lease=lease, reply=reply(told))

        try:
            said = self.sessions.settle(session, key, act)
        except Exception:
            for work in begun:
                self._leave(work)
            raise
        for work in begun:
            self._pool.submit(self._work, work)
        return said

    def _check(self, session: Session, asked: TrainRequest) -> None:
        if session.optimizer is None:
            raise OutsideError("a model without an optimizer has iteration 0 only: there is nothing to train")
        if asked.iterations > self.settings.run_iterations:
            most = self.settings.run_iterations
            raise TooLargeError(f"{asked.iterations} iterations asked for; one run trains at most {most}")

    def _enter(self, session: Session, words: Words) -> Training:
        """Room and the lease for a run. Raises `BusyError`."""
        with self._lock:
            most = self.settings.runs + self.settings.runs_waiting
            if len(self._here) >= most:
                raise BusyError(f"{len(self._here)} runs are under way or waiting; there is room for {most}")
            lease = self.store.lease(session.id, self.owner, self.settings.lease_seconds)
            if lease is None:
                raise BusyError("another server is about to end this session's last run; try again")
            work = Training(session, words, lease, self.sessions)
            self._here[session.id] = work
            metrics.RUNS.set(len(self._here))
        return work

    def _leave(self, work: Training) -> None:
        with self._lock:
            if self._here.get(work.session.id) is work:
                del self._here[work.session.id]
            metrics.RUNS.set(len(self._here))
        with suppress(StoreError):
            self.store.release(work.session.id, work.lease)

    def cancel(self, session: Session, run: str, key: Once | None, reply: Response) -> Response:
        """End a run at the iteration reported last, whichever process works on it: its lease passes to us.

        Raises `NotFoundError` where the newest run is another one.
        """

        def act() -> Outcome:
            words = said_of(session, run)
            if "ended" in words:
                return Outcome(standing=session.standing, stays=True, reply=reply)
            lease = self._seized(session, words)
            seized.append(lease)
            record = self.store.read(session.id)
            ended = ((record and record.run) or words) | {"status": "cancelled", "left": None, "ended": time.time()}
            return Outcome(standing=session.standing, stays=True, run=ended, lease=lease, reply=reply)

        seized: list[int] = []
        try:
            said = self.sessions.settle(session, key, act)
        finally:
            for lease in seized:
                self.store.release(session.id, lease)
        work = self._here.get(session.id)
        if work and work.words["id"] == run:
            work.cancelled.set()
        return said

    def _seized(self, session: Session, words: Words) -> int:
        """The lease, taken from its owner. Raises `BusyError` where it passes from one to the other just now."""
        with self._lock:
            self.store.release(session.id, words["lease"])
            lease = self.store.lease(session.id, secrets.token_hex(8), self.settings.lease_seconds)
        if lease is None:
            raise BusyError("the run is being taken up by another server just now; try again")
        return lease

    def _work(self, work: Training) -> None:
        """One run, to its end, or until this process ends."""
        try:
            work.train(self.turns, self._closing)
        except (LeaseError, NotFoundError):
            pass  # somebody else has it now, or it has been cancelled, or nobody wants it any more
        except StaleError:
            self._end(work, "edited", "the session was edited just when the run began")
        except Exception as error:
            LOG.error("training failed", exc_info=error)
            self._end(work, "failed", f"{type(error).__name__}: {error}")
        finally:
            self._leave(work)

    def _end(self, work: Training, status: str, detail: str) -> None:
        with suppress(LeaseError, NotFoundError, StaleError, StoreError):
            self.sessions.get(work.session.id)
            work.detail = detail
            work.tell(status)

    def _keep(self) -> None:
        """Keep leases alive; and, for as long as there may be any, take up runs that nobody works on."""
        looking = True
        while not self._closing.is_set():
            with suppress(StoreError):
                for work in list(self._here.values()):
                    self._hold(work)
                looking = looking and (self._take_up() or self.store.shared)
            self._closing.wait(min(ROUND, self.settings.lease_seconds / 4))

    def _hold(self, work: Training) -> None:
        """Keep a lease alive. One that passed to somebody else, and from them back to us, is not this run's."""
        with self._lock:
            if self._here.get(work.session.id) is not work:
                return
            lease = self.store.lease(work.session.id, self.owner, self.settings.lease_seconds)
            if lease not in (None, work.lease):
                self.store.release(work.session.id, lease)

    def _take_up(self) -> bool:
        """Take up runs while there is room. Whether there may be more."""
        for id in self.store.running():
            if id not in self._here and id not in self._unable:
                try:
                    self._take(self.sessions.get(id))
                except (BusyError, NotFoundError, LeaseError, StaleError):
                    continue  # later, or somebody else
                except StoreError:
                    raise
                except Exception:
                    LOG.exception("a run cannot be taken up")
                    self._unable.add(id)
        return any(id not in self._here and id not in self._unable for id in self.store.running())

    def _take(self, session: Session) -> None:
        """Go on with a session's run. Raises `BusyError` where there is no room, or somebody works on it."""
        if session.training is None or "ended" in session.training:
            return
        work = self._enter(session, session.training)
        try:
            work.tell("waiting")
        except Exception:
            self._leave(work)
            raise
        self._pool.submit(self._work, work)


def said_of(session: Session, run: str) -> Words:
    """A run's words. Raises `NotFoundError` where the newest run is another one."""
    if session.training is None or session.training["id"] != run:
        raise NotFoundError(f"the newest training run of this session is not {run[:64]!r}; older ones are not kept")
    return session.training
