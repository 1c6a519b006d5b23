"""Runs outlive their process: killed at random moments, they go on from what they reported, with the same numbers."""

import random
import time

import httpx
import pytest

from app.requests import SessionRequest
from app.session import Session
from app.settings import Settings
from app.store import Record
from tests.app.nursery import nursery
from tests.app.redis_server import RedisServer
from tests.app.servers import serving
from tests.app.test_runs import NETWORK, Client

SECONDS = 60
KILLS = 6
SPEC = NETWORK | {"stop": {"patience": 10_000}}


@pytest.fixture(params=["sqlite", "redis"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path}/sessions.db"
        return
    server = RedisServer(tmp_path).start()
    yield server.url
    server.stop()


def reference():
    """The same session in this process."""
    record = Record(id="reference", request={}, token=b"", created=0.0)
    return Session(record, SessionRequest.model_validate({"spec": SPEC}), Settings(), None)


class Asking:
    """Asks until somebody answers."""

    def __init__(self, url):
        self.client = httpx.Client(base_url=f"{url}/api/v1", timeout=60)

    def __call__(self, method, path, **more):
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                return self.client.request(method, path, **more)
            except httpx.TransportError:
                assert time.monotonic() < deadline


def test_a_run_killed_again_and_again_loses_nothing_it_reported(url, monkeypatch):
    monkeypatch.setenv("BACKPROP_LEASE_SECONDS", "0.5")
    rng = random.Random(7)
    with nursery(url) as servers:
        ask = Asking(servers.url)
        made = ask("POST", "/sessions", json={"spec": SPEC}).json()
        path, headers = f"/sessions/{made['id']}", {"Authorization": f"Bearer {made['drive']}"}
        run = ask("POST", f"{path}/train", json={"iterations": 900}, headers=headers).json()
        reported = 0
        for _ in range(KILLS):
            enough = min(reported + rng.randint(10, 60), 880)
            while (told := ask("GET", f"{path}/runs/{run['id']}").json())["iteration"] < enough:
                assert told["iteration"] >= reported
                reported = told["iteration"]
            servers.again()
            assert ask("GET", path).json()["frontier"] >= reported
        deadline = time.monotonic() + SECONDS
        while not (told := ask("GET", f"{path}/runs/{run['id']}").json())["ended"]:
            assert told["iteration"] >= reported
            reported = told["iteration"]
            assert time.monotonic() < deadline
        assert (told["status"], told["iteration"]) == ("done", 900)
        own = reference()
        for iteration in (0, 1, 63, 500, 899, 900):
            found = ask("GET", f"{path}/recording?iteration={iteration}").content
            assert found == own.journey.go(iteration).recording.buffer.tobytes()
        history = ask("GET", f"{path}/history").json()
        assert (history["complete"], history["iterations"]) == (True, list(range(0, 901, 2)))
        ask.client.close()


def test_a_run_goes_on_in_the_other_process_when_its_own_is_gone(tmp_path):
    redis = RedisServer(tmp_path).start()
    settings = {"lease_seconds": 1}
    with serving("--store", redis.url, **settings) as first, serving("--store", redis.url, **settings) as second:
        client = Client(first, SPEC)
        run = client.train(1_000_000)
        client.until(lambda: client.run(run)["iteration"] > 20)
        client.server = second
        reported = client.run(run)["iteration"]
        assert reported > 20
        first.kill()
        client.until(lambda: client.run(run)["iteration"] > reported + 20)
        redis.stop(kill=True)
        redis.start()
        reported = client.run(run)["iteration"]
        client.until(lambda: client.run(run)["iteration"] > reported + 20)
        assert client.do("DELETE", run)[0] == 204
        told = client.run(run)
        assert (told["status"], told["iteration"]) == ("cancelled", client.do("GET")[2]["frontier"])
        assert (
            client.recording(told["iteration"]) == reference().journey.go(told["iteration"]).recording.buffer.tobytes()
        )
    redis.stop()


def test_whoever_does_not_work_on_a_run_can_cancel_it(tmp_path):
    redis = RedisServer(tmp_path).start()
    with serving("--store", redis.url) as first, serving("--store", redis.url) as second:
        client = Client(first, SPEC)
        run = client.train(1_000_000)
        client.until(lambda: client.run(run)["iteration"] > 20)
        client.server = second
        edit = {"edits": [{"set": "optimizer.learning_rate", "to": 0.1}]}
        assert client.do("POST", "/edits", edit, If_Match='"1"')[0] == 409
        assert client.do("POST", "/seek", {"iteration": 1, "cursor": 2})[0] == 200
        assert client.do("DELETE", run)[0] == 204
        told = client.run(run)
        assert client.do("POST", "/edits", edit, If_Match='"1"')[0] == 200
        client.server = first
        assert client.run(run) == told
        here = client.do("GET")[2]
        assert (here["iteration"], here["revision"]) == (1, 2)
        assert client.ended(client.train(5))["status"] == "done"
    redis.stop()


def test_a_server_that_is_stopped_hands_its_run_to_the_next(tmp_path):
    store = ("--store", f"sqlite://{tmp_path}/sessions.db")
    with serving(*store) as first:
        client = Client(first, SPEC)
        run = client.train(1_000_000)
        client.until(lambda: client.run(run)["iteration"] > 20)
        first.process.terminate()
        assert first.process.wait(timeout=20) in (0, -15)
    with serving(*store) as second:
        client.server = second
        reported = client.run(run)["iteration"]
        assert reported > 20
        client.until(lambda: client.run(run)["iteration"] > reported)
        assert client.do("DELETE", run)[0] == 204
