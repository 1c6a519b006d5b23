"""Idempotency keys: the same request with the same key happens once, and is answered the same again.

What is kept is a hash of the key, a hash of the request, and the answer; for as long as the store keeps it, across
restarts. Only answers to requests that were carried out are kept: what was refused has changed nothing, and may be
tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated

import orjson
from fastapi import Header, Request
from fastapi.responses import Response

from app import tokens
from app.errors import KeyReusedError
from app.store import Answer

Text = Annotated[str | None, Header(alias="Idempotency-Key", min_length=16, max_length=128, pattern=r"^[!-~]*$")]
KEPT = ("etag", "location")  # headers that are answered again


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A key and the request it came with. `text` is the key itself, and is not kept anywhere."""

    text: str
    key: str
    fingerprint: str

    def answer(self, response: Response, **more: str) -> Answer:
        """What to keep; `more` is kept beside it and comes back in `kept`."""
        head = {name: response.headers[name] for name in KEPT if name in response.headers}
        body = orjson.dumps({"headers": head, **more}) + b"\n" + bytes(response.body)
        return Answer(self.key, self.fingerprint, response.status_code, body)

    def asked(self, answer: Answer) -> bool:
        """Whether an answer was given to this very request."""
        return answer.fingerprint == self.fingerprint

    def again(self, answer: Answer) -> Response:
        """The response that was kept. Raises `KeyReusedError` where the key came with another request."""
        if not self.asked(answer):
            raise KeyReusedError("this Idempotency-Key came with another request before; a new request needs a new key")
        head, _, body = answer.body.partition(b"\n")
        headers = orjson.loads(head)["headers"] | {"idempotency-replayed": "true"}
        return Response(body, answer.status, headers, media_type="application/json" if body else None)


def kept(answer: Answer, name: str) -> str:
    """A member of a JSON answer that was kept, as text."""
    return str(orjson.loads(answer.body.partition(b"\n")[0])[name])


async def once(request: Request, key: Text = None) -> Once | None:
    """The request's key, 16 to 128 characters without spaces: a UUID, say."""
    if key is None:
        return None
    asked = blake2b(await request.body(), digest_size=16)
    asked.update(f"{request.method} {request.url.path}?{request.url.query} {tokens.presented(request)}".encode())
    return Once(text=key, key=blake2b(key.encode(), digest_size=16).hexdigest(), fingerprint=asked.hexdigest())
