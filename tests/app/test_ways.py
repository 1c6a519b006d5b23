"""Ways to the gradients over REST: asked for, stepped, counted beside each other, refused above the limit."""

import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.conftest import client_of, expression

pytestmark = pytest.mark.anyio

NEURON = expression("0.5*(sigmoid(w*x + b) - y)**2", {"w": 0.5, "b": 0.1, "x": 1, "y": 1},
                    optimizer={"name": "sgd", "learning_rate": 0.5})  # fmt: skip


def wide(mode):
    return expression("sum(tanh(w)**2)", {"w": [[0.1] * 64] * 64}, backward={"mode": mode})


@pytest.mark.parametrize("mode", ["forward", "difference"])
async def test_a_session_trains_by_the_way_it_names(client, open_session, mode):
    _, plain = await open_session(NEURON)
    _, other = await open_session({**NEURON, "backward": {"mode": mode}})
    for path in (plain, other):
        await client.post(f"{path}/seek", json={"iteration": 10, "cursor": 7})
    losses = [(await client.get(path)).json()["loss"] for path in (plain, other)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-8)
    assert (await client.get(f"{other}/verify")).json()["passed"]
    kinds = {e["kind"] for e in (await client.get(f"{other}/schedule")).json()["events"]}
    assert ("tangent" in kinds) == (mode == "forward")
    assert "contribution" not in kinds


async def test_events_of_every_way_are_stepped_with_their_numbers(client, open_session):
    _, path = await open_session("rtrl")
    await client.post(f"{path}/step", json={"grain": "phase", "count": 2})
    told = (await client.post(f"{path}/step", json={"grain": "event", "count": 12})).json()
    last = told["events"][-1]
    assert (last["kind"], last["value"]["shape"][:2]) == ("influence", [1, 3])
    said = (await client.get(f"{path}/explanations", params={"event": last["index"]})).json()["explanations"][0]
    assert said["lines"]


async def test_a_leafs_gradient_is_pending_until_its_last_entry_is_there(client, open_session):
    _, path = await open_session("gradient-difference")
    events = (await client.get(f"{path}/schedule")).json()["events"]
    done = next(e["index"] for e in events if e["kind"] == "quotient" and e["total"])
    label = (await client.get(f"{path}/graph")).json()["nodes"][events[done]["into"]]["label"]
    states = []
    for cursor in (done, done + 1):
        params = {"iteration": 0, "cursor": cursor}
        states.append((await client.get(f"{path}/tensors/{label}/gradient", params=params)).json()["state"])
    assert states == ["pending", "computed"]


async def test_every_way_to_the_same_gradients_is_counted_beside_the_others(client, open_session):
    _, path = await open_session("rtrl")
    told = (await client.get(f"{path}/cost")).json()
    rows = {row["name"]: row for row in told["ways"]}
    assert set(rows) == {
        "reverse", "forward", "central differences", "one-sided differences", "real-time recurrent learning",
    }  # fmt: skip
    assert [name for name, row in rows.items() if row["own"]] == ["real-time recurrent learning"]
    assert rows["reverse"]["passes"] == {"forward": 1, "backward": 1}
    assert rows["forward"]["passes"] == {"forward": 1, "tangent": 32}
    assert rows["central differences"]["passes"] == {"forward": 64}
    assert all(row["operations"] == row["forward"] + row["again"] + row["backward"] for row in rows.values())
    assert all(row["visits"] < told["limit"] for row in rows.values())


async def test_two_outputs_are_asked_for_by_name(client, open_session):
    spec = expression("u = x*y\nv = x + y", {"x": 2, "y": 3}, backward={"mode": "forward"})
    spec["model"]["outputs"] = ["u", "v"]
    _, path = await open_session(spec)
    rows = (await client.get(f"{path}/cost")).json()["ways"]
    assert {row["name"]: row["passes"] for row in rows} == {
        "reverse": {"forward": 1, "backward": 2},
        "forward": {"forward": 1, "tangent": 2},
    }
    assert len((await client.get(f"{path}/graph")).json()["outputs"]) == 2


async def test_what_truncation_leaves_out_is_told_by_edge_and_by_parameter(client, open_session):
    _, path = await open_session("truncated-bptt")
    told = (await client.get(f"{path}/truncation")).json()
    assert len(told["cuts"]) == 4
    shares = {row["label"]: row["share"] for row in told["leaves"]}
    assert shares["lstm1.weight_hh"] == pytest.approx(0.270, abs=1e-3)
    assert shares["lstm1.bias_hh"] == pytest.approx(0.467, abs=1e-3)
    assert shares["dense1.weight"] == 0


async def test_a_session_without_cuts_loses_nothing_and_says_so(client, open_session):
    _, path = await open_session("lstm")
    answer = await client.get(f"{path}/truncation")
    assert answer.status_code == 416
    assert answer.json()["detail"] == "nothing is cut in this session: its gradients are whole"


@pytest.mark.parametrize(
    ("backward", "says"),
    [
        ({"mode": "rtrl"}, "real-time recurrent learning needs a recurrent layer; this model has none"),
        ({"mode": "backward"}, "Input should be 'reverse', 'forward', 'difference' or 'rtrl'"),
        ({"mode": "difference", "epsilon": 0}, "greater than or equal to 0.000000000001"),
        ({"mode": "difference", "sides": "left"}, "Input should be 'central' or 'one-sided'"),
    ],
)
async def test_a_way_there_is_not_is_refused(client, backward, says):
    answer = await client.post("/sessions", json={"spec": {**NEURON, "backward": backward}})
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


async def test_truncation_belongs_to_reverse_mode(client):
    spec = {**NEURON, "backward": {"mode": "forward", "checkpoint": ["dense9"]}}
    answer = await client.post("/sessions", json={"spec": spec})
    assert answer.status_code == 422
    assert "dense9" in answer.json()["detail"]


async def test_too_many_directions_are_refused_with_the_number_and_the_limit():
    async with client_of(create_app(Settings(visits=8_000))) as few:
        answer = await few.post("/sessions", json={"spec": wide("forward")})
        assert answer.status_code == 413
        # 4096 entries, each of which moves the leaf, tanh, the square and the sum
        assert answer.json()["detail"] == (
            "16384 visits of nodes (directions times nodes) by the way 'forward' asked for; this service allows 8000"
        )


async def test_numbers_of_all_directions_together_are_held_to_a_sessions_memory(client):
    answer = await client.post("/sessions", json={"spec": wide("forward")})
    assert answer.status_code == 413
    assert "bytes for one training step asked for; this service allows" in answer.json()["detail"]
