"""Creating, moving and forgetting sessions over REST."""

import pytest

from tests.app.conftest import expression

pytestmark = pytest.mark.anyio


async def test_a_new_session_stands_at_the_beginning(client, open_session):
    session, path = await open_session("neuron")
    assert (session["iteration"], session["cursor"], session["phase"], session["loss"]) == (0, 0, "forward", None)
    assert (await client.get(path)).json() == session


async def test_creating_names_the_place_of_the_session(client):
    answer = await client.post("/sessions", json={"example": "square"})
    assert answer.headers["location"].endswith(answer.json()["id"])


async def test_a_deleted_session_is_gone(client, open_session):
    _, path = await open_session("square")
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.delete(path)).status_code == 404


async def step(client, path, grain, count=1):
    answer = await client.post(f"{path}/step", json={"grain": grain, "count": count})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("grain", ["event", "operation", "layer", "phase", "iteration", "epoch"])
async def test_every_grain_walks_a_whole_training_step_and_back(client, open_session, grain):
    session, path = await open_session("neuron")
    there, cursor = [], 0
    while cursor < session["length"]:
        moved = await step(client, path, grain)
        there.append((moved["from"]["cursor"], moved["to"]["cursor"]))
        cursor = moved["to"]["cursor"]
    back = []
    while cursor > 0:
        moved = await step(client, path, grain, -1)
        back.append((moved["to"]["cursor"], moved["from"]["cursor"]))
        cursor = moved["to"]["cursor"]
    assert back[::-1] == there
    assert all(first < last for first, last in there)


async def test_phases_end_where_the_next_begins(client, open_session):
    _, path = await open_session("neuron")
    phases = [(await step(client, path, "phase"))["phase"] for _ in range(4)]
    assert phases == ["forward", "loss", "backward", "update"]


async def test_a_step_tells_the_events_passed_with_their_numbers(client, open_session):
    _, path = await open_session("square")
    moved = await step(client, path, "operation", 3)
    assert [(e["kind"], e["value"]["data"]) for e in moved["events"]] == [
        ("forward", 6),
        ("forward", 7),
        ("forward", 49),
    ]
    assert moved["loss"] == 49


async def test_stepping_back_tells_the_events_in_the_order_they_were_undone(client, open_session):
    _, path = await open_session("square")
    forward = await step(client, path, "event", 5)
    back = await step(client, path, "event", -5)
    assert back["events"] == forward["events"][::-1]
    assert back["to"] == forward["from"]


async def test_a_step_beyond_the_end_of_training_goes_on_with_the_next_iteration(client, open_session):
    session, path = await open_session("neuron")
    await step(client, path, "iteration")
    moved = await step(client, path, "event")
    assert moved["from"] == {"iteration": 0, "cursor": session["length"]}
    assert moved["to"] == {"iteration": 1, "cursor": 1}
    assert [e["kind"] for e in moved["events"]] == ["batch"]


async def test_a_model_without_an_optimizer_ends_with_its_first_iteration(client, open_session):
    session, path = await open_session("square")
    moved = await step(client, path, "iteration", 5)
    assert moved["to"] == {"iteration": 0, "cursor": session["length"]}


async def test_nothing_lies_before_the_first_event(client, open_session):
    _, path = await open_session("neuron")
    assert (await step(client, path, "phase", -3))["to"] == {"iteration": 0, "cursor": 0}


async def test_seeking_gives_the_numbers_walking_gave(client, open_session):
    _, walked = await open_session("neuron")
    await step(client, walked, "iteration", 7)
    _, sought = await open_session("neuron")
    await client.post(f"{sought}/seek", json={"iteration": 6, "cursor": 19})
    recordings = [(await client.get(f"{path}/recording", params={"iteration": 6})).content for path in (walked, sought)]
    assert recordings[0] == recordings[1]


async def test_a_past_iteration_comes_back_to_the_last_bit(client, open_session):
    _, path = await open_session("digits8")
    early = (await client.get(f"{path}/recording", params={"iteration": 3})).content
    await step(client, path, "iteration", 100)
    await step(client, path, "iteration", 100)
    assert (await client.get(f"{path}/recording", params={"iteration": 3})).content == early


async def test_ten_updates_of_the_neuron_have_the_losses_of_the_course(client, open_session):
    _, path = await open_session("neuron")
    losses = [(await step(client, path, "iteration"))["loss"] for _ in range(11)]
    assert [round(losses[i], 6) for i in (0, 9, 10)] == [0.06278, 0.028731, 0.026875]
    weight, bias = [
        (await client.get(f"{path}/tensors/{n}/value", params={"iteration": 10})).json()["data"] for n in "wb"
    ]
    assert (round(weight, 4), round(bias, 4)) == (0.7990, 0.3990)


@pytest.mark.parametrize("example", ["spiral", "modular"])
async def test_the_spiral_is_learnt_in_1001_steps(client, open_session, example):
    _, path = await open_session(example)
    for _ in range(10):
        await step(client, path, "iteration", 100)
    loss = (await step(client, path, "iteration", 1))["loss"]
    assert 0.0 < loss < 0.06
    graph = (await client.get(f"{path}/graph")).json()
    head = next(n for n in graph["nodes"] if n["id"] == graph["outputs"][0])["inputs"]
    scores, targets = [(await client.get(f"{path}/tensors/{i}/value")).json()["data"] for i in head]
    right = sum(row.index(max(row)) == one.index(1) for row, one in zip(scores, targets, strict=True))
    assert right / len(scores) >= 0.99


async def test_another_sample_is_another_session_of_the_same_spec(client, open_session):
    session, _ = await open_session("digits8")
    other, path = await open_session({**session["spec"], "data": {"name": "digits8", "sample": 17}})
    assert (other["data"]["sample"], other["data"]["samples"], other["data"]["picture"]) == (17, 1797, [8, 8])
    target = (await client.get(f"{path}/tensors/y/value")).json()["data"]
    assert target[0].index(1) == other["data"]["label"]


async def test_arrays_of_ones_own_make_a_network(client, open_session):
    spec = {
        "model": {"kind": "network", "layers": [{"type": "dense", "units": 2}], "loss": {"name": "mse"}},
        "data": {"arrays": {"x": [[1, 2, 3]], "y": [[0.5, -0.5]]}},
        "optimizer": {"learning_rate": 0.1},
    }
    _, path = await open_session(spec)
    first, second = [(await step(client, path, "iteration"))["loss"] for _ in range(2)]
    assert second < first


async def test_verify_and_check_agree_with_the_engine(client, open_session):
    _, path = await open_session("neuron")
    assert (await client.get(f"{path}/verify")).json()["passed"] is True
    check = (await client.post(f"{path}/check", json={})).json()
    assert check["passed"] is True
    assert {p["label"] for p in check["parameters"]} == {"w", "b", "x"}


async def test_initial_parameters_can_be_given_by_name(client, open_session):
    session, _ = await open_session("digits8")
    spec = session["spec"]
    model = {**spec["model"], "parameters": {"dense2.bias": list(range(10))}}
    _, path = await open_session({**spec, "model": model})
    assert (await client.get(f"{path}/tensors/dense2.bias/value")).json()["data"] == list(range(10))


async def test_a_number_that_overflows_is_shown_and_not_refused(client, open_session):
    _, path = await open_session(expression("L = exp(x)", {"x": 1000}))
    assert (await step(client, path, "iteration"))["loss"] == "Infinity"
    assert (await client.get(f"{path}/verify")).json()["passed"] is True
