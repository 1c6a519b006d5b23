"""What every request passes: a request id, the reasons to refuse, a bound on the body, headers, a line in the log."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from math import ceil
from time import perf_counter
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import admission, metrics
from app.admission import Asked, Refusal
from app.errors import problem
from app.rates import Rate
from app.settings import Settings

PATIENCE = 1.0  # seconds to wait for the next bytes of a request that is refused anyway
CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {embedders}"
)


def headers(settings: Settings) -> dict[str, str]:
    """What every answer carries. `embed` names the origins that may show the page in a frame."""
    return {
        "Content-Security-Policy": CSP.format(embedders=" ".join(settings.embed) or "'none'"),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if settings.origins or settings.embed else "same-origin",
    }


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers(settings).items()]
        self.rates = {
            "/api/v1/sessions": ("made", "sessions", Rate(settings.creations_a_minute)),
            "/api/v1/join": ("tried", "codes", Rate(settings.joins_a_minute)),
        }
        self.working = 0  # requests to the API that are being answered, streams apart

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = id
        begun, status = perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said = {name for name, _ in message["headers"]}
                ours = [pair for pair in self.headers if pair[0] not in said]
                message["headers"] = [*message["headers"], (b"x-request-id", id.encode()), *ours]
            await send(message)

        try:
            await self._admit(scope, receive, send_with_headers)
        finally:
            metrics.answered(scope, status, perf_counter() - begun)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope)
        refusal = admission.refusal(asked, self.settings) or self._too_often(asked, scope)
        if refusal:
            await self._pass_over(asked, receive)
        body = b""
        if not refusal and asked.changes:
            body, refusal = await self._body(asked, receive)
        if not refusal and asked.headers.get("content-type", "").startswith("application/json"):
            refusal = admission.too_deep(body, self.settings)
        if refusal:
            await _refuse(scope, send, refusal)
        elif asked.path.startswith("/api/") and not _followed(asked):
            await self._work(scope, _replay(body, receive), send)
        else:
            await self.app(scope, _replay(body, receive), send)

    async def _pass_over(self, asked: Asked, receive: Receive) -> None:
        """Read what a refused request still brings, if that is not long, where the connection is closed after it.

        To close with something unread would reset the connection, and whoever asked might not hear the answer.
        """
        declared = asked.headers.get("content-length", "")
        left = int(declared) if declared.isdecimal() and len(declared) < 16 else 0
        if asked.headers.get("connection", "").lower() != "close" or left > self.settings.upload_bytes:
            return
        with suppress(TimeoutError):
            while left > 0:
                async with asyncio.timeout(PATIENCE):
                    message = await receive()
                left = left - len(message.get("body", b"")) if message.get("more_body") else 0

    def _too_often(self, asked: Asked, scope: Scope) -> Refusal | None:
        """This machine's own programs may create as much as memory allows; others so much a minute."""
        address = (scope.get("client") or ("127.0.0.1",))[0]
        if asked.method != "POST" or asked.path not in self.rates or address in admission.LOCAL:
            return None
        did, what, rate = self.rates[asked.path]
        wait = ceil(rate.wait(address))
        if not wait:
            return None
        detail = f"{address} has {did} {rate.most} {what} in a minute, the most one may"
        return Refusal(status=429, title="Too many", detail=detail, headers={"Retry-After": str(wait)})

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless more wait for a thread already than is any use."""
        if self.working >= self.settings.waiting:
            detail = f"{self.working} requests are being answered, the most this service takes at a time; try again"
            await _refuse(scope, send, Refusal(status=503, title="Busy", detail=detail, headers={"Retry-After": "1"}))
            return
        self.working += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.working -= 1

    async def _body(self, asked: Asked, receive: Receive) -> tuple[bytes, Refusal | None]:
        """The whole body, or why not: it is larger than allowed, declared or not."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"", Refusal(status=400, title="Malformed request", detail="the request broke off")
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > admission.most(asked, self.settings):
                return b"", admission.too_large(asked, self.settings)
        return bytes(body), None


def _asked(scope: Scope) -> Asked:
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    hosts = sum(name == "host" for name, _ in pairs)
    return Asked(method=scope["method"], path=scope["path"], headers=dict(pairs), hosts=hosts)


def _followed(asked: Asked) -> bool:
    """Whether the answer goes on for as long as somebody listens; how many may is counted elsewhere."""
    streamed = "/runs/" in asked.path and "text/event-stream" in asked.headers.get("accept", "")
    return asked.path.endswith("/live") or (streamed and not asked.changes)


async def _refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    answer = problem(Request(scope), refusal.status, refusal.title, refusal.detail)
    answer.headers.update(refusal.headers)
    await answer(scope, _nothing, send)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out the body that was read, then whatever comes."""
    sent = False

    async def replay() -> Any:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
