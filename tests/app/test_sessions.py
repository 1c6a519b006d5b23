"""Creating, moving and forgetting sessions over REST."""

import pytest

from tests.app.conftest import expression

pytestmark = pytest.mark.anyio


async def test_a_new_session_stands_at_the_beginning(client, open_session):
    session, path = await open_session("neuron")
    assert (session["iteration"], session["cursor"], session["phase"], session["loss"]) == (0, 0, "forward", None)
    assert len(session.pop("drive")) == 22
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


BATCHES = {
    "model": {"kind": "network", "layers": [{"type": "dense", "units": 3}], "loss": {"name": "softmax_cross_entropy"}},
    "data": {"name": "spiral", "points": 20, "batch": 16, "seed": 5},
    "optimizer": {"name": "adam", "learning_rate": 0.05, "beta1": 0.8, "clip": {"norm": 1.0}},
}


async def test_an_epoch_sees_every_sample_at_most_once(client, open_session):
    session, path = await open_session(BATCHES)
    moved = await step(client, path, "epoch")
    assert moved["to"] == {"iteration": 2, "cursor": session["length"]}  # 60 points make 3 batches of 16
    seen = []
    for iteration in range(3):
        trace = (await client.get(f"{path}/trace", params={"iteration": iteration})).json()
        seen += trace["events"][0]["samples"]["data"]
    assert len(set(seen)) == len(seen) == 48
    assert set(seen) <= set(range(60))


async def test_every_epoch_has_an_order_of_its_own_and_one_seed_one_order(client, open_session):
    orders = []
    for _ in range(2):
        _, path = await open_session(BATCHES)
        for iteration in (0, 3):
            trace = (await client.get(f"{path}/trace", params={"iteration": iteration})).json()
            orders.append(trace["events"][0]["samples"]["data"])
    assert orders[0] == orders[2] != orders[1] == orders[3]


async def test_stepping_back_an_epoch_lands_on_its_beginning(client, open_session):
    _, path = await open_session(BATCHES)
    await client.post(f"{path}/seek", json={"iteration": 4, "cursor": 2})
    assert (await step(client, path, "epoch", -1))["to"] == {"iteration": 3, "cursor": 0}
    assert (await step(client, path, "epoch", -1))["to"] == {"iteration": 0, "cursor": 0}


async def test_a_batch_brings_the_inputs_of_its_samples(client, open_session):
    _, path = await open_session(BATCHES)
    _, whole = await open_session({**BATCHES, "data": {"name": "spiral", "points": 20, "seed": 5}})
    points = (await client.get(f"{whole}/tensors/x/value")).json()["data"]
    trace = (await client.get(f"{path}/trace", params={"iteration": 1})).json()
    batch = (await client.get(f"{path}/tensors/x/value", params={"iteration": 1})).json()["data"]
    assert batch == [points[int(k)] for k in trace["events"][0]["samples"]["data"]]


async def test_clipping_is_an_event_of_the_backward_pass(client, open_session):
    _, path = await open_session(BATCHES)
    events = (await client.get(f"{path}/trace")).json()["events"]
    clipped = [e for e in events if e["kind"] == "clip"]
    assert {e["phase"] for e in clipped} == {"backward"}
    assert clipped[0]["factor"]["data"] == pytest.approx(min(1.0, 1.0 / (clipped[0]["norm"]["data"] + 1e-6)))
    assert (await client.get(f"{path}/verify")).json()["passed"] is True
