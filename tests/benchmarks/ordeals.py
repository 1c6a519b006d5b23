"""What a service must outlive: being killed under load, more work than it can do, and visitors who never come back."""

import hashlib
import random
import threading
import time
from contextlib import suppress

from tests.app.servers import serving
from tests.benchmarks.load import Connection, connections, request

API = "/api/v1/sessions"


def ask(port, asked):
    connection = Connection(port)
    try:
        return connection.ask(asked)
    finally:
        connection.close()


def made(port, **spec):
    """A new session: its path, and the header that drives it."""
    told = ask(port, request("POST", API, spec))
    return f"{API}/{told['id']}", f"Bearer {told['drive']}"


def watched(server, seconds, works, probe):
    """Seconds that each of many probes takes while each of the works is asked again and again."""
    stop, times = threading.Event(), []
    threads = [threading.Thread(target=_keep_asking, args=(server.port, work, stop)) for work in works]
    for thread in threads:
        thread.start()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        ask(server.port, probe)
        times.append(time.perf_counter() - began)
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    return times


def _keep_asking(port, asked, stop):
    """Whatever is answered: what is refused was thrown at it too."""
    while not stop.is_set():
        with connections(port, 1) as (connection,), suppress(OSError, AssertionError):
            while not stop.is_set():
                connection.send(asked)
                while not connection.read():
                    pass


class Walk:
    """A session that is stepped until its server dies: the steps acknowledged, and its numbers as they were."""

    def __init__(self, port):
        self.path, self.token = made(port, example="frameworks")
        self.acknowledged, self.seen = 0, (0, self._numbers(port, 0))

    def go(self, port):
        step = request("POST", f"{self.path}/step", {"grain": "iteration", "count": 1}, Authorization=self.token)
        with suppress(OSError, AssertionError), connections(port, 1, keeps=True) as (connection,):
            while True:
                self.acknowledged = steps(connection.ask(step)["to"])

    def faults(self, port):
        """What was lost, or is different. One step more than acknowledged may be kept: its answer was on the way."""
        stands = ask(port, request("GET", self.path))
        if steps(stands) - self.acknowledged not in (0, 1):
            yield f"{self.acknowledged} steps were acknowledged, {steps(stands)} are kept"
        iteration, numbers = self.seen
        if self._numbers(port, iteration) != numbers:
            yield f"the numbers of iteration {iteration} are others"
        self.acknowledged = steps(stands)
        self.seen = stands["iteration"], self._numbers(port, stands["iteration"])

    def _numbers(self, port, iteration):
        with connections(port, 1, keeps=True) as (connection,):
            told = connection.ask(request("GET", f"{self.path}/recording?iteration={iteration}"), plain=True)
            return hashlib.sha256(told).hexdigest()


def steps(place):
    return place["iteration"] + (place["cursor"] > 0)


def kills(url, rounds, sessions=4):
    """(steps acknowledged, faults, seconds each server took to be ready): as many servers, each killed as it works."""
    rng, walks, faults, ready = random.Random(2026), [], [], []
    for left in reversed(range(rounds + 1)):
        began = time.perf_counter()
        with serving("--store", url) as server:
            ask(server.port, request("GET", "/readyz"))
            ready.append(time.perf_counter() - began)
            faults += [fault for walk in walks for fault in walk.faults(server.port)]
            walks = walks or [Walk(server.port) for _ in range(sessions)]
            threads = [threading.Thread(target=walk.go, args=(server.port,)) for walk in walks]
            for thread in threads if left else ():
                thread.start()
            time.sleep(rng.uniform(0.1, 0.6) if left else 0)
            server.kill()
            for thread in threads if left else ():
                thread.join()
    return sum(walk.acknowledged for walk in walks), faults, ready


def visits(server, minutes, body):
    """Sessions made and left, and memory in MiB, a few times a minute: from when as many are held as may be."""
    held = server.get("/api/v1/catalogue")["limits"]["sessions"]
    asked, sizes, count = request("POST", API, body), [], 0
    with connections(server.port, 1, keeps=True) as (connection,):
        for _ in range(held + held // 10):
            connection.ask(asked)
        end = time.perf_counter() + 60 * minutes
        while time.perf_counter() < end:
            for _ in range(200):
                connection.ask(asked)
            count += 200
            sizes.append(resident(server.process.pid))
    return count, sizes


def resident(process):
    """MiB of memory a process holds."""
    with open(f"/proc/{process}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024
