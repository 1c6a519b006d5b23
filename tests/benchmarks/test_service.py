"""The load command's parts: what its client reads, and one short round against real servers."""

import socket
import threading
from itertools import repeat

import pytest

from tests.app.servers import serving
from tests.benchmarks.crowd import fan_out
from tests.benchmarks.load import Connection, Load, connections, pump, request
from tests.benchmarks.ordeals import Walk, ask, made
from tests.benchmarks.service import SMALLER, Table, get, greeting

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1, 2, 3]"


@pytest.fixture(scope="module")
def server():
    with serving("--store", "memory:") as found:
        yield found


@pytest.mark.parametrize("size", [1, 7, len(ANSWER)])
def test_an_answer_in_pieces_is_read_whole(size):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            other, _ = listener.accept()
            with other:
                other.recv(100)
                for start in range(0, len(ANSWER), size):
                    other.sendall(ANSWER[start : start + size])

        thread = threading.Thread(target=answer)
        thread.start()
        connection = Connection(listener.getsockname()[1])
        assert connection.ask(request("GET", "/")) == [1, 2, 3]
        connection.close()
        thread.join(timeout=20)


def test_a_row_compares_the_service_with_the_bare_route(server):
    with greeting() as hello:
        row = Table(server, hello, turns=1, seconds=0.2).row("read", get(), SMALLER, ("rate", 1e-9))
    assert row.startswith("read ")
    assert row.endswith("of hello's rate: met")


def test_what_is_refused_is_counted(server):
    load = Load()
    with connections(server.port, 2) as made_here:
        lanes = [(connection, repeat(request("GET", "/api/v1/sessions/none"))) for connection in made_here]
        pump(load, server.process.pid, lanes, seconds=0.05)
    assert load.refused == load.answers >= 2


def test_every_follower_hears_of_every_move(server):
    path, token = made(server.port, **SMALLER)
    _, _, delays, missed = fan_out(server, path, token, count=5, beats=3, pause=0.05)
    assert (len(delays), missed) == (15, 0)
    assert min(delays) > 0


def test_steps_that_are_lost_and_numbers_that_differ_are_noticed(server):
    walk = Walk(server.port)
    assert list(walk.faults(server.port)) == []
    walk.acknowledged, walk.seen = 3, (0, "other numbers")
    ask(server.port, request("POST", f"{walk.path}/step", {"grain": "iteration"}, Authorization=walk.token))
    assert list(walk.faults(server.port)) == [
        "3 steps were acknowledged, 1 are kept",
        "the numbers of iteration 0 are others",
    ]
