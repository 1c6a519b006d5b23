"""A client that costs less than the servers it loads: raw sockets, each with one request under way at a time."""

import json
import re
import selectors
import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.benchmarks.training import processor

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PATIENCE = 30.0  # seconds without any answer


def request(method, path, body=None, **headers):
    """A request as bytes."""
    sent = b"" if body is None else json.dumps(body).encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
    ]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(sent)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + sent


class Connection:
    """One connection that is kept. `read` takes what has come; `body` holds the last answer's."""

    def __init__(self, port, keeps=False):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.keeps, self.body = keeps, b""
        self.head, self.missing = b"", None  # what has come of a head; bytes of the body that have not come

    def send(self, asked):
        self.began = time.perf_counter()
        self.socket.sendall(asked)

    def read(self):
        """Whether the answer is complete by now."""
        came = self.socket.recv(1 << 18)
        assert came, f"the server hung up: {self.head!r}"
        if self.missing is None:
            came = self._begin(came)
            if self.missing is None:
                return False
        self.missing -= len(came)
        if self.keeps:
            self.body += came
        if self.missing:
            return False
        self.head, self.missing = b"", None
        return True

    def _begin(self, came):
        self.head += came
        head, end, rest = self.head.partition(b"\r\n\r\n")
        if not end:
            return b""
        length = LENGTH.search(head)
        self.status, self.body = int(head[9:12]), b""
        self.missing = self.size = int(length[1]) if length else 0
        return rest

    def ask(self, asked, plain=False):
        """One request and its answer: JSON, or bytes as they are."""
        self.keeps = True
        self.send(asked)
        while not self.read():
            pass
        assert self.status < 300, (self.status, self.body[:500])
        return self.body if plain else json.loads(self.body)

    def close(self):
        self.socket.close()


@contextmanager
def connections(port, count, **options):
    with ExitStack() as stack:
        made = [Connection(port, **options) for _ in range(count)]
        for connection in made:
            stack.callback(connection.close)
        yield made


@dataclass
class Load:
    """What turns of load have shown so far. Times in seconds; `cpu`: of the server's processor."""

    seconds: float = 0.0
    cpu: float = 0.0
    own: float = 0.0
    rates: list = field(default_factory=list)
    times: list = field(default_factory=list)
    refused: int = 0
    size: int = 0

    @property
    def answers(self):
        return len(self.times)

    @property
    def rate(self):
        return median(self.rates)

    @property
    def each(self):
        return self.cpu / self.answers

    @property
    def p99(self):
        return percentile(self.times, 99)


def percentile(times, which):
    return quantiles(times, n=100, method="inclusive")[which - 1]


def pump(load, process, lanes, seconds):
    """One turn: on each lane (a connection and its endless requests) the next request follows the last answer."""
    begun, cpu, own, before = time.perf_counter(), processor(process), time.process_time(), load.answers
    end = begun + seconds
    with selectors.DefaultSelector() as selector:
        for connection, requests in lanes:
            selector.register(connection.socket, selectors.EVENT_READ, (connection, requests))
            connection.send(next(requests))
        while selector.get_map():
            ready = selector.select(PATIENCE)
            assert ready, f"no answer for {PATIENCE:g} seconds"
            for key, _ in ready:
                connection, requests = key.data
                if not connection.read():
                    continue
                now = time.perf_counter()
                load.times.append(now - connection.began)
                load.refused += connection.status >= 300
                load.size = max(load.size, connection.size)
                if now < end:
                    connection.send(next(requests))
                else:
                    selector.unregister(connection.socket)
    took = time.perf_counter() - begun
    load.seconds += took
    load.cpu += processor(process) - cpu
    load.own += time.process_time() - own
    load.rates.append((load.answers - before) / took)
