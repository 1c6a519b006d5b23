"""A Redis server of the tests' own: on a free port, append-only, bounded, stopped by its own process id."""

import socket
import subprocess
import time

import redis

START_SECONDS = 20
MEMORY = "256mb"


class RedisServer:
    """Can be killed and started again over the same files and port."""

    def __init__(self, folder, port=None):
        self.folder, self.port = folder, port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)),
                *("--appendonly", "yes", "--save", "", "--maxmemory", MEMORY, "--maxmemory-policy", "noeviction"),
                *("--enable-debug-command", "no", "--loglevel", "warning"),
            ],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.url, socket_connect_timeout=0.2) as client:
            while not answers(client):
                assert self.process.poll() is None, f"redis-server ended with {self.process.returncode}"
                assert time.monotonic() < deadline, f"no answer from redis-server within {START_SECONDS} s"
        return self

    def stop(self, kill=False):
        if self.process and self.process.poll() is None:
            self.process.kill() if kill else self.process.terminate()
            self.process.wait(timeout=START_SECONDS)


def answers(client):
    try:
        return client.ping()
    except redis.RedisError:
        return False


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
