"""Training in the background: to its end, beside other work, with the numbers that stepping gives."""

import json
import time

import pytest

from tests.app.following import Reader
from tests.app.servers import serving

SECONDS = 20
NETWORK = {
    "model": {"kind": "network", "loss": {"name": "softmax_cross_entropy"},
              "layers": [{"type": "dense", "units": 6}, {"type": "tanh"}, {"type": "dense", "units": 3}]},
    "data": {"name": "spiral", "points": 20, "classes": 3, "split": 0.2, "batch": 16, "seed": 4},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
}  # fmt: skip


class Client:
    """One session of a server, driven."""

    def __init__(self, server, spec=None, example="neuron"):
        self.server = server
        body = {"spec": spec} if spec else {"example": example}
        made = self.ask("POST", "/sessions", body)[2]
        self.path, self.token = f"/sessions/{made['id']}", made["drive"]

    def ask(self, method, path, body=None, **headers):
        sent = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(sent)}",
                 "Content-Type: application/json", "Connection: close"]  # fmt: skip
        if hasattr(self, "token"):
            lines.append(f"Authorization: Bearer {self.token}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        status, head, found = self.server.talk("\r\n".join(lines).encode() + b"\r\n\r\n" + sent)
        json_ = "json" in head.get("content-type", "")
        return status, head, json.loads(found) if json_ and found else found

    def do(self, method, end="", body=None, **headers):
        return self.ask(method, self.path + end, body, **headers)

    def train(self, iterations, **more):
        status, head, told = self.do("POST", "/train", {"iterations": iterations, **more})
        assert status == 202, told
        assert head["location"] == f"/api/v1{self.path}/runs/{told['id']}"
        return f"/runs/{told['id']}"

    def run(self, run):
        return self.do("GET", run)[2]

    def ended(self, run):
        """The run's last words."""
        return self.until(lambda: (told := self.run(run))["ended"] and told)

    def until(self, found):
        deadline = time.monotonic() + SECONDS
        while not (value := found()):
            assert time.monotonic() < deadline, self.do("GET")[2]
        return value

    def recording(self, iteration):
        status, _, body = self.do("GET", f"/recording?iteration={iteration}")
        assert status == 200, body
        return body


@pytest.fixture(scope="module")
def server():
    with serving("--store", "memory:", runs=2, runs_waiting=1, run_iterations=10_000_000) as found:
        yield found


def test_a_run_reaches_its_end_with_the_numbers_that_stepping_gives(server):
    trained, stepped = Client(server, NETWORK), Client(server, NETWORK)
    told = trained.ended(trained.train(150))
    assert (told["status"], told["start"], told["iteration"]) == ("done", 0, 150)
    assert trained.do("GET")[2]["frontier"] == 150
    stepped.do("POST", "/seek", {"iteration": 100, "cursor": 0})
    stepped.do("POST", "/seek", {"iteration": 150, "cursor": 0})
    for iteration in (0, 1, 64, 77, 149, 150):
        assert trained.recording(iteration) == stepped.recording(iteration)


def test_the_driver_stays_and_goes_on_while_it_trains(server):
    client = Client(server, NETWORK)
    run = client.train(10_000_000)
    client.until(lambda: client.run(run)["iteration"] > 20)
    for cursor in (3, 5, 0):
        assert client.do("POST", "/seek", {"iteration": 1, "cursor": cursor})[0] == 200
    here = client.do("GET")[2]
    assert (here["iteration"], here["cursor"], here["revision"]) == (1, 0, 1)
    assert here["frontier"] > 20
    assert client.do("DELETE", run)[0] == 204


def test_until_a_loss_is_reached_and_no_further(server):
    client = Client(server)
    run = client.train(1_000, until={"loss": 0.001})
    told = client.ended(run)
    assert told["status"] == "reached"
    assert told["loss"] <= 0.001
    before = client.do("GET", f"/history?from={told['iteration'] - 1}")[2]
    assert before["loss"][0] > 0.001 >= before["loss"][1]
    again = client.ended(client.train(1_000, until={"loss": 0.001}))
    assert (again["status"], again["iteration"]) == ("reached", told["iteration"])


def test_early_stopping_ends_a_run(server):
    client = Client(server, NETWORK | {"stop": {"patience": 3}, "optimizer": {"name": "sgd", "learning_rate": 5}})
    told = client.ended(client.train(5_000))
    assert told["status"] == "stopped"
    assert f"early stopping ended training at iteration {told['iteration']}" in told["detail"]
    assert client.do("GET", f"/recording?iteration={told['iteration'] + 1}")[0] == 416
    assert client.do("GET")[2]["frontier"] == told["iteration"]


def test_edits_and_a_second_run_wait_for_the_end(server):
    client = Client(server, NETWORK)
    run = client.train(10_000_000)
    name = run.removeprefix("/runs/")
    edit = {"edits": [{"set": "optimizer.learning_rate", "to": 0.1}]}
    for method, end, body in (("POST", "/edits", edit), ("POST", "/train", {"iterations": 5})):
        status, _, told = client.do(method, end, body, If_Match='"1"')
        assert (status, name in told["detail"]) == (409, True)
    assert client.do("DELETE", run)[0] == 204
    told = client.run(run)
    assert (told["status"], client.do("DELETE", run)[0]) == ("cancelled", 204)
    assert client.do("POST", "/edits", edit, If_Match='"1"')[0] == 200
    assert client.do("GET")[2]["frontier"] == 0
    assert client.ended(client.train(7))["iteration"] == 7


def test_what_was_cancelled_stays_where_it_was_reported(server):
    client = Client(server, NETWORK)
    run = client.train(10_000_000)
    client.until(lambda: client.run(run)["iteration"] > 50)
    client.do("DELETE", run)
    told, frontier = client.run(run), client.do("GET")[2]["frontier"]
    assert told["iteration"] == frontier > 50
    assert client.run(run) == told


def test_one_key_begins_one_run(server):
    client = Client(server)
    answers = [client.do("POST", "/train", {"iterations": 30}, Idempotency_Key="once-and-only-once") for _ in range(3)]
    assert {(status, told["id"]) for status, _, told in answers} == {(202, answers[0][2]["id"])}
    assert client.ended(f"/runs/{answers[0][2]['id']}")["iteration"] == 30


def test_runs_wait_for_room_and_are_refused_where_there_is_none(server):
    clients = [Client(server, NETWORK) for _ in range(4)]
    runs = [client.train(10_000_000) for client in clients[:3]]
    clients[0].until(lambda: all(c.run(r)["status"] == "training" for c, r in zip(clients[:2], runs, strict=False)))
    assert clients[2].run(runs[2])["status"] == "waiting"
    status, head, told = clients[3].do("POST", "/train", {"iterations": 1})
    assert (status, head["retry-after"]) == (503, "1")
    assert "3 runs are under way or waiting; there is room for 3" in told["detail"]
    clients[0].do("DELETE", runs[0])
    clients[2].until(lambda: clients[2].run(runs[2])["status"] == "training")
    for client, run in zip(clients[1:3], runs[1:], strict=True):
        client.do("DELETE", run)
    clients[3].until(lambda: clients[3].do("POST", "/train", {"iterations": 1})[0] == 202)


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"iterations": 0}, 422, "greater than or equal to 1"),
        ({"iterations": 10_000_001}, 422, "less than or equal to 10000000"),
        ({}, 422, "iterations"),
        ({"iterations": 1, "until": {"accuracy": 1}}, 422, "until"),
    ],
)
def test_bad_requests_name_the_number(server, body, status, says):
    found, _, told = Client(server).do("POST", "/train", body)
    assert (found, says in told["detail"]) == (status, True)


