"""Data sets that clients sent: kept in the store, by ids nobody can guess, while there is room."""

from __future__ import annotations

import io
import secrets
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from app.data.dataset import Dataset

if TYPE_CHECKING:
    from app.store import Answer, Store

READY = 8  # read from the store lately, and ready for use


class Uploads:
    """The store keeps so many data sets, and so many bytes of them, as the settings allow."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._ready: OrderedDict[str, Dataset] = OrderedDict()
        self._lock = Lock()

    def keep(self, dataset: Dataset, id: str = "", answer: Answer | None = None) -> str:
        """The id it can be had by: a new one, if none is given."""
        id = id or new_id()
        self.store.keep_dataset(id, packed(dataset), answer)
        return id

    def find(self, id: str) -> Dataset | None:
        body = self.store.dataset(id)
        if body is None:
            return None
        with self._lock:
            found = self._ready.pop(id, None) or unpacked(body)
            self._ready[id] = found
            if len(self._ready) > READY:
                self._ready.popitem(last=False)
        return found


def new_id() -> str:
    """22 characters, 128 bits: nobody guesses it."""
    return secrets.token_urlsafe(16)


def packed(dataset: Dataset) -> bytes:
    """What a CSV can hold: inputs with their names, and labels with their classes, or values."""
    file = io.BytesIO()
    answers = {"labels": dataset.labels} if dataset.values is None else {"values": dataset.values}
    classes, names = (np.array(text, dtype=np.str_) for text in (dataset.classes, dataset.names))
    np.savez(file, x=dataset.x, classes=classes, names=names, **answers)
    return file.getvalue()


def unpacked(body: bytes) -> Dataset:
    """The data set that `packed` wrote."""
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return Dataset(
            x=arrays["x"], labels=arrays.get("labels"), values=arrays.get("values"),
            classes=tuple(arrays["classes"].tolist()),
            names=tuple(arrays["names"].tolist()) if "names" in arrays else (),
        )  # fmt: skip
