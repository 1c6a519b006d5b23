"""Followers of several servers over one Redis: whoever goes away, they see every revision."""

import json
import socket
import time
from contextlib import contextmanager

import pytest

from tests.app.following import Reader, asked
from tests.app.nursery import nursery
from tests.app.redis_server import RedisServer
from tests.app.servers import heard

EXAMPLE = json.dumps({"example": "neuron"}).encode()


@pytest.fixture
def redis_server(tmp_path):
    server = RedisServer(tmp_path).start()
    yield server
    server.stop()


class Client:
    """Speaks to whichever server listens on a port now."""

    def __init__(self, servers):
        self.port = servers.port

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def post(self, path, body, **headers):
        with self.connect() as connection:
            connection.sendall(asked("POST", path, json.dumps(body).encode(), **headers))
            return heard(connection)

    def follow(self, path, **headers):
        return Reader(self, f"{path}/live", **headers)


@contextmanager
def followed(client, path, **headers):
    reader = client.follow(path, **headers)
    try:
        yield reader
    finally:
        reader.close()


def revisions(reader, last):
    """The revisions a follower hears of, until it has heard of the last one."""
    found = []
    while not found or found[-1] < last:
        id, name, _ = reader.next()
        if name == "revision":
            found.append(id)
    return found


def test_followers_see_every_revision_though_servers_die_and_redis_is_restarted(redis_server):
    with nursery(redis_server.url) as first, nursery(redis_server.url) as second:
        a, b = Client(first), Client(second)
        made = json.loads(a.post("/api/v1/sessions", {"example": "neuron"})[2])
        path, token = f"/api/v1/sessions/{made['id']}", f"Bearer {made['drive']}"
        now = iter(range(1, 100))

        def edit(client):
            """Edit, and again where the store is away, as a client with patience would."""
            revision = next(now)
            for _ in range(100):
                status, _, body = client.post(
                    f"{path}/edits", {"edits": [{"set": "w", "to": revision / 8}]},
                    If_Match=f'"{revision}"', Authorization=token, Idempotency_Key=f"revision-number-{revision}",
                )  # fmt: skip
                if status != 503:
                    break
                time.sleep(0.1)
            assert status == 200, body

        with followed(a, path) as here, followed(b, path) as there:
            assert (here.next()[1], there.next()[1]) == ("session", "session")
            for client in (a, b, a, b):
                edit(client)
            assert revisions(here, 5) == revisions(there, 5) == [2, 3, 4, 5]
            first.kill()
            edit(b)
            assert revisions(there, 6) == [6]
            first.start()
            with followed(a, path, Last_Event_ID="5") as again:
                assert revisions(again, 6) == [6]
                redis_server.stop(kill=True)
                redis_server.start()
                edit(a)
                edit(b)
                assert revisions(again, 8) == revisions(there, 8) == [7, 8]


def test_positions_are_heard_from_the_other_server(redis_server):
    with nursery(redis_server.url) as first, nursery(redis_server.url) as second:
        a, b = Client(first), Client(second)
        made = json.loads(a.post("/api/v1/sessions", {"example": "neuron"})[2])
        path, token = f"/api/v1/sessions/{made['id']}", f"Bearer {made['drive']}"
        with followed(b, path) as there:
            assert there.next()[1] == "session"
            a.post(f"{path}/seek", {"iteration": 2, "cursor": 7}, Authorization=token)
            assert there.next()[1:] == (
                "position", {"revision": 1, "iteration": 2, "cursor": 7, "frontier": 2},
            )  # fmt: skip


def test_that_a_session_is_deleted_is_heard_from_either_server(redis_server):
    with nursery(redis_server.url) as first, nursery(redis_server.url) as second:
        a, b = Client(first), Client(second)
        made = json.loads(a.post("/api/v1/sessions", {"example": "neuron"})[2])
        path, token = f"/api/v1/sessions/{made['id']}", f"Bearer {made['drive']}"
        with followed(a, path) as here, followed(b, path) as there:
            assert (here.next()[1], there.next()[1]) == ("session", "session")
            a.post(f"{path}/seek", {"iteration": 0, "cursor": 3}, Authorization=token)
            assert (here.next()[1], there.next()[1]) == ("position", "position")
            with b.connect() as connection:
                connection.sendall(asked("DELETE", path, Authorization=token))
                assert heard(connection)[0] == 204
            for reader in (here, there):
                assert reader.next() == (0, "gone", {})
                assert reader.ended()
