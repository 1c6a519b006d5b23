"""Following sessions: what happens is encoded once and handed to everyone who follows, each within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from threading import Lock
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app import metrics
from app.errors import TooManyError
from app.follower import CHUNKS, GONE, RUN, Follower, chunk, heard, pieces
from app.session import Standing
from app.settings import Settings
from app.store import Entry
from app.wire import encode

ENDED = b'"ended":'  # a run under way says nothing of an end
PING = b": still here\n\n"
UNCACHED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def sent(name: str, body: Any, revision: int) -> bytes:
    """One server-sent event. Its id is the revision: a follower that comes back says which one it saw last."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (revision, name.encode(), encode(body))


class Hub:
    """Who follows which session in this process. `tell` may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._followers: dict[str, set[Follower]] = {}
        self._told: dict[str, list[bytes]] = {}  # not yet handed out
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed = False
        self._pinging: asyncio.TimerHandle | None = None
        self.begin: Callable[[str], None] = lambda id: None  # whoever hears of sessions elsewhere is told of a new one

    def __len__(self) -> int:
        return sum(map(len, self._followers.values()))

    def join(self, id: str, pinged: bool = True) -> Follower:
        """Begin to follow, on the event loop; where nothing happens for long, to be `pinged`.

        Raises `TooManyError` naming the limit that is reached.
        """
        self._loop = asyncio.get_running_loop()
        here = self._followers.get(id, set())
        for count, most, where in (
            (len(here), self.settings.followers, "this session"),
            (len(self), self.settings.followers_in_all, "this service"),
        ):
            if count >= most:
                raise TooManyError(f"{count} follow {where} already; the most is {most}")
        follower = Follower(pinged)
        self._followers.setdefault(id, set()).add(follower)
        metrics.FOLLOWERS.set(len(self))
        if self._pinging is None:
            self._ping_later(self._loop)
        if self.closed:
            follower.end()
        return follower

    def leave(self, id: str, follower: Follower) -> None:
        here = self._followers.get(id, set())
        here.discard(follower)
        if not here:
            self._followers.pop(id, None)
        metrics.FOLLOWERS.set(len(self))

    @property
    def followed(self) -> set[str]:
        """The sessions that somebody follows here."""
        return set(self._followers)

    def tell(self, id: str, event: bytes) -> None:
        """Hand an event to everyone who follows this session here, soon. What nobody follows costs nothing."""
        if id not in self._followers or self._loop is None:
            return
        with self._lock:
            first = not self._told
            self._told.setdefault(id, []).append(event)
        if first:
            self._loop.call_soon_threadsafe(self._hand_out)

    def resync(self) -> None:
        """Events may have been missed: everyone begins anew. From any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._fall_behind)

    def close(self) -> None:
        """End all streams: the service stops. On the event loop."""
        self.closed = True
        for follower in self._all():
            follower.end()

    def _ping_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._pinging = loop.call_later(self.settings.ping_seconds, self._ping, loop)

    def _ping(self, loop: asyncio.AbstractEventLoop) -> None:
        """One clock for all: a time limit for each follower's each event would cost more than sending it."""
        self._pinging = None
        everyone, ping = self._all(), chunk(PING)
        for follower in everyone:
            if follower.pinged and not follower.waiting:
                follower.hand(PING, ping)
        if everyone and not self.closed:
            self._ping_later(loop)

    def _hand_out(self) -> None:
        with self._lock:
            told, self._told = self._told, {}
        for id, events in told.items():
            framed = [(event, chunk(event)) for event in events]
            for follower in self._followers.get(id, ()):
                for event, ready in framed:
                    follower.hand(event, ready)

    def _fall_behind(self) -> None:
        for follower in self._all():
            follower.fall_behind()

    def _all(self) -> list[Follower]:
        return [follower for here in self._followers.values() for follower in here]


class Stream(StreamingResponse):
    """Server-sent events for one follower: `first`, then whatever happens, until it leaves or the service ends.

    `summary` says how the session stands, for one that fell behind.
    """

    def __init__(
        self, hub: Hub, id: str, follower: Follower, first: bytes, summary: Callable[[], Awaitable[bytes]]
    ) -> None:
        super().__init__(self._events(first), media_type="text/event-stream", headers=UNCACHED)
        self.hub, self.id, self.follower, self.summary = hub, id, follower, summary

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.follower.direct = self._direct(scope)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.hub.leave(self.id, self.follower)

    def _direct(self, scope: Scope) -> Callable[[bytes], bool] | None:
        """What sends chunks past the task, where the server has such a thing."""
        found: Callable[[bytes], bool] | None = scope.get("extensions", {}).get(CHUNKS, {}).get("send")
        return found

    async def _events(self, first: bytes) -> AsyncIterator[bytes]:
        yield b"retry: 1000\n\n" + first
        while not self.follower.ended:
            events = await heard(self.follower)
            if events is None:
                events = [await self._summary(b"event: resync\ndata: {}\n\n")]
            for piece in pieces(events):
                yield piece
            if GONE in events:
                return
        yield b"event: end\ndata: {}\n\n"

    async def _summary(self, before: bytes = b"") -> bytes:
        """How it stands, or that it is gone."""
        try:
            return before + await self.summary()
        except LookupError:
            return GONE


class RunStream(Stream):
    """The progress of a training run, until it has ended. `first` and `summary` say how it stands."""

    def _direct(self, scope: Scope) -> None:
        """Of all events, it sends some."""

    async def _events(self, first: bytes) -> AsyncIterator[bytes]:
        yield b"retry: 1000\n\n" + first
        over = ENDED in first
        while not (over or self.follower.ended):
            events = await heard(self.follower)
            told = [await self._summary()] if events is None else [e for e in events if RUN in e or e == GONE]
            yield b"".join(told) or PING
            if GONE in told:
                return
            over = any(ENDED in event for event in told)
        yield b"event: end\ndata: {}\n\n"


def edited(entry: Entry) -> dict[str, Any]:
    """What followers are told of a revision: its number and what it did."""
    return {"revision": entry.revision, **{k: v for k, v in entry.body.items() if k != "place"}}


def happened(standing: Standing, entry: Entry | None, run: dict[str, Any] | None) -> bytes:
    """The event of one commit: a revision, the progress of a training run, or another position."""
    place = {"iteration": standing.iteration, "cursor": standing.cursor, "frontier": standing.frontier}
    if entry:
        return sent("revision", edited(entry) | place, entry.revision)
    if run:
        return sent("run", {k: v for k, v in run.items() if k != "lease"}, standing.revision)
    return sent("position", {"revision": standing.revision} | place, standing.revision)
