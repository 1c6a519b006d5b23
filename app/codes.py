"""Short codes that lead to a session for a few hours. They let read and follow, never drive."""

from __future__ import annotations

import secrets
import time

from app.errors import NotFoundError
from app.store import Store

SECONDS = 6 * 3_600
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another when it is read out
LENGTH = 6


def given(store: Store, id: str) -> str:
    """A code for a session."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    store.keep_code(code, id, time.time() + SECONDS)
    return code


def session(store: Store, code: str) -> str:
    """The id of the session a code leads to, however it is written. Raises `NotFoundError` where it leads to none."""
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    id = store.code(plain)
    if id is None:
        raise NotFoundError(f"no session has the code {code[:16]!r}; a code holds for {SECONDS // 3_600} hours")
    return id
