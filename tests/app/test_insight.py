"""Asking why over REST: an entry explained, nudged; a training step diagnosed."""

import math

import pytest

pytestmark = pytest.mark.anyio


async def test_an_entry_is_explained_by_its_terms_parts_and_paths(client, open_session):
    _, path = await open_session("reuse")
    told = (await client.get(f"{path}/explain", params={"node": "x"})).json()
    assert (told["label"], told["value"], told["gradient"], told["why_zero"]) == ("x", 2, 12, [])
    assert [part["value"] for part in told["parts"]] == [6, 6]
    assert (told["paths"]["count"], told["paths"]["total"]) == (2, 12)
    assert math.prod(step["factor"] for step in told["paths"]["shown"][0]["steps"]) == 6


async def test_one_entry_of_a_tensor_at_an_iteration_says_why_it_is_zero(client, open_session):
    _, path = await open_session("dying-relu")
    told = (await client.get(f"{path}/explain", params={"node": "z", "index": "3", "iteration": 0})).json()
    assert (told["index"], told["gradient"], told["why_zero"][0]["kind"]) == ([3], 0, "dead relu")


async def test_a_count_beyond_whole_numbers_is_told_as_a_float(client, open_session):
    _, path = await open_session("vanishing")
    told = (await client.get(f"{path}/explain", params={"node": "x"})).json()["paths"]
    assert told["count"] == told["rest_count"] == 1e20
    assert len(told["shown"]) == 12


async def test_a_nudge_tells_prediction_change_and_second_order(client, open_session):
    _, path = await open_session("square")
    told = (await client.post(f"{path}/nudge", json={"set": "w", "by": 0.5})).json()
    assert (told["predicted"], told["change"]) == (14, 15)
    assert told["second_order"] == pytest.approx(1, rel=1e-8)


async def test_a_nudge_moves_the_entry_it_names_and_leaves_the_session_as_it_was(client, open_session):
    _, path = await open_session("linear-layer")
    before = (await client.get(f"{path}/recording")).content
    told = (await client.post(f"{path}/nudge", json={"set": "W", "index": [0, 1], "by": 2})).json()
    assert (told["index"], told["change"]) == ([0, 1], pytest.approx(7))
    assert (await client.get(f"{path}/recording")).content == before


@pytest.mark.parametrize(
    ("example", "verdict"),
    [("vanishing", "vanishing"), ("exploding", "exploding"), ("dying-relu", "dying"), ("instability", "diverged")],
)
async def test_the_doctor_names_the_illness_and_what_helps(client, open_session, example, verdict):
    _, path = await open_session(example)
    told = (await client.get(f"{path}/diagnosis")).json()
    assert told["verdict"] == verdict
    assert told["remedies"]
    assert told["findings"][0]["sentence"].endswith(".")


async def test_the_doctor_reads_the_iteration_asked_for(client, open_session):
    _, path = await open_session("spiral")
    told = (await client.get(f"{path}/diagnosis", params={"iteration": 20})).json()
    assert (told["iteration"], told["verdict"]) == (20, "healthy")
    assert {layer["name"] for layer in told["layers"]} == {"dense1", "relu1", "dense2", "loss"}


async def test_numbers_that_are_not_finite_travel_as_strings(client, open_session):
    _, path = await open_session("instability")
    assert (await client.get(f"{path}/diagnosis")).json()["nonfinite"]["value"] == "Infinity"
    told = await client.get(f"{path}/explain", params={"node": "z", "index": "0"})
    assert (told.status_code, told.json()["gradient"]) == (200, "NaN")
    nudged = await client.post(f"{path}/nudge", json={"set": "z", "index": [0], "by": 1})
    assert (nudged.status_code, nudged.json()["change"]) == (200, "NaN")


@pytest.mark.parametrize(
    ("call", "status", "named"),
    [
        ({"params": {"node": "q"}}, 404, "'q'"),
        ({"params": {"node": "z", "index": "9"}}, 422, "(5,)"),
        ({"params": {"node": "z", "index": "one"}}, 416, "one"),
        ({"params": {"node": "z", "index": "0,0"}}, 422, "(5,)"),
        ({"params": {}}, 422, "node"),
        ({"params": {"node": "z", "iteration": 1}}, 416, "iteration 1"),
        ({"json": {"set": "q", "by": 1}}, 404, "'q'"),
        ({"json": {"set": "z", "index": [5], "by": 1}}, 422, "(5,)"),
        ({"json": {"set": "z", "by": 1e300}}, 422, "by"),
        ({"json": {"set": "z", "index": [-1], "by": 1}}, 422, "index"),
        ({"json": {"by": 1}}, 422, "set"),
    ],
)
async def test_what_cannot_be_answered_is_named(client, open_session, call, status, named):
    _, path = await open_session("dying-relu")
    answer = await (client.post(f"{path}/nudge", **call) if "json" in call else client.get(f"{path}/explain", **call))
    assert answer.status_code == status
    assert named in answer.json()["detail"]