def test_what_cannot_be_trained_is_refused():
    spec = {"model": {"kind": "expression", "source": "w*w", "values": {"w": 1.0}}}
    with serving("--store", "memory:", run_iterations=50) as small:
        assert Client(small, spec).do("POST", "/train", {"iterations": 1})[0] == 416
        status, _, told = Client(small).do("POST", "/train", {"iterations": 51})
        assert (status, told["detail"]) == (413, "51 iterations asked for; one run trains at most 50")


def test_training_needs_the_drive_token(server):
    client = Client(server)
    del client.token
    assert client.do("POST", "/train", {"iterations": 1})[0] == 401
    assert client.do("DELETE", "/runs/0123456789abcdef")[0] == 401
    assert client.do("GET", "/runs/0123456789abcdef")[0] == 404


def test_a_session_that_is_forgotten_takes_its_run_along(server):
    client = Client(server, NETWORK)
    client.train(10_000_000)
    assert client.do("DELETE")[0] == 204
    others = [Client(server, NETWORK) for _ in range(2)]
    runs = [other.train(10_000_000) for other in others]
    others[0].until(lambda: all(c.run(r)["status"] == "training" for c, r in zip(others, runs, strict=True)))
    for other, run in zip(others, runs, strict=True):
        other.do("DELETE", run)


def test_whoever_follows_a_run_keeps_nobody_from_being_answered():
    with serving("--store", "memory:", waiting=2) as small:
        client = Client(small, NETWORK)
        run = client.train(100_000)
        path = f"/api/v1{client.path}{run}"
        followers = [Reader(small, path, Accept="text/event-stream") for _ in range(3)]
        assert [follower.next()[1] for follower in followers] == ["run"] * 3
        assert client.do("GET")[0] == 200
        assert client.do("DELETE", run)[0] == 204
        for follower in followers:
            follower.connection.close()
