"""A session that many follow: how long each of its moves takes to reach them, and what that costs the server."""

import re
import selectors
import time

from tests.benchmarks.load import connections, request
from tests.benchmarks.training import processor

MOVED = re.compile(rb'event: position\ndata: [^\n]*"cursor":(\d+)')
GRACE = 5.0  # seconds for the last moves to arrive


class Crowd:
    """Followers of one session. `heard` holds the seconds from each move's sending to each follower's hearing of it."""

    def __init__(self, port, path, followers):
        self.selector, self.heard, self.sent = selectors.DefaultSelector(), [], {}
        self.followers = followers
        for follower in followers:
            follower.send(request("GET", f"{path}/live"))
            self.selector.register(follower.socket, selectors.EVENT_READ, follower)

    def hear_until(self, end, enough=None):
        """Read what comes until a time, or until so many moves have been heard of."""
        while (left := end - time.perf_counter()) > 0 and (enough is None or len(self.heard) < enough):
            for key, _ in self.selector.select(left):
                told = key.fileobj.recv(1 << 16)
                assert told, "a stream ended"
                now = time.perf_counter()
                self.heard += [now - self.sent[int(k)] for k in MOVED.findall(told)]

    def close(self):
        self.selector.close()


def moves(port, path, token, crowd, beats, pause):
    """Move as often as that, and hear of it; the server's answers are read as they come."""
    with connections(port, 1, keeps=True) as (driver,):
        for k in range(beats):
            due = time.perf_counter() + pause
            crowd.sent[k + 1] = time.perf_counter()
            asked = request("POST", f"{path}/seek", {"iteration": 0, "cursor": k + 1}, Authorization=token)
            driver.ask(asked)
            crowd.hear_until(due)
    crowd.hear_until(time.perf_counter() + GRACE, enough=beats * len(crowd.followers))


def fan_out(server, path, token, count, beats, pause=0.2):
    """(CPU seconds a move with nobody following, with `count` following, seconds until each heard, moves missed)."""
    costs = []
    for followers in (0, count):
        with connections(server.port, followers) as waiting:
            crowd = Crowd(server.port, path, waiting)
            crowd.hear_until(time.perf_counter() + 1.0)  # how it stands
            before = processor(server.process.pid)
            moves(server.port, path, token, crowd, beats, pause)
            costs.append((processor(server.process.pid) - before) / beats)
            crowd.close()
    return *costs, crowd.heard, beats * count - len(crowd.heard)
