"""What stores hold, what they raise, and what they can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

ANSWERS = 200  # kept a session; the oldest make room
REMEMBERED = 30 * 86_400.0  # seconds for which it is known that a session has expired
EVERYWHERE = ""  # the scope of answers to requests that name no session


class StoreError(RuntimeError):
    """The store cannot be read or written; nothing was changed, or it cannot be known whether."""


class StaleError(ValueError):
    """Decided on a revision that is no longer the current one, which is `current`."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the session is at revision {current} by now")
        self.current = current


class LeaseError(RuntimeError):
    """The lease this work was done under has passed to another owner."""


class AnsweredError(RuntimeError):
    """An answer is kept under this idempotency key already: the same request came twice at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A session. `request`: what it was made from; `token`: a hash of its drive token; times in seconds since 1970.

    `run`: the newest training run, in its owner's words; `ended` among them once it has.
    """

    id: str
    request: dict[str, Any]
    token: bytes
    created: float
    revision: int = 1
    iteration: int = 0
    cursor: int = 0
    frontier: int = 0
    run: dict[str, Any] | None = None


class Entry(NamedTuple):
    """A line of the log: what made this revision."""

    revision: int
    body: dict[str, Any]


class Kept(NamedTuple):
    """What is known of a snapshot without reading it: the revision and iteration it is of, its hash, its bytes.

    `size` is 0 where it was thinned out: its hash stays, to hold a replay to.
    """

    version: int
    iteration: int
    digest: bytes
    size: int


class Snapshot(NamedTuple):
    """What an iteration began with. An empty `state` thins out the one kept; an empty `digest` forgets it."""

    version: int
    iteration: int
    digest: bytes
    state: bytes


class Point(NamedTuple):
    """What was measured in an iteration, under the edits of a revision. An empty `body` forgets it."""

    version: int
    iteration: int
    body: bytes


class Answer(NamedTuple):
    """What was answered to the request with this idempotency key; `fingerprint` tells requests apart."""

    key: str
    fingerprint: str
    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one commit does: where the driver stands now, and, with an `entry`, a new revision.

    `revision` is the one it was decided on; the entry's is one more. The driver stays where it stands where
    `iteration` is None; the frontier never falls but with an entry. `run` replaces the training run's words: an empty
    one forgets it, None leaves it. `event` is what followers in other processes are told. A `base` stands for all
    entries up to its revision, which go.
    """

    revision: int
    iteration: int | None
    cursor: int | None
    frontier: int
    entry: Entry | None = None
    base: Entry | None = None
    snapshots: Sequence[Snapshot] = ()
    points: Sequence[Point] = ()
    answer: Answer | None = None
    lease: int | None = None
    run: dict[str, Any] | None = None
    event: bytes = b""


def forgotten(idle_seconds: float) -> str:
    """Why an idle session is gone, for `Store.gone`."""
    return f"nobody came back to it for {idle_seconds / 86_400:g} days"


class Store(Protocol):
    """See the package's docstring for what holds of every method. Unknown sessions: None, empty, or KeyError."""

    shared: bool

    def create(self, record: Record, answer: Answer | None = None) -> None: ...
    def read(self, id: str) -> Record | None: ...
    def log(self, id: str, after: int = 1) -> list[Entry]: ...
    def commit(self, id: str, change: Change) -> None: ...
    def delete(self, id: str, answer: Answer | None = None, event: bytes = b"") -> bool: ...
    def gone(self, id: str) -> str: ...
    def snapshots(self, id: str) -> list[Kept]: ...
    def state(self, id: str, version: int, iteration: int) -> bytes | None: ...
    def points(self, id: str) -> list[Point]: ...
    def running(self) -> list[str]: ...
    def answer(self, scope: str, key: str) -> Answer | None: ...
    def lease(self, id: str, owner: str, seconds: float) -> int | None: ...
    def release(self, id: str, lease: int) -> None: ...
    def keep_dataset(self, id: str, body: bytes, answer: Answer | None = None) -> None: ...
    def dataset(self, id: str) -> bytes | None: ...
    def keep_code(self, code: str, id: str, until: float) -> None: ...
    def code(self, code: str) -> str | None: ...
    def ready(self) -> None: ...
    def close(self) -> None: ...
