"""HTTP as uvicorn speaks it, with deadlines for a request to arrive and an answer to be read, and a bound on heads."""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.follower import CHUNKS
from app.settings import Settings

TITLES = {400: "Malformed request", 408: "Too slow", 431: "Head too large", 503: "Too many connections"}


LARGE = 16_384  # bytes


class Together:
    """A connection's transport that sends two writes of one turn of the event loop as one.

    uvicorn writes the head of an answer, then its body: two calls to the system, and two packets, where one will do.
    What is large goes as it is: to join it would copy it.
    """

    __slots__ = ("_held", "_later", "_write", "abort", "is_closing", "transport")

    def __init__(self, transport: Any, later: Callable[[Callable[[], None]], object]) -> None:
        self.transport, self._write, self._later = transport, transport.write, later
        self.abort, self.is_closing = transport.abort, transport.is_closing
        self._held = b""  # until the next write, or this turn's end

    def write(self, sent: bytes) -> None:
        if len(sent) > LARGE:
            self._send()
            self._write(sent)
        elif self._held:
            held, self._held = self._held, b""
            self._write(held + sent)
        elif sent:
            self._held = sent
            self._later(self._send)

    def _send(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._write(held)

    def write_now(self, sent: bytes) -> None:
        self._send()
        self._write(sent)

    def close(self) -> None:
        self._send()
        self.transport.close()


class Protocol(HttpToolsProtocol):
    """One connection. uvicorn alone would wait for ever for half a request, and for a reader that never reads."""

    settings = Settings()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._arrival: TimerHandle | None = None  # runs from a request's first byte to its last
        self._reading: TimerHandle | None = None  # runs while the other side does not read
        self._heading = False  # between the first byte of a head and its last
        self._whole = False  # no request has come in part
        self._named = 0  # bytes of the address and the headers that have come whole
        self._unnamed = 0  # bytes of a head in pieces: a header that never ends is named in no callback
        self._refused = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.transport = Together(transport, self.loop.call_soon)  # type: ignore[assignment]
        if len(self.connections) > self.settings.connections:
            self._refuse(503, f"{self.settings.connections} connections are open, the most this service keeps")
        else:
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        self._read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        begun, self._whole = self._heading, False
        super().data_received(data)
        if not self._whole and self._arrival is None and not self._refused:
            self._await_request()
        if begun and self._heading:
            self._unnamed += len(data)
            self._bound(self._unnamed)

    def send_400_response(self, msg: str) -> None:
        """What the parser does not understand."""
        self._refuse(400, "this is not HTTP that can be read")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CHUNKS: {"send": self.send_chunk}}
        self._heading, self._whole, self._named, self._unnamed = True, False, 0, 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._name(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._name(len(name) + len(value))

    def on_headers_complete(self) -> None:
        self._heading = False
        if not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._whole = True
        self._arrived()
        if not self._refused:
            super().on_message_complete()

    def send_chunk(self, chunk: bytes) -> bool:
        """Send a chunk of the answer under way, framed already; False where the other side is slow to read, or gone.

        Whoever has one for hundreds of readers need not wake a task for each.
        """
        cycle = self.cycle
        if self.flow.write_paused or cycle.disconnected or cycle.response_complete or not cycle.chunked_encoding:
            return False
        self.transport.write_now(chunk)  # type: ignore[attr-defined]
        return True

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading = self._after(self.settings.send_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read()

    def _await_request(self) -> None:
        self._arrival = self._after(self.settings.receipt_seconds, self._too_slow)

    def _arrived(self) -> None:
        if self._arrival is not None:
            self._arrival.cancel()
        self._arrival = None

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = None

    def _too_slow(self) -> None:
        self._refuse(408, f"the request was not complete after {self.settings.receipt_seconds:g} seconds")

    def _name(self, more: int) -> None:
        self._named += more
        self._bound(self._named)

    def _bound(self, size: int) -> None:
        if size > self.settings.head_bytes:
            self._refuse(431, f"the head of the request is larger than {self.settings.head_bytes} bytes")

    def _after(self, seconds: float, then: Callable[[], None]) -> TimerHandle:
        return self.loop.call_later(seconds, then)

    def _refuse(self, status: int, detail: str) -> None:
        """Say why, once, and hang up. The application never hears of it."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        body = orjson.dumps(
            {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail, "errors": [],
             "request": None}
        )  # fmt: skip
        head = b"content-type: application/problem+json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()


def protocol(settings: Settings) -> type[Protocol]:
    """The protocol with these limits: uvicorn makes its own instances of the class it is given."""
    return type("LimitedProtocol", (Protocol,), {"settings": settings})
