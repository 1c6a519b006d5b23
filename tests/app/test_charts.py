"""What charts of training are drawn from: measured by the engine, bounded, kept, or measured again."""

import pytest

from app.history import History, stride
from app.settings import Settings
from app.store import Point
from app.timeline import Batch
from engine import Progress
from tests.app.following import Reader
from tests.app.servers import serving
from tests.app.test_runs import NETWORK, Client


@pytest.fixture(scope="module")
def server():
    with serving("--store", "memory:", history_points=64) as found:
        yield found


def test_points_tell_what_the_engine_measured(server):
    client = Client(server, NETWORK)
    client.ended(client.train(20))
    told = client.do("GET", "/history")[2]
    assert (told["from"], told["to"], told["stride"], told["complete"]) == (0, 20, 1, True)
    assert told["iterations"] == list(range(21))
    for iteration in (0, 7, 20):
        layers = client.do("GET", f"/diagnosis?iteration={iteration}")[2]["layers"]
        norms = {layer["name"]: layer["parameters"] for layer in layers if layer["parameters"]}
        assert {name: column[iteration] for name, column in told["gradients"].items()} == pytest.approx(norms)
    assert set(told["learning_rate"]) == {0.01}
    assert told["loss"][20] < told["loss"][0]
    assert [loss is not None for loss in told["test_loss"]] == [i % 2 == 0 for i in range(21)]


def test_what_stepping_passes_is_measured_too(server):
    client = Client(server, NETWORK)
    client.do("POST", "/step", {"grain": "iteration", "count": 5})
    assert client.do("GET", "/history?from=2&to=3")[2]["iterations"] == [2, 3]
    assert client.do("GET", "/history?from=9")[2]["iterations"] == []


def test_long_runs_thin_out_to_powers_of_two(server):
    client = Client(server)
    client.ended(client.train(300))
    told = client.do("GET", "/history")[2]
    assert (told["stride"], told["iterations"]) == (8, list(range(0, 301, 8)))
    assert len(told["loss"]) == len(told["learning_rate"]) == 38


@pytest.mark.parametrize(("reach", "found"), [(0, 1), (62, 1), (63, 1), (64, 2), (127, 2), (128, 4), (255, 4)])
def test_the_stride_is_the_smallest_power_of_two_that_fits(reach, found):
    assert stride(reach, 64) == found
    assert reach // found + 1 <= 64


def test_an_edit_puts_later_points_out_of_force_and_undo_brings_them_back(server):
    client = Client(server)
    client.ended(client.train(20))
    before = client.do("GET", "/history")[2]["loss"]
    edit = {"edits": [{"set": "w", "to": -2}], "iteration": 10}
    assert client.do("POST", "/edits", edit, If_Match='"1"')[0] == 200
    client.ended(client.train(10))
    after = client.do("GET", "/history")[2]["loss"]
    assert (after[:10], after[10] == before[10], after[15] == before[15]) == (before[:10], False, False)
    client.do("POST", "/undo", If_Match='"2"')
    assert client.do("GET", "/history")[2]["loss"] == before


def test_what_is_missing_is_measured_again():
    with serving("--store", "memory:", "--open") as server:
        client = Client(server, NETWORK)
        client.ended(client.train(40))
        before = client.do("GET", "/history")[2]
        exported = client.do("GET", "/export?format=json")[2]
        made = client.ask("POST", "/sessions", {"import": exported})[2]
        assert client.ask("GET", f"/sessions/{made['id']}/history")[2] == before


def measured(iteration, loss=1.0):
    return Progress(
        iteration=iteration, loss=loss, accuracy=None, test_loss=None, test_accuracy=None, learning_rate=0.1,
        gradients=(loss,), updates=(None,),
    )  # fmt: skip


def test_losses_that_are_not_finite_are_kept_as_they_are():
    history = History(lambda: (), Settings())
    for iteration, loss in enumerate([float("nan"), float("inf"), 2.0]):
        history.met((), measured(iteration, loss))
    assert [row[0] for _, row in history.rows((), 0, 9)[1]] == ["NaN", "Infinity", 2.0]


def test_points_stay_bounded_whatever_edits_leave_behind():
    history = History(lambda: (), Settings(history_points=16))
    stored = {}
    for revision in range(1, 60):
        line = tuple(Batch(k, 0, ()) for k in range(2, revision + 1))
        history.revision = revision
        for iteration in range(40):
            if history.wants(line, iteration):
                history.met(line, measured(iteration))
        points = history.changes()
        stored |= {(p.version, p.iteration): p.body for p in points}
        stored = {key: body for key, body in stored.items() if body}
        history.committed(points)
        assert not history.changes()
        assert len(stored) <= 3 * 16
    again = History(lambda: [Point(*key, body) for key, body in stored.items()], Settings(history_points=16))
    assert again.rows(line, 0, 100) == history.rows(line, 0, 100)


def test_what_was_not_committed_is_not_measured():
    history = History(lambda: (), Settings())
    line = (Batch(2, 3, ()),)
    assert [history.wants(line, iteration) for iteration in (2, 3, 4)] == [True, False, False]


def test_a_run_is_followed_to_its_end(server):
    client = Client(server, NETWORK)
    run = client.train(400)
    reader = Reader(server, f"/api/v1{client.path}{run}", Accept="text/event-stream")
    told = []
    while (event := reader.next())[1] == "run":
        told.append(event[2])
    reader.close()
    iterations = [words["iteration"] for words in told]
    assert event[1] == "end"
    assert (told[-1]["status"], iterations[-1], iterations == sorted(iterations)) == ("done", 400, True)
    assert set(told[-1]["gradients"]) == {"dense1", "dense2"}
    assert all("lease" not in words for words in told)
    assert client.run(run) == told[-1]


def test_followers_of_the_session_hear_of_the_run(server):
    client = Client(server, NETWORK)
    reader = Reader(server, f"/api/v1{client.path}/live")
    assert reader.next()[1] == "session"
    run = client.train(50)
    while (event := reader.next())[2].get("status") != "done":
        assert event[1] == "run"
    reader.close()
    assert f"/runs/{event[2]['id']}" == run
