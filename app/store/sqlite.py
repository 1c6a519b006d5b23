"""Sessions in one SQLite file, for one process.

WAL, so that reading waits for no write, and `synchronous=FULL`, so that what was acknowledged outlives a power cut.
A file beside it is kept locked: a second process is told, and ends.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import orjson

from app.settings import Settings
from app.store import statements as sql
from app.store.changes import keep_answer, keep_entries, keep_measured
from app.store.parts import (
    EVERYWHERE,
    REMEMBERED,
    Answer,
    Change,
    Entry,
    Kept,
    LeaseError,
    Point,
    Record,
    StaleError,
    StoreError,
    forgotten,
)
from app.store.writer import Writer

IDLE_SECONDS = 60.0


class SqliteStore:
    """Sessions in one file, which one server serves."""

    shared = False

    def __init__(self, path: str, settings: Settings) -> None:
        """Raises `StoreError` where the file cannot be used, or is in use."""
        self.path, self.settings = path, settings
        self._used: dict[str, float] = {}  # when sessions were last read, until it is written
        self._reading = Lock()
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._claim = _claimed(path)
            connection = self._prepared()
            self._reader = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"sessions cannot be kept in {path}: {error}") from error
        self._writer = Writer(connection, self._tidy, IDLE_SECONDS)
        self._writer.do(self._tidy)

    def _prepared(self) -> sqlite3.Connection:
        Path(self.path).touch(mode=0o600)
        connection = _connect(self.path)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > sql.VERSION:
            raise StoreError(f"{self.path} was written by a newer version of this program")
        connection.executescript(sql.TABLES)
        connection.execute("UPDATE sessions SET owner = '', until = 0 WHERE until > 0")  # whoever worked then is gone
        return connection

    def create(self, record: Record, answer: Answer | None = None) -> None:
        def job(db: sqlite3.Connection) -> None:
            place = record.iteration, record.cursor, record.frontier
            made = record.id, orjson.dumps(record.request), record.token, record.created
            db.execute(sql.CREATE, (*made, time.time(), *place))
            keep_answer(db, EVERYWHERE, answer)

        self._writer.do(job)

    def read(self, id: str) -> Record | None:
        with self._read() as db:
            row = db.execute(sql.READ, (id,)).fetchone()
        if row is None:
            return None
        self._used[id] = time.time()
        request, token, created, revision, iteration, cursor, frontier, run = row
        return Record(
            id=id, request=orjson.loads(request), token=token, created=created, revision=revision,
            iteration=iteration, cursor=cursor, frontier=frontier, run=orjson.loads(run) if run else None,
        )  # fmt: skip

    def log(self, id: str, after: int = 1) -> list[Entry]:
        with self._read() as db:
            rows = db.execute(sql.LOG, (id, after)).fetchall()
        return [Entry(revision, orjson.loads(body)) for revision, body in rows]

    def commit(self, id: str, change: Change) -> None:
        self._writer.do(lambda db: self._commit(db, id, change))

    def _commit(self, db: sqlite3.Connection, id: str, change: Change) -> None:
        keep_answer(db, id, change.answer)
        revision = change.entry.revision if change.entry else change.revision
        place = change.iteration, change.cursor, change.entry is not None, change.frontier, change.frontier
        run = change.run is not None, orjson.dumps(change.run) if change.run else None
        decided = id, change.revision, change.lease
        if not db.execute(sql.MOVE, (revision, *place, *run, time.time(), *decided)).rowcount:
            _refuse(db, id, change)
        keep_entries(db, id, change)
        keep_measured(db, id, change)

    def delete(self, id: str, answer: Answer | None = None, event: bytes = b"") -> bool:
        def job(db: sqlite3.Connection) -> bool:
            keep_answer(db, EVERYWHERE, answer)
            return db.execute("DELETE FROM sessions WHERE id = ?", (id,)).rowcount > 0

        return self._writer.do(job)

    def gone(self, id: str) -> str:
        with self._read() as db:
            found = db.execute("SELECT 1 FROM expired WHERE id = ?", (id,)).fetchone()
        return forgotten(self.settings.idle_seconds) if found else ""

    def snapshots(self, id: str) -> list[Kept]:
        with self._read() as db:
            return [Kept(*row) for row in db.execute(sql.SNAPSHOTS, (id,))]

    def state(self, id: str, version: int, iteration: int) -> bytes | None:
        with self._read() as db:
            row = db.execute(sql.STATE, (id, version, iteration)).fetchone()
        return row[0] or None if row else None

    def points(self, id: str) -> list[Point]:
        with self._read() as db:
            return [Point(*row) for row in db.execute(sql.POINTS, (id,))]

    def running(self) -> list[str]:
        with self._read() as db:
            rows = db.execute("SELECT id, run FROM sessions WHERE run IS NOT NULL").fetchall()
        return [id for id, run in rows if "ended" not in orjson.loads(run)]

    def answer(self, scope: str, key: str) -> Answer | None:
        with self._read() as db:
            row = db.execute(sql.ANSWER, (scope, key)).fetchone()
        return Answer(key, *row) if row else None

    def lease(self, id: str, owner: str, seconds: float) -> int | None:
        def job(db: sqlite3.Connection) -> int | None:
            now = time.time()
            row = db.execute(sql.LEASE, (owner, now + seconds, owner, id, owner, now)).fetchone()
            return row[0] if row else None

        return self._writer.do(job)

    def release(self, id: str, lease: int) -> None:
        self._writer.do(lambda db: db.execute(sql.RELEASE, (id, lease)))

    def keep_dataset(self, id: str, body: bytes, answer: Answer | None = None) -> None:
        def job(db: sqlite3.Connection) -> None:
            db.execute("INSERT INTO datasets (id, body, used) VALUES (?, ?, ?)", (id, body, time.time()))
            db.execute(sql.THIN_DATASETS, (self.settings.datasets, self.settings.datasets_bytes, id))
            keep_answer(db, EVERYWHERE, answer)

        self._writer.do(job)

    def dataset(self, id: str) -> bytes | None:
        with self._read() as db:
            row = db.execute("SELECT body FROM datasets WHERE id = ?", (id,)).fetchone()
        if row:
            self._used[id] = time.time()
        return row[0] if row else None

    def keep_code(self, code: str, id: str, until: float) -> None:
        self._writer.do(lambda db: db.execute("INSERT OR REPLACE INTO codes VALUES (?, ?, ?)", (code, id, until)))

    def code(self, code: str) -> str | None:
        with self._read() as db:
            row = db.execute("SELECT session FROM codes WHERE code = ? AND until > ?", (code, time.time())).fetchone()
        return row[0] if row else None

    def ready(self) -> None:
        """Raises `StoreError` where nothing can be written."""
        self._writer.do(lambda db: db.execute("UPDATE alive SET at = ?", (time.time(),)))

    def close(self) -> None:
        self._writer.do(self._tidy)
        self._writer.close()
        self._reader.close()
        self._claim.close()

    def _tidy(self, db: sqlite3.Connection) -> None:
        """Write when sessions were last used, and forget those nobody came back to."""
        used, now = self._used.copy(), time.time()
        db.execute("DELETE FROM codes WHERE until < ?", (now,))
        db.execute("DELETE FROM expired WHERE at < ?", (now - REMEMBERED,))
        for table in ("sessions", "datasets"):
            db.executemany(f"UPDATE {table} SET used = ? WHERE id = ?", ((at, id) for id, at in used.items()))
        for id, at in used.items():  # only now: this may be run again
            if self._used.get(id) == at:
                del self._used[id]
        old = now - self.settings.idle_seconds
        db.execute("INSERT OR IGNORE INTO expired SELECT id, ? FROM sessions WHERE used < ?", (now, old))
        for table in ("sessions", "datasets"):
            db.execute(f"DELETE FROM {table} WHERE used < ?", (old,))

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._reading:
            try:
                yield self._reader
            except sqlite3.Error as error:
                raise StoreError(f"the store cannot be read: {error}") from error


def _refuse(db: sqlite3.Connection, id: str, change: Change) -> None:
    """Raise why a change does not hold for the session as it is."""
    row = db.execute("SELECT revision, lease FROM sessions WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise KeyError(id)
    if row[0] != change.revision:
        raise StaleError(row[0])
    raise LeaseError(f"lease {change.lease} has passed to another owner")


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _claimed(path: str) -> sqlite3.Connection:
    """A lock that ends with this process, however it ends, on every system SQLite runs on."""
    claim = sqlite3.connect(f"{path}.lock", timeout=0.0, isolation_level=None, check_same_thread=False)
    try:
        claim.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        claim.close()
        if "locked" not in str(error):
            raise
        raise StoreError(
            f"another server keeps its sessions in {path}, which serves one at a time: stop it, name another file "
            "by --store sqlite:///path, or keep sessions in Redis by --store redis://host"
        ) from None
    return claim
