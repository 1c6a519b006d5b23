"""How often one address may do something that costs memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic

MINUTE = 60.0
ADDRESSES = 10_000  # remembered at most; the one heard of for longest ago is forgotten first


class Rate:
    """At most `most` times within any minute, for each address."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self.most, self.clock = most, clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may again; 0 where it may now, and then this time counts."""
        now = self.clock()
        times = self._times.setdefault(address, deque())
        self._times.move_to_end(address)
        while len(self._times) > ADDRESSES:
            self._times.popitem(last=False)
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= self.most:
            return times[0] + MINUTE - now
        times.append(now)
        return 0.0
