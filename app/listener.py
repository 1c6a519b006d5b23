"""What other processes do to the sessions that are followed here: read from the store's streams, by id.

Supervised: a connection that breaks, or a store that is restarted, costs time and no event.
"""

from __future__ import annotations

import logging
from threading import Event, Thread
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
        self._after: dict[str, str] = {}
        self._ended = Event()
        self._thread = Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join(timeout=5)

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
        followed = self.hub.followed
        self._after = {id: self._after.get(id) or self.streams.newest(id) for id in followed}
        if not followed:
            self._ended.wait(BLOCK)
            return
        for id, place, event in self.streams.events(self._after, BLOCK):
            self._after[id] = place
            self.hub.tell(id, event)
