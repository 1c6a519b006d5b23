"""Drive tokens: whoever has a session's may move and edit it. 128 bits, told once, kept as a hash.

A token comes as `Authorization: Bearer …`, or in a cookie that scripts cannot read, that is sent to its own session's
addresses only, and not on requests that come from other sites. It is in no address, log, event or export.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from hashlib import blake2b

from fastapi import Request
from fastapi.responses import Response

COOKIE = "drive"
BYTES = 16


def made() -> str:
    """A new token: 22 characters, 128 bits."""
    return secrets.token_urlsafe(BYTES)


def derived(salt: bytes, key: str) -> str:
    """The same token again for whoever sends the same idempotency key; the salt alone is worth nothing."""
    return urlsafe_b64encode(blake2b(key.encode(), key=salt, digest_size=BYTES).digest()).rstrip(b"=").decode()


def hashed(token: str) -> bytes:
    """16 bytes: what is kept of a token, from which it cannot be found."""
    return blake2b(token.encode(), digest_size=BYTES).digest()


def fits(token: str | None, known: bytes) -> bool:
    """Compared in constant time."""
    return token is not None and hmac.compare_digest(hashed(token), known)


def presented(request: Request) -> str | None:
    """The token a request carries, if it carries one."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE)


def give(response: Response, request: Request, id: str, token: str, seconds: int) -> None:
    """Put the token into a cookie of this session's addresses."""
    response.set_cookie(
        COOKIE, token, max_age=seconds, path=f"/api/v1/sessions/{id}", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip
