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
        """Nobody hears of a result before it is committed."""
        outcomes = self._committed([job for job, _ in jobs])
        if len(jobs) > 1 and any(failure for _, failure in outcomes):  # seldom: so no job needs a savepoint of its own
            outcomes = [self._committed([job])[0] for job, _ in jobs]
        for (_, done), (result, failure) in zip(jobs, outcomes, strict=True):
            if failure is None:
                done.set_result(result)
            else:
                done.set_exception(failure)

    def _committed(self, jobs: list[Job]) -> list[tuple[Any, Exception | None]]:
        """The results of one transaction; where a job raises, nothing is changed, and that is the outcome of all."""
        if self._closed:
            return [(None, StoreError("the store is closed"))] * len(jobs)
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            results = [job(self.connection) for job in jobs]
            self.connection.execute("COMMIT")
        except Exception as error:
            failure = StoreError(f"the store cannot be written: {error}") if isinstance(error, sqlite3.Error) else error
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            return [(None, failure)] * len(jobs)
        return [(result, None) for result in results]
