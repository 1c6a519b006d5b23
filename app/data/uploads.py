"""Data sets that clients sent: kept in this process, by ids nobody can guess, while there is room."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from threading import Lock

from app.data.dataset import Dataset

ENTRY = 8  # bytes


class Uploads:
    """At most `most` data sets, and `most_bytes` bytes of them together; the one unused for longest goes first."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self.most, self.most_bytes = most, most_bytes
        self._kept: OrderedDict[str, Dataset] = OrderedDict()
        self._lock = Lock()

    def keep(self, dataset: Dataset) -> str:
        """The id it can be had by."""
        id = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[id] = dataset
            while len(self._kept) > 1 and (len(self._kept) > self.most or self._bytes() > self.most_bytes):
                self._kept.popitem(last=False)
        return id

    def find(self, id: str) -> Dataset | None:
        with self._lock:
            if id in self._kept:
                self._kept.move_to_end(id)
            return self._kept.get(id)

    def _bytes(self) -> int:
        return ENTRY * sum(dataset.x.size for dataset in self._kept.values())
