"""The gradient of one entry, sample by sample."""

import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.conftest import client_of

pytestmark = pytest.mark.anyio


async def test_the_mean_over_the_samples_is_the_gradient_that_the_step_follows(client, open_session):
    _, path = await open_session("training-loop")
    await client.post(f"{path}/seek", json={"iteration": 3, "cursor": 0})
    told = (await client.get(f"{path}/sample-gradients?node=dense1.weight&index=1,2")).json()
    whole = (await client.get(f"{path}/tensors/dense1.weight/gradient?iteration=3")).json()["data"]
    assert (told["by"], told["label"], told["index"], told["iteration"]) == ("mean", "dense1.weight", [1, 2], 3)
    assert told["recorded"] == whole[1][2]
    assert told["together"] == pytest.approx(whole[1][2], rel=1e-9, abs=1e-15)
    assert len({one["sample"] for one in told["samples"]}) == len(told["samples"]) == 32
    assert sum(one["gradient"] for one in told["samples"]) / 32 == pytest.approx(told["together"], rel=1e-12)
    first = (await client.get(f"{path}/sample-gradients?node=dense1.weight&index=1,2&iteration=0")).json()
    assert [one["sample"] for one in first["samples"]] != [one["sample"] for one in told["samples"]]


async def test_without_an_index_it_is_the_first_entry(client, open_session):
    _, path = await open_session("digits8")
    told = (await client.get(f"{path}/sample-gradients?node=dense1.bias")).json()
    assert (told["index"], len(told["samples"])) == ([0], 1)
    assert told["samples"][0]["gradient"] == told["recorded"]


@pytest.mark.parametrize(
    ("example", "asked", "status", "says"),
    [
        ("batch-norm", "node=dense1.weight", 416, "normalises over the batch"),
        ("neuron", "node=w", 416, "an expression has no batch"),
        ("digits8", "node=x", 416, "x is none of them"),
        ("digits8", "node=dense1.weight&index=0", 422, "shape (64"),
        ("digits8", "node=nothing", 404, "nothing"),
    ],
)
async def test_where_samples_have_no_gradients_of_their_own_it_says_why(
    client, open_session, example, asked, status, says
):
    _, path = await open_session(example)
    answer = await client.get(f"{path}/sample-gradients?{asked}")
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text


async def test_samples_there_is_no_time_for_are_counted(anyio_backend):
    async with client_of(create_app(Settings(step_seconds=1e-9))) as client:
        made = (await client.post("/sessions", json={"example": "training-loop"})).json()
        answer = await client.get(f"/sessions/{made['id']}/sample-gradients?node=dense1.weight")
        assert (answer.status_code, "32 samples asked for" in answer.json()["detail"]) == (413, True), answer.text
