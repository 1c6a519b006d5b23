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
from app.store.parts import (
    ANSWERS,
    EVERYWHERE,
    REMEMBERED,
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
    StoreError,
)

LOG = logging.getLogger("backprop")
DIGEST = 16  # bytes of a hash; what is known of a state is its hash, then its size in digits
KNOWN = "known"  # outlives the session's other keys, unless it is deleted
PARTS = ("", "log", "digests", "states", "answers", "order", "live", "points")  # the keys of a session
WANTED = {"appendonly": "yes", "maxmemory-policy": "noeviction"}
RUNS = "backprop:runs"  # the sessions whose newest run has not ended
FIELDS = ("request", "token", "created", "revision", "iteration", "cursor", "frontier", "run")
TOUCHED_SECONDS = 600.0  # how often a session that is only read is told to live on


class RedisStore:
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
            self.db.set(_key(record.id, KNOWN), "", ex=int(self.settings.idle_seconds + REMEMBERED))
            said = self._create(
                [_key(record.id), _everywhere(answer)], [self.settings.idle_seconds, *_told(answer), *flat]
            )
        _check(said, record.id, answer)

    def read(self, id: str) -> Record | None:
        with self._asked():
            row = self.db.hmget(_key(id), FIELDS)
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
            rows = self.db.xrange(_key(id, "log"), min=f"({after}-0")
        return [Entry(int(number.partition(b"-")[0]), orjson.loads(row[b"body"])) for number, row in rows]

    def commit(self, id: str, change: Change) -> None:
        states = [part for s in change.snapshots for part in (f"{s.version}:{s.iteration}", _known(s), s.state)]
        points = [part for p in change.points for part in (f"{p.version}:{p.iteration}", p.body)]
        place = ("", "") if change.iteration is None else (change.iteration, change.cursor)
        arguments = [
            change.revision, "" if change.lease is None else change.lease, secrets.token_bytes(8),
            orjson.dumps(change.entry.body) if change.entry else b"", *place, change.frontier,
            b"" if change.run is None else orjson.dumps(change.run), change.event, self.settings.idle_seconds,
            *_told(change.answer), ANSWERS, RUNS, id, _going(change.run), len(change.snapshots), *states, *points,
        ]  # fmt: skip
        with self._asked():
            said = self._commit([_key(id, part) for part in PARTS], arguments)
        _check(said, id, change.answer)

    def delete(self, id: str, answer: Answer | None = None) -> bool:
        keys = [_everywhere(answer), *(_key(id, part) for part in (*PARTS, "lease", KNOWN))]
        with self._asked():
            said = self._delete(keys, [self.settings.idle_seconds, *_told(answer)])
        _check(said, id, answer)
        return bool(said[1])

    def expired(self, id: str) -> bool:
        with self._asked():
            return bool(self.db.exists(_key(id, KNOWN)))

    def snapshots(self, id: str) -> list[Kept]:
        with self._asked():
            found = self.db.hgetall(_key(id, "digests"))
        places = ((name.split(b":"), known) for name, known in found.items())
        return sorted(Kept(int(v), int(i), known[:DIGEST], int(known[DIGEST:])) for (v, i), known in places)

    def state(self, id: str, version: int, iteration: int) -> bytes | None:
        with self._asked():
            found: bytes | None = self.db.hget(_key(id, "states"), f"{version}:{iteration}")
        return found or None

    def points(self, id: str) -> list[Point]:
        with self._asked():
            found = self.db.hgetall(_key(id, "points"))
        places = ((name.split(b":"), body) for name, body in found.items())
        return sorted(Point(int(version), int(iteration), body) for (version, iteration), body in places)

    def running(self) -> list[str]:
        with self._asked():
            ids = [id.decode() for id in self.db.smembers(RUNS)]
            gone = [id for id in ids if not self.db.exists(_key(id))]
            if gone:
                self.db.srem(RUNS, *gone)
        return [id for id in ids if id not in gone]

    def answer(self, scope: str, key: str) -> Answer | None:
        with self._asked():
            found = self.db.get(_answer(key)) if scope == EVERYWHERE else self.db.hget(_key(scope, "answers"), key)
        if found is None:
            return None
        fingerprint, status, body = found.split(b"\n", 2)
        return Answer(key, fingerprint.decode(), int(status), body)

    def lease(self, id: str, owner: str, seconds: float) -> int | None:
        with self._asked():
            number = self._lease([_key(id), _key(id, "lease")], [owner, int(seconds * 1_000)])
        return None if number is None else int(number)

    def release(self, id: str, lease: int) -> None:
        with self._asked():
            self._release([_key(id), _key(id, "lease")], [lease])

    def keep_dataset(self, id: str, body: bytes, answer: Answer | None = None) -> None:
        limits = [self.settings.datasets, self.settings.datasets_bytes, self.settings.idle_seconds]
        with self._asked():
            said = self._dataset(
                ["backprop:datasets", "backprop:datasets:sizes", _everywhere(answer)],
                [_blob(""), id, body, time.time(), *limits, *_told(answer)],
            )
        _check(said, id, answer)

    def dataset(self, id: str) -> bytes | None:
        with self._asked():
            found: bytes | None = self.db.get(_blob(id))
            if found is not None:
                self.db.expire(_blob(id), self.settings.idle_seconds)
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
            rows = self.db.xrevrange(_key(id, "live"), count=1)
        return str(rows[0][0].decode()) if rows else "0-0"

    def events(self, after: dict[str, str], seconds: float) -> list[tuple[str, str, bytes]]:
        """What is told of sessions after a place of each, as (session, place, event); waits for it so long."""
        keys = {_key(id, "live").encode(): id for id in after}
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
            pipe.expire(_key(id, part), self.settings.idle_seconds)
        pipe.expire(_key(id, KNOWN), int(self.settings.idle_seconds + REMEMBERED))
        pipe.execute()

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as error:
            raise StoreError(f"Redis at {self.name} does not serve: {error}") from error


def _key(id: str, part: str = "") -> str:
    return f"backprop:session:{id}:{part}" if part else f"backprop:session:{id}"


def _known(snapshot: Snapshot) -> bytes:
    return snapshot.digest + b"%d" % len(snapshot.state) if snapshot.digest else b""


def _going(run: dict[str, Any] | None) -> str:
    """Whether a run is under way from now on; nothing where that does not change."""
    return "" if run is None else "yes" if run and "ended" not in run else "no"


def _blob(id: str) -> str:
    return f"backprop:dataset:{id}"


def _answer(key: str) -> str:
    return f"backprop:answer:{key}"


def _everywhere(answer: Answer | None) -> str:
    return _answer(answer.key if answer else "")


def _told(answer: Answer | None) -> list[bytes]:
    """An answer's key and all of it, or two empty ones."""
    if answer is None:
        return [b"", b""]
    return [answer.key.encode(), b"%s\n%d\n%s" % (answer.fingerprint.encode(), answer.status, answer.body)]


def _check(said: list[Any], id: str, answer: Answer | None) -> None:
    """Raises what a script said was in the way."""
    match said[0]:
        case b"gone":
            raise KeyError(id)
        case b"stale":
            raise StaleError(int(said[1]))
        case b"lease":
            raise LeaseError("the lease of this work has passed to another owner")
        case b"answered":
            assert answer is not None, "only a key that was sent can have been answered"
            raise AnsweredError(answer.key)
