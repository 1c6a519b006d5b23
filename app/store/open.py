"""From `--store URL` to a store."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import url2pathname

from app.settings import Settings
from app.store.memory import MemoryStore
from app.store.parts import Store
from app.store.sqlite import SqliteStore


def opened(settings: Settings) -> Store:
    """The store that `settings.store` names.

    Raises ValueError for a URL of another kind, `StoreError` where the store cannot be used, in one sentence.
    """
    url = settings.store
    kind = urlsplit(url).scheme
    if kind == "memory":
        return MemoryStore(settings)
    if kind == "sqlite":
        return SqliteStore(_path(url), settings)
    if kind in ("redis", "rediss", "unix"):
        from app.store.redis import RedisStore

        return RedisStore(url, settings)
    raise ValueError(f"cannot keep sessions in {url!r}: a store is memory:, sqlite:///path or redis://host")


def _path(url: str) -> str:
    """sqlite:///home/me/file is absolute, sqlite:file is relative to the working directory."""
    path = url2pathname(url.removeprefix("sqlite:").removeprefix("//"))
    if not path:
        raise ValueError(f"{url!r} names no file: sqlite:///path")
    return path
