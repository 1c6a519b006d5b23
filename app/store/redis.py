"""Sessions in Redis, for several processes or machines.

One hash a session, and beside it a stream as its log: the entry that makes revision r has the id r-0, so nothing can
be appended twice or out of order. Every change is one script (`app.store.scripts`), which Redis runs as a whole.
A connection that broke is made anew and the command sent again: a script that has run already knows its nonce.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from app.settings import Settings
from app.store import scripts
from app.store.keys import answer_key, blob_key, check_said, created_key, going, key_of, known_of, told
from app.store.parts import (
    ANSWERS,
    EVERYWHERE,
    REMEMBERED,
    Answer,
    Change,
    Entry,
    Kept,
    Point,
    Record,
    StoreError,
    forgotten,
)

LOG = logging.getLogger("backprop")
DIGEST = 16  # bytes of a hash; what is known of a state is its hash, then its size in digits
KNOWN = "known"  # outlives the session's other keys, unless it is deleted
PARTS = ("", "log", "digests", "states", "answers", "order", "live", "points")  # the keys of a session
WANTED = {"appendonly": "yes", "maxmemory-policy": "noeviction"}
RUNS = "backprop:runs"  # the sessions whose newest run has not ended
FIELDS = ("request", "token", "created", "revision", "iteration", "cursor", "frontier", "run")
LAST_HEARD = 60  # seconds in which followers on other servers hear that a session was deleted
TOUCHED_SECONDS = 600.0  # how often a session that is only read is told to live on


class RedisStore:
    """Sessions in a Redis that several servers share."""

    shared = True

    def __init__(self, url: str, settings: Settings) -> None:
        """Raises `StoreError` where nobody answers."""
        self.settings, self.name = settings, urlsplit(url).hostname or urlsplit(url).path
        self._touched: dict[str, float] = {}
        retry = Retry(ExponentialBackoff(cap=0.4, base=0.02), 5)
        # A read that blocks must end before the socket's own 5 s: those who follow a stream ask for less.
        self.db: Any = redis.Redis.from_url(url, retry=retry, socket_timeout=5.0, socket_connect_timeout=2.0)
        self._commit, self._create, self._delete, self._lease, self._release, self._dataset = (
            self.db.register_script(source) for source in scripts.ALL
        )
        self.ready()
        self._check()

    def _check(self) -> None:
        """Say what in the server's configuration would lose sessions; one that hides it is taken at its word."""
        for name, wanted in WANTED.items():
            try:
                found = self.db.config_get(name).get(name)
            except redis.RedisError:
                continue
            if found not in (None, wanted):
                LOG.warning("Redis at %s has %s %s: sessions are safe with %s only", self.name, name, found, wanted)

    def create(self, record: Record, answer: Answer | None = None) -> None:
        fields = {
            "request": orjson.dumps(record.request), "token": record.token, "created": record.created,
            "revision": record.revision, "iteration": record.iteration, "cursor": record.cursor,
            "frontier": record.frontier, "lease": 0, "nonce": record.id,
        }  # fmt: skip
        flat: list[Any] = [part for pair in fields.items() for part in pair]
        with self._asked():
            self.db.set(key_of(record.id, KNOWN), "", ex=int(self.settings.idle_seconds + REMEMBERED))
            said = self._create(
                [key_of(record.id), created_key(answer)], [self.settings.idle_seconds, *told(answer), *flat]
            )
        check_said(said, record.id, answer)

    def read(self, id: str) -> Record | None:
        with self._asked():
            row = self.db.hmget(key_of(id), FIELDS)
            if row[0] is None:
                return None
            self._touch(id)
        request, token, created, *place, run = row
        revision, iteration, cursor, frontier = map(int, place)
        return Record(
            id=id, request=orjson.loads(request), token=token, created=float(created), revision=revision,
            iteration=iteration, cursor=cursor, frontier=frontier, run=orjson.loads(run or b"{}") or None,
        )  # fmt: skip

    def log(self, id: str, after: int = 1) -> list[Entry]:
        with self._asked():
            rows = self.db.xrange(key_of(id, "log"), min=f"({after}-0")
            base = self.db.hget(key_of(id), "base")  # asked second: what made room for it in between is left out
        entries = [Entry(int(number.partition(b"-")[0]), orjson.loads(row[b"body"])) for number, row in rows]
        begun = Entry(*orjson.loads(base)) if base else Entry(0, {})
        return [begun] * (begun.revision > after) + [entry for entry in entries if entry.revision > begun.revision]

    def commit(self, id: str, change: Change) -> None:
        states = [part for s in change.snapshots for part in (f"{s.version}:{s.iteration}", known_of(s), s.state)]
        points = [part for p in change.points for part in (f"{p.version}:{p.iteration}", p.body)]
        place = ("", "") if change.iteration is None else (change.iteration, change.cursor)
        arguments = [
            change.revision, "" if change.lease is None else change.lease, secrets.token_bytes(8),
            orjson.dumps(change.entry.body) if change.entry else b"", *place, change.frontier,
            b"" if change.run is None else orjson.dumps(change.run), change.event, self.settings.idle_seconds,
            *told(change.answer), ANSWERS, RUNS, id, going(change.run),
            *((change.base.revision, orjson.dumps(tuple(change.base))) if change.base else ("", "")),
            len(change.snapshots), *states, *points,
        ]  # fmt: skip
        with self._asked():
            said = self._commit([key_of(id, part) for part in PARTS], arguments)
        check_said(said, id, change.answer)

    def delete(self, id: str, answer: Answer | None = None, event: bytes = b"") -> bool:
        parts = (part for part in (*PARTS, "lease", KNOWN) if part != "live")
        keys = [created_key(answer), key_of(id, "live"), *(key_of(id, part) for part in parts)]
        with self._asked():
            said = self._delete(keys, [self.settings.idle_seconds, *told(answer), event, LAST_HEARD])
        check_said(said, id, answer)
        return bool(said[1])

    def gone(self, id: str) -> str:
        with self._asked():
            return forgotten(self.settings.idle_seconds) if self.db.exists(key_of(id, KNOWN)) else ""

    def snapshots(self, id: str) -> list[Kept]:
        with self._asked():
            found = self.db.hgetall(key_of(id, "digests"))
        places = ((name.split(b":"), known) for name, known in found.items())
        return sorted(Kept(int(v), int(i), known[:DIGEST], int(known[DIGEST:])) for (v, i), known in places)

    def state(self, id: str, version: int, iteration: int) -> bytes | None:
        with self._asked():
            found: bytes | None = self.db.hget(key_of(id, "states"), f"{version}:{iteration}")
        return found or None

    def points(self, id: str) -> list[Point]:
        with self._asked():
            found = self.db.hgetall(key_of(id, "points"))
        places = ((name.split(b":"), body) for name, body in found.items())
        return sorted(Point(int(version), int(iteration), body) for (version, iteration), body in places)

    def running(self) -> list[str]:
        with self._asked():
            ids = [id.decode() for id in self.db.smembers(RUNS)]
            gone = [id for id in ids if not self.db.exists(key_of(id))]
            if gone:
                self.db.srem(RUNS, *gone)
        return [id for id in ids if id not in gone]

    def answer(self, scope: str, key: str) -> Answer | None:
        with self._asked():
            found = self.db.get(answer_key(key)) if scope == EVERYWHERE else self.db.hget(key_of(scope, "answers"), key)
        if found is None:
            return None
        fingerprint, status, body = found.split(b"\n", 2)
        return Answer(key, fingerprint.decode(), int(status), body)

    def lease(self, id: str, owner: str, seconds: float) -> int | None:
        with self._asked():
            number = self._lease([key_of(id), key_of(id, "lease")], [owner, int(seconds * 1_000)])
        return None if number is None else int(number)

    def release(self, id: str, lease: int) -> None:
        with self._asked():
            self._release([key_of(id), key_of(id, "lease")], [lease])

    def keep_dataset(self, id: str, body: bytes, answer: Answer | None = None) -> None:
        limits = [self.settings.datasets, self.settings.datasets_bytes, self.settings.idle_seconds]
        with self._asked():
            said = self._dataset(
                ["backprop:datasets", "backprop:datasets:sizes", created_key(answer)],
                [blob_key(""), id, body, time.time(), *limits, *told(answer)],
            )
        check_said(said, id, answer)

    def dataset(self, id: str) -> bytes | None:
        with self._asked():
            found: bytes | None = self.db.get(blob_key(id))
            if found is not None:
                self.db.expire(blob_key(id), self.settings.idle_seconds)
                self.db.zadd("backprop:datasets", {id: time.time()}, xx=True)
        return found

    def keep_code(self, code: str, id: str, until: float) -> None:
        with self._asked():
            self.db.set(f"backprop:code:{code}", id, exat=int(until))

    def code(self, code: str) -> str | None:
        with self._asked():
            found: bytes | None = self.db.get(f"backprop:code:{code}")
        return found.decode() if found else None

    def newest(self, id: str) -> str:
        """The place of the newest event of a session in its stream."""
        with self._asked():
            rows = self.db.xrevrange(key_of(id, "live"), count=1)
        return str(rows[0][0].decode()) if rows else "0-0"

    def events(self, after: dict[str, str], seconds: float) -> list[tuple[str, str, bytes]]:
        """What is told of sessions after a place of each, as (session, place, event); waits for it so long."""
        keys = {key_of(id, "live").encode(): id for id in after}
        with self._asked():
            found = self.db.xread({key: after[id] for key, id in keys.items()}, block=int(1_000 * seconds))
        streams = found.items() if isinstance(found, dict) else found or ()
        return [(keys[key], place.decode(), row[b"event"]) for key, rows in streams for place, row in rows]

    def ready(self) -> None:
        with self._asked():
            self.db.ping()

    def close(self) -> None:
        self.db.close()

    def _touch(self, id: str) -> None:
        """A session that is read lives on. Nothing is told for each read anew."""
        now = time.monotonic()
        if now - self._touched.get(id, -TOUCHED_SECONDS) < TOUCHED_SECONDS:
            return
        self._touched = {k: at for k, at in self._touched.items() if now - at < TOUCHED_SECONDS} | {id: now}
        pipe = self.db.pipeline(transaction=False)
        for part in PARTS:
            pipe.expire(key_of(id, part), self.settings.idle_seconds)
        pipe.expire(key_of(id, KNOWN), int(self.settings.idle_seconds + REMEMBERED))
        pipe.execute()

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as error:
            raise StoreError(f"Redis at {self.name} does not serve: {error}") from error
