"""Servers that are killed at random moments, fifty times over: nothing that was acknowledged is lost or different."""

import random
from itertools import count
from uuid import uuid4

import httpx
import pytest

from app.requests import Grain, SessionRequest
from app.revising import edited, turned
from app.session import Session
from app.settings import Settings
from app.store import Record
from tests.app.nursery import nursery
from tests.app.redis_server import RedisServer

KILLS = 50
SEEN = ("iteration", "cursor", "frontier", "revision", "length", "phase", "loss", "stretches", "undo", "redo")


@pytest.fixture(params=["sqlite", "redis"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path}/sessions.db"
        return
    server = RedisServer(tmp_path).start()
    yield server.url
    server.stop()


class Reference:
    """The same session in this process, which nobody kills."""

    def __init__(self):
        record = Record(id="reference", request={}, token=b"", created=0.0)
        self.session = Session(record, SessionRequest(example="neuron"), Settings(), None)

    def do(self, end, body):
        session = self.session
        if end == "step":
            session.standing = session.stepped(Grain(body["grain"]), body["count"])
        elif end == "seek":
            session.standing = session.sought(body["iteration"], body["cursor"])
        elif end == "edits":
            session.standing = edited(session, body["edits"], body["iteration"])[1]
        else:
            session.standing = turned(session, end)[1]

    def seen(self):
        view = self.session.view()
        return {name: list(found) if isinstance(found := getattr(view, name), tuple) else found for name in SEEN}

    def recording(self, iteration):
        return self.session.trace(iteration).recording.buffer.tobytes()


def script(rng, reference):
    """A random request that can be carried out where the reference stands."""
    standing = reference.session.standing
    kinds = ["step"] * 4 + ["seek"] * 2 + ["edits"] * 2
    kinds += ["undo"] * bool(standing.timeline.past) + ["redo"] * bool(standing.timeline.future)
    end = rng.choice(kinds)
    if end == "step":
        return end, {"grain": rng.choice(["event", "operation", "phase", "iteration"]), "count": rng.randint(-3, 6)}
    if end == "seek":
        return end, {"iteration": rng.randint(0, standing.frontier + 5), "cursor": rng.randint(0, 10)}
    if end == "edits":
        name = rng.choice(["w", "b", "x", "optimizer.learning_rate"])
        edits = [{"set": name, "to": rng.uniform(0.1, 1)}]
        return end, {"edits": edits, "iteration": rng.randint(0, standing.frontier)}
    return end, None


class Driver:
    """A client that sends a request again, with its key, until it is answered."""

    def __init__(self, url):
        self.client = httpx.Client(base_url=f"{url}/api/v1", timeout=60)
        self.unanswered = 0

    def ask(self, method, path, body=None, headers=None):
        while True:
            try:
                return self.client.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                self.unanswered += 1

    def make(self):
        answer = self.ask("POST", "/sessions", {"example": "neuron"}, {"Idempotency-Key": str(uuid4())})
        assert answer.status_code == 201, answer.text
        self.path = f"/sessions/{answer.json()['id']}"
        self.token = answer.json()["drive"]

    def change(self, end, body, revision):
        headers = {
            "Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4()), "If-Match": f'"{revision}"',
        }  # fmt: skip
        answer = self.ask("POST", f"{self.path}/{end}", body, headers)
        assert answer.status_code == 200, answer.text

    def seen(self):
        found = self.ask("GET", self.path).json()
        return {name: found[name] for name in SEEN}

    def recording(self, iteration):
        answer = self.ask("GET", f"{self.path}/recording?iteration={iteration}")
        assert answer.status_code == 200, answer.text
        return answer.content


def test_nothing_acknowledged_is_lost_in_fifty_kills(url):
    rng = random.Random(2026)
    with nursery(url) as servers:
        driver, reference = Driver(servers.url), Reference()
        driver.make()
        killer = servers.keep_killing(KILLS, (rng.uniform(0.0, 0.12) for _ in count()))
        done = generations = 0
        while killer.is_alive() or done < 100:
            end, body = script(rng, reference)
            driver.change(end, body, reference.session.revision)
            reference.do(end, body)
            done += 1
            if generations != servers.kills or not done % 5:
                generations = servers.kills
                assert driver.seen() == reference.seen(), (done, end, body)
                for iteration in {reference.session.iteration, rng.randint(0, reference.session.standing.frontier)}:
                    assert driver.recording(iteration) == reference.recording(iteration)
        assert servers.kills == KILLS
        assert driver.seen() == reference.seen()
        driver.client.close()
    assert driver.unanswered > 0
