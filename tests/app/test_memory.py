"""A server's memory is where it was, whatever comes in floods: creations, events, followers that never read, runs."""

import gc
import json
import os
import re
import socket
import time
import weakref
from contextlib import closing
from pathlib import Path

import pytest

from app.journey import EVENT_BYTES
from app.main import create_app
from app.requests import SessionRequest
from app.session import HEAVIER, Session
from app.settings import Settings
from app.store import Record
from tests.app.conftest import client_of
from tests.app.following import asked
from tests.app.servers import heard, serving
from tests.app.test_runs import NETWORK, Client

MIB = 1_048_576
FLAT = 48 * MIB  # as much may a server grow by while memory that was given back is not yet used again
NEURON = {"example": "neuron"}
WIDE = {
    "model": {"kind": "network", "layers": [{"type": "dense", "units": 1}], "loss": {"name": "mse"}},
    "data": {"arrays": {"x": [[0.5] * 250] * 100, "y": [[0]] * 100}},
}


def rss(server):
    """Bytes of memory a server's process has."""
    fields = Path(f"/proc/{server.process.pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


class Kept:
    """A connection that many requests go over, one after the other."""

    def __init__(self, server):
        self.connection = server.connect()

    def __call__(self, method, path, body=None, **headers):
        self.connection.sendall(
            asked(method, f"/api/v1{path}", b"" if body is None else json.dumps(body).encode(), **headers)
        )
        status, _, found = heard(self.connection)
        return status, json.loads(found) if found else None

    def close(self):
        self.connection.close()


def created(ask, body):
    status, made = ask("POST", "/sessions", body)
    assert status == 201, made
    return made


@pytest.mark.parametrize("store", ["memory:", "sqlite"])
def test_memory_is_flat_under_a_flood_of_creations(store, tmp_path):
    """Of small sessions and of those that bring data; some are deleted, most are left."""
    url = f"sqlite://{tmp_path}/sessions.db" if store == "sqlite" else store

    def flood(ask, rounds):
        for number in range(rounds):
            for body in (NEURON, NEURON, NEURON, {"spec": WIDE}):
                id = created(ask, body)["id"]
            if number % 4 == 0:
                assert ask("DELETE", f"/sessions/{id}")[0] == 204

    with serving("--store", url, "--open", sessions=40, live_bytes=16 * MIB) as server, closing(Kept(server)) as ask:
        flood(ask, 15)
        before = rss(server)
        flood(ask, 30)
        assert rss(server) - before < FLAT
        assert 1 < live(server, "sessions") <= 40
        assert live(server, "bytes") <= 16 * MIB


def live(server, what):
    """What the server itself counts."""
    text = server.talk(asked("GET", "/metrics"))[2].decode()
    return float(re.search(rf"^backprop_live_{what} (\S+)$", text, re.MULTILINE)[1])


def test_memory_is_flat_though_followers_never_read(tmp_path):
    """Events that come to more than a megabyte for each of them, of which none reads a byte."""
    store = ("--store", f"sqlite://{tmp_path}/sessions.db", "--open")
    with serving(*store, send_seconds=600) as server, closing(Kept(server)) as ask:
        spec = {"model": {"kind": "expression", "source": "sum(w*w)", "values": {"w": [0.5] * 4_000}}}
        path = f"/sessions/{created(ask, {'spec': spec})['id']}"
        revisions = iter(range(1, 1_000))

        def flood(count):
            """Edits of 30 kB, each of them undone, so that it takes no longer each time."""
            for number in range(count):
                edits = [{"set": "w", "to": [number + n / 8_192 for n in range(4_000)]}]
                for call, body in (("edits", {"edits": edits}), ("undo", {})):
                    status, told = ask("POST", f"{path}/{call}", body, If_Match=f'"{next(revisions)}"')
                    assert status == 200, told

        flood(10)
        before = rss(server)
        deaf = [unread(server, f"/api/v1{path}/live") for _ in range(60)]
        try:
            flood(40)
            for cursor in range(200):
                assert ask("POST", f"{path}/seek", {"iteration": 0, "cursor": cursor % 2})[0] == 200
            assert rss(server) - before < FLAT
            assert live_followers(server) == 60
        finally:
            for connection in deaf:
                connection.close()


def unread(server, path):
    """Follow, and never read. Little room is asked of the system, so that the server is left with the rest."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(asked("GET", path))
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def live_followers(server):
    text = server.talk(asked("GET", "/metrics"))[2].decode()
    return float(re.search(r"^backprop_followers (\S+)$", text, re.MULTILINE)[1])


def session(spec):
    record = Record(id="a", request={"spec": spec}, token=b"", created=0.0)
    return Session(record, SessionRequest.model_validate(record.request), Settings(), None)


def test_a_session_is_counted_with_its_graph_and_its_spec():
    steps = {"arrays": {"x": [[[0]] * 300], "y": [[0]]}}
    long = session(WIDE | {"model": WIDE["model"] | {"layers": [{"type": "rnn", "units": 1}]}, "data": steps})
    assert long.bytes > EVENT_BYTES * long.length > 5_000_000
    assert session(WIDE).bytes > HEAVIER * len(json.dumps(WIDE, separators=(",", ":")))


def test_a_session_nobody_holds_is_gone_at_once():
    gc.collect()
    gc.disable()
    try:
        held = session(WIDE)
        held.view()
        parts = [weakref.ref(part) for part in (held, held.spec, held.run, held.explainer)]
        del held
        assert [part() for part in parts] == [None] * 4
    finally:
        gc.enable()


@pytest.mark.anyio
async def test_a_session_is_counted_with_its_edits_and_refuses_more_than_fit():
    app = create_app(Settings(open=True, session_bytes=MIB))
    spec = {"model": {"kind": "expression", "source": "sum(w*w)", "values": {"w": [0.5] * 2_000}}}
    async with client_of(app) as client:
        made = (await client.post("/sessions", json={"spec": spec})).json()
        path, held = f"/sessions/{made['id']}", app.state.sessions.get(made["id"])
        for revision in range(1, 100):
            before = held.bytes
            body = {"edits": [{"set": "w", "to": [float(revision)] * 2_000}]}
            answer = await client.post(f"{path}/edits", json=body, headers={"if-match": f'"{revision}"'})
            if answer.status_code != 200:
                break
            assert held.bytes > before + HEAVIER * 2_000
        assert (answer.status_code, revision > 5) == (413, True)
        assert "bytes of edits in all; a session has at most 1048576" in answer.json()["detail"]
        assert (await client.get(path)).json()["revision"] == revision


def test_what_a_run_holds_is_counted_while_it_is_at_work():
    with serving("--store", "memory:") as server:
        client = Client(server, NETWORK)
        before = live(server, "bytes")
        run = client.train(1_000_000)
        client.until(lambda: client.run(run)["iteration"] > 5)
        own = session(NETWORK)
        assert live(server, "bytes") > before + own.journey.bytes
        assert client.do("DELETE", run)[0] == 204
        deadline = time.monotonic() + 20
        while live(server, "bytes") > before + own.journey.bytes:
            assert time.monotonic() < deadline


@pytest.mark.anyio
async def test_of_a_session_that_made_room_it_is_said_that_it_is_forgotten_and_why():
    app = create_app(Settings(sessions=3))
    async with client_of(app) as client:
        paths = [f"/sessions/{(await client.post('/sessions', json=NEURON)).json()['id']}" for _ in range(5)]
        answers = [await client.get(path) for path in paths]
        assert [answer.status_code for answer in answers] == [410, 410, 200, 200, 200]
        assert answers[0].headers["content-type"] == "application/problem+json"
        assert answers[0].json()["detail"] == (
            "this session is forgotten: it made room for others: this service keeps sessions in memory"
        )
        assert (await client.post(f"{paths[0]}/step", json={})).status_code == 410
        await client.delete(paths[4])
        assert (await client.get(paths[4])).status_code == 404
