"""Where sessions are kept. One interface; a session is made again from its record alone."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What must outlive a process: the spec, as it was asked for, and where the driver stands."""

    id: str
    request: dict[str, Any]
    iteration: int = 0
    cursor: int = 0
    frontier: int = 0
    revision: int = 1


class Store(Protocol):
    """Keeps records. Every method is atomic; what it returned from is kept."""

    def create(self, record: Record) -> None: ...
    def read(self, id: str) -> Record | None: ...
    def move(self, id: str, *, iteration: int, cursor: int, frontier: int) -> Record | None: ...
    def delete(self, id: str) -> bool: ...


def opened(url: str, most: int) -> Store:
    """The store a URL names. Raises ValueError for one this version does not have."""
    if url != "memory:":
        raise ValueError(f"cannot keep sessions in {url!r}: this version has memory: only")
    return MemoryStore(most)


class MemoryStore:
    """Records of this process, at most `most`; the one unread for longest goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._lock = Lock()

    def create(self, record: Record) -> None:
        with self._lock:
            self._records[record.id] = record
            while len(self._records) > self.most:
                self._records.popitem(last=False)

    def read(self, id: str) -> Record | None:
        with self._lock:
            if id in self._records:
                self._records.move_to_end(id)
            return self._records.get(id)

    def move(self, id: str, *, iteration: int, cursor: int, frontier: int) -> Record | None:
        with self._lock:
            if id not in self._records:
                return None
            old = self._records[id]
            moved = replace(old, iteration=iteration, cursor=cursor, frontier=max(frontier, old.frontier))
            self._records[id] = moved
            return moved

    def delete(self, id: str) -> bool:
        with self._lock:
            return self._records.pop(id, None) is not None
