"""Answers held to numbers, over REST."""

import pytest

pytestmark = pytest.mark.anyio


async def sent(client, path):
    """The event that comes back over the sigmoid, with its numbers."""
    graph = (await client.get(f"{path}/graph")).json()["nodes"]
    events = (await client.get(f"{path}/trace")).json()["events"]
    return next(e for e in events if e["kind"] == "contribution" and graph[e["node"]]["op"] == "sigmoid")


async def test_an_answer_is_right_or_a_mistake_with_a_name_and_a_sentence(client, open_session):
    _, path = await open_session("neuron")
    event = await sent(client, path)
    body = {"event": event["index"]}
    right = (await client.post(f"{path}/predict", json={**body, "value": event["value"]["data"]})).json()
    assert (right["right"], right["mistake"], right["sentence"]) == (True, None, "Right.")
    wrong = (await client.post(f"{path}/predict", json={**body, "value": event["upstream"]["data"]})).json()
    assert (wrong["right"], wrong["mistake"]) == (False, "slope")
    assert "multiplied by the slope" in wrong["sentence"]
    sign = (await client.post(f"{path}/predict", json={**body, "sign": 1})).json()
    assert sign["right"] is (event["value"]["data"] > 0)
    size = (await client.post(f"{path}/predict", json={**body, "size": 5})).json()
    assert size["sentence"] == "The number is smaller than that."


@pytest.mark.parametrize(
    "body",
    [
        {"event": 5}, {"event": 5, "value": 1, "sign": 1}, {"event": 999, "value": 1}, {"event": 0, "value": 1},
        {"event": 1, "entry": [0], "value": 1}, {"event": 1, "sign": 2}, {"event": 1, "value": "1e999"},
    ],
)  # fmt: skip
async def test_what_cannot_be_answered_is_refused(client, open_session, body):
    _, path = await open_session("neuron")
    answer = await client.post(f"{path}/predict", json=body)
    assert answer.status_code == 422, answer.text


async def test_whoever_reads_may_answer_and_nothing_changes(client, open_session):
    _, path = await open_session("neuron")
    before = (await client.get(path)).json()
    answer = await client.post(f"{path}/predict", json={"event": 1, "value": 0}, headers={"Authorization": "none"})
    assert answer.status_code == 200
    assert {**(await client.get(path)).json(), "drives": True} == {**before, "drives": True}


async def test_an_answer_may_be_held_to_another_iteration_than_the_drivers(client, open_session):
    _, path = await open_session("neuron")
    losses = []
    for iteration in (0, 1):
        events = (await client.get(f"{path}/trace", params={"iteration": iteration})).json()["events"]
        losses.append(next(e["value"]["data"] for e in events if e["index"] == 6))
    assert losses[0] != losses[1]
    body = {"event": 6, "value": losses[1]}
    assert not (await client.post(f"{path}/predict", json=body)).json()["right"]
    assert (await client.post(f"{path}/predict", json=body, params={"iteration": 1})).json()["right"]
    assert (await client.get(path)).json()["iteration"] == 0
