"""What other processes do to the sessions that are followed here: read from the store's streams, by id.

Supervised: a connection that breaks, or a store that is restarted, costs time and no event.
"""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread
from typing import Protocol

from app.live import Hub
from app.store import StoreError

LOG = logging.getLogger("backprop")
BLOCK = 0.2  # seconds one read waits; a session that is followed from now on is read from the next one
REST = 0.5  # seconds between attempts while the store does not answer


class Streams(Protocol):
    """What a shared store tells of sessions. Places are the store's own words; each event follows its place."""

    def newest(self, id: str) -> str: ...
    def events(self, after: dict[str, str], seconds: float) -> list[tuple[str, str, bytes]]: ...


class Listener:
    """A thread that hands other processes' events to this one's hub."""

    def __init__(self, streams: Streams, hub: Hub) -> None:
        self.streams, self.hub = streams, hub
        self._after: dict[str, str] = {}  # the place of the event heard last, for each session followed here
        self._lock = Lock()
        hub.begin = self.begin
        self._ended = Event()
        self._thread = Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join(timeout=5)

    def begin(self, id: str) -> None:
        """Hear of a session from now on: whatever happens after this is told, however late it is read."""
        newest = self.streams.newest(id)
        with self._lock:
            self._after.setdefault(id, newest)

    def _run(self) -> None:
        failing = False
        while not self._ended.is_set():
            try:
                self._turn()
            except StoreError as error:
                if not failing:
                    LOG.warning("followers hear nothing of other processes for now: %s", error)
                failing = True
                self._ended.wait(REST)
            else:
                failing = False

    def _turn(self) -> None:
        """Read once what is new for the sessions that are followed."""
        with self._lock:
            followed = self.hub.followed
            self._after = {id: place for id, place in self._after.items() if id in followed}
            after = dict(self._after)
        if not after:
            self._ended.wait(BLOCK)
            return
        for id, place, event in self.streams.events(after, BLOCK):
            self._after[id] = place
            self.hub.tell(id, event)
