"""The real service in a process of its own, on 127.0.0.1, for as long as a test needs it."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from app.bootstrap import ROOT

SECONDS = 60  # the longest a server may live


@dataclass
class Server:
    process: subprocess.Popen
    port: int
    said: IO[str]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def talk(self, request):
        """Send bytes as they are and read until the server hangs up, or has said all it has to say for a second."""
        with self.connect() as connection:
            connection.sendall(request)
            return heard(connection)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return json.load(answer)

    def log(self):
        """What it wrote where errors and the log go, once it has ended."""
        self.said.seek(0)
        return self.said.read()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20)


def heard(connection):
    """The status and the body of the next answer."""
    stream = connection.makefile("rb")
    status = int(stream.readline().split()[1])
    headers = {}
    while line := stream.readline().strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return status, headers, stream.read(int(headers.get("content-length", 0)))


@contextmanager
def serving(*arguments, **settings):
    """A server with limits of its own; stopped by its process id whatever happens."""
    environment = os.environ | {f"BACKPROP_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "app", "--no-browser", "--port", "0", *arguments]
    with tempfile.TemporaryFile("w+") as said:  # a pipe that nobody reads would stop a server that has much to say
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=said, text=True)
        try:
            address = process.stdout.readline().strip()
            server = Server(process, int(address.rstrip("/").rpartition(":")[2] or 0), said)
            assert address, server.log()
            yield server
        finally:
            process.kill()
            process.communicate(timeout=20)
