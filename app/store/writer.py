"""One thread that writes to SQLite: whatever waits when it gets round to it shares one commit to the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Any, TypeVar

from app.store.parts import StoreError

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
TOGETHER = 256  # jobs in one commit


class Writer:
    """Owns the connection it is given. `tidy` runs, as a job of its own, about every `seconds`, however busy it is."""

    def __init__(self, connection: sqlite3.Connection, tidy: Job, seconds: float) -> None:
        self.connection, self._tidy, self._seconds = connection, tidy, seconds
        self._due = monotonic() + seconds
        self._jobs: SimpleQueue[tuple[Job, Future[Any]] | None] = SimpleQueue()
        self._closing, self._closed = Lock(), False  # no job may come after the last one
        self._thread = Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def do(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a job in the writing thread and return once it is on the disk.

        A job that raises changes nothing, and its exception comes out here; so does `StoreError` where SQLite fails.
        """
        done: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise StoreError("the store is closed")
            self._jobs.put((job, done))
        return done.result()

    def close(self) -> None:
        """Finish what waits, then close the connection."""
        with self._closing:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        going = True
        while going:
            jobs, going = self._waiting()
            self._together(jobs)
        self.connection.close()

    def _waiting(self) -> tuple[list[tuple[Job, Future[Any]]], bool]:
        """All that waits, and whether to go on; or the job that tidies, when it is time."""
        try:
            left = self._due - monotonic()
            first = self._jobs.get(timeout=left) if left > 0 else None
            due = left <= 0
        except Empty:
            due = True
        if due:
            self._due = monotonic() + self._seconds
            return [(self._tidy, Future())], True
        jobs = []
        while first is not None:
            jobs.append(first)
            if len(jobs) == TOGETHER or self._jobs.empty():
                return jobs, True
            first = self._jobs.get()
        return jobs, False

    def _together(self, jobs: list[tuple[Job, Future[Any]]]) -> None:
        """One transaction; nobody hears of a result before it is committed."""
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
