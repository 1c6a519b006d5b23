"""Writing to SQLite: whoever comes first writes for all who have come by then, in one commit to the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, TypeVar

from app.store.parts import StoreError

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
TOGETHER = 256  # jobs in one commit


class Writer:
    """Owns the connection it is given. `tidy` runs every so many `seconds`, as a job of its own, however busy it is."""

    def __init__(self, connection: sqlite3.Connection, tidy: Job, seconds: float) -> None:
        self.connection = connection
        self._jobs: SimpleQueue[tuple[Job, Future[Any]]] = SimpleQueue()
        self._turn = Lock()  # held by whoever writes
        self._closing, self._closed = Event(), False
        self._keeper = Thread(target=self._keep, args=(tidy, seconds), name="store-keeper", daemon=True)
        self._keeper.start()

    def do(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a job, in this thread or in that of another one that waits, and return once it is on the disk.

        A job that raises changes nothing, and its exception comes out here; so does `StoreError` where SQLite fails.
        """
        done: Future[T] = Future()
        self._jobs.put((job, done))
        with self._turn:
            while not done.done():  # somebody may have written it while this thread waited
                self._together(self._waiting())
        return done.result()

    def close(self) -> None:
        """Finish what waits, then close the connection."""
        self._closing.set()
        self._keeper.join()
        with self._turn:
            while waiting := self._waiting():
                self._together(waiting)
            self._closed = True
            self.connection.close()

    def _keep(self, tidy: Job, seconds: float) -> None:
        while not self._closing.wait(seconds):
            with suppress(StoreError):
                self.do(tidy)

    def _waiting(self) -> list[tuple[Job, Future[Any]]]:
        """What waits, the longest first, as far as one commit takes it."""
        jobs: list[tuple[Job, Future[Any]]] = []
        with suppress(Empty):
            while len(jobs) < TOGETHER:
                jobs.append(self._jobs.get_nowait())
        return jobs

    def _together(self, jobs: list[tuple[Job, Future[Any]]]) -> None:
        """One transaction; nobody hears of a result before it is committed."""
        if self._closed:
            for _, done in jobs:
                done.set_exception(StoreError("the store is closed"))
            return
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._one(job) for job, _ in jobs]
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            outcomes = [(None, StoreError(f"the store cannot be written: {error}"))] * len(jobs)
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        for (_, done), (result, failure) in zip(jobs, outcomes, strict=True):
            if failure is None:
                done.set_result(result)
            else:
                done.set_exception(failure)

    def _one(self, job: Job) -> tuple[Any, Exception | None]:
        """A job's result, or what it raised, with its changes taken back. SQLite's own failures end them all."""
        self.connection.execute("SAVEPOINT job")
        try:
            outcome: tuple[Any, Exception | None] = job(self.connection), None
        except sqlite3.Error:
            raise
        except Exception as error:
            self.connection.execute("ROLLBACK TO job")
            outcome = None, error
        self.connection.execute("RELEASE job")
        return outcome
