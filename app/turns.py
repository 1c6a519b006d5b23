"""When training in the background may compute: between requests, and while others are asked for, by its share.

A request being answered goes first. That alone would not do: whoever steps in one session asks again and again, and
each time training would be in the middle of something. So for a moment after a request of another session, all runs
together take `run_share` of the time at most, one at a time and in shorter slices: a step then takes at most
1 / (1 - run_share) times as long as alone, and most often far less, as no slice begins while one is being answered.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from threading import Lock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SLICE, SHORT = 0.002, 0.001  # seconds of training between two looks at what else there is to do; with others about
GIVEN = 0.05  # seconds a slice waits at most for requests to be answered first
ABOUT = 0.05  # seconds after a request for which its session counts as in use
LOOK = 0.0005  # seconds between two looks
SWITCH = 0.0005  # seconds a thread waits for the interpreter before it asks for it; Python's own are ten times as many


class Turns:
    """Requests are announced by `Attention`; runs ask for a `turn`."""

    def __init__(
        self, share: float, clock: Callable[[], float] = time.perf_counter, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.share, self.clock, self.sleep = share, clock, sleep
        self.answering = 0  # requests
        self._newest = self._before = ("", -inf)  # the session asked for last, and the one before it; when
        self._one = Lock()  # held by the one run that computes while others are about
        self._due = -inf  # when the next slice may begin then
        self._switch = sys.getswitchinterval()

    def open(self) -> None:
        """From now on no thread keeps the interpreter for long when another one wants it."""
        sys.setswitchinterval(SWITCH)

    def close(self) -> None:
        sys.setswitchinterval(self._switch)

    def asked(self, session: str) -> None:
        """A request that concerns this session is being answered, from now on or still."""
        if self._newest[0] != session:
            self._before = self._newest
        self._newest = session, self.clock()

    def others(self, session: str) -> bool:
        """Whether another session is in use."""
        name, when = self._newest
        if name == session:
            _, when = self._before
        return self.clock() - when < ABOUT

    @contextmanager
    def turn(self, session: str) -> Iterator[float]:
        """Seconds to train this session in, once they have come."""
        if not self.others(session):
            self._give_way()
            yield SLICE
            return
        with self._one:
            while self.others(session) and self.clock() < self._due:
                self.sleep(LOOK)
            self._give_way()
            began = self.clock()
            try:
                yield SHORT
            finally:
                now = self.clock()
                self._due = now + (now - began) * (1 / self.share - 1)

    def _give_way(self) -> None:
        end = self.clock() + GIVEN
        while self.answering and self.clock() < end:
            self.sleep(LOOK)


class Attention:
    """ASGI middleware that announces requests to the API, but no follower's wait for news.

    A stream has been answered once it has begun.
    """

    def __init__(self, app: ASGIApp, turns: Turns) -> None:
        self.app, self.turns = app, turns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if not path.startswith("/api/") or path.endswith("/live"):
            await self.app(scope, receive, send)
            return
        turns, session, counted = self.turns, _session(path), True

        def done() -> None:
            nonlocal counted
            if counted:
                counted = False
                turns.answering -= 1
                turns.asked(session)

        async def heard(message: Message) -> None:
            await send(message)
            if any(value.startswith(b"text/event-stream") for _, value in message.get("headers", ())):
                done()

        turns.answering += 1
        turns.asked(session)
        try:
            await self.app(scope, receive, heard)
        finally:
            done()


def _session(path: str) -> str:
    """The session a path names, or the path."""
    parts = path.split("/")
    return parts[4] if parts[3:4] == ["sessions"] and len(parts) > 4 else path
