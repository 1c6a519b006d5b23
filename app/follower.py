"""One reader of a session's events: what waits for it, and how it is sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

KEPT = 16  # events waiting for one follower; one that is further behind is told to begin anew
PIECE = 65_536  # bytes sent at a time, unless one event is longer
RUN = b"\nevent: run\n"
GONE = b"event: gone\ndata: {}\n\n"  # somebody deleted the session: the last its followers hear
CHUNKS = "backprop.chunks"  # where the server says how to send chunks: an extension of ASGI's scope


def chunk(event: bytes) -> bytes:
    """An event as HTTP sends it in an answer of unknown length."""
    return b"%x\r\n%b\r\n" % (len(event), event)


class Follower:
    """What waits for one reader. Belongs to the event loop: only `Hub` touches it from there.

    `direct` sends a chunk at once, or says that it cannot. While the reader has all there was, and its task waits
    (`idle`), nothing can come out of order: then an event goes to 500 readers in half the time their tasks would take.
    """

    __slots__ = ("behind", "direct", "ended", "idle", "pinged", "ready", "waiting")

    def __init__(self, pinged: bool = True) -> None:
        self.pinged = pinged
        self.waiting: deque[bytes] = deque()
        self.ready = asyncio.Event()
        self.behind = self.ended = self.idle = False
        self.direct: Callable[[bytes], bool] | None = None

    def hand(self, event: bytes, chunk: bytes) -> None:
        if self.idle and self.direct is not None and event != GONE and self.direct(chunk):
            return
        if RUN in event and self.waiting and RUN in self.waiting[-1]:
            self.waiting.pop()  # of a run's progress, the newest counts
        if len(self.waiting) == KEPT:
            self.fall_behind()
        if not self.behind:
            self.waiting.append(event)
        self.wake()

    def end(self) -> None:
        self.ended = True
        self.wake()

    def fall_behind(self) -> None:
        self.waiting.clear()
        self.behind = True
        self.wake()

    def wake(self) -> None:
        self.idle = False
        self.ready.set()


async def heard(follower: Follower) -> list[bytes] | None:
    """What waits by now, or comes; None where the follower fell behind, and then begins anew."""
    if not follower.waiting and not follower.behind and not follower.ended:
        follower.idle = True
        await follower.ready.wait()
    follower.idle = False
    follower.ready.clear()
    if follower.behind:
        follower.behind = False
        return None
    events = list(follower.waiting)
    follower.waiting.clear()
    return events


def pieces(events: list[bytes]) -> list[bytes]:
    """Events to be sent together, small ones as one: a piece that is sent is held until it is read."""
    found = [b""]
    for event in events:
        if found[-1] and len(found[-1]) + len(event) > PIECE:
            found.append(b"")
        found[-1] += event
    return [piece for piece in found if piece]
