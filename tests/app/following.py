"""Reads a stream of server-sent events as it comes, from a socket."""

import json
import time

SECONDS = 20  # the longest to wait for one event, whatever else comes


def asked(method, path, body=b"", **headers):
    """A request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\nContent-Type: application/json\r\n\r\n" + body


class Reader:
    """The events of one stream, one at a time."""

    def __init__(self, server, path, **headers):
        self.connection = server.connect()
        self.connection.sendall(asked("GET", path, **headers))
        self.stream = self.connection.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        self.headers = {}
        while line := self.stream.readline().decode().strip():
            name, _, value = line.partition(": ")
            self.headers[name] = value
        self.waiting = b""

    def next(self):
        """The next event as (id, name, body); lines that are for the connection alone are passed over."""
        deadline = time.monotonic() + SECONDS
        while True:
            assert time.monotonic() < deadline, f"no event within {SECONDS} s"
            while b"\n\n" not in self.waiting:
                size = int(self.stream.readline(), 16)
                assert size, "the stream ended"
                self.waiting += self.stream.read(size)
                self.stream.readline()
            one, _, self.waiting = self.waiting.partition(b"\n\n")
            fields = dict(line.split(": ", 1) for line in one.decode().split("\n") if ": " in line)
            if "event" in fields:
                return int(fields.get("id", 0)), fields["event"], json.loads(fields["data"])

    def ended(self):
        """Whether nothing more comes: the server has said so."""
        return not self.waiting and int(self.stream.readline(), 16) == 0

    def close(self):
        self.stream.close()
        self.connection.close()
