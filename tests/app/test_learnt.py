"""What a network has learnt: samples as points, and what a classifier takes its samples for."""

import numpy as np
import pytest

from app.data.batches import resolve
from app.lessons import EXAMPLES
from app.main import create_app
from app.settings import Settings
from app.specs import SpecRequest
from tests.app.conftest import client_of

pytestmark = pytest.mark.anyio
SPIRAL = {"name": "spiral", "points": 10, "classes": 3, "seed": 4}


def network(data, *, units=3, loss="softmax_cross_entropy", **more):
    model = {"kind": "network", "loss": {"name": loss}, "layers": [{"type": "dense", "units": units}]}
    return {"model": model, "data": data, "optimizer": {"name": "sgd", "learning_rate": 0.5}, **more}


def dataset(spec):
    return resolve(SpecRequest.model_validate(spec).data, Settings(), None)[1]


async def test_samples_are_the_data_set_point_by_point(client, open_session):
    spec = network({**SPIRAL, "split": 0.2})
    _, path = await open_session(spec)
    told, made = (await client.get(f"{path}/samples")).json(), dataset(spec)
    assert told["inputs"] == made.x.tolist()
    assert told["targets"] == made.labels.tolist()
    assert (told["total"], sum(told["held"]), told["classes"]) == (30, 6, ["0", "1", "2"])


async def test_of_many_samples_some_are_told_evenly_spread(client, open_session):
    _, path = await open_session(network({**SPIRAL, "points": 1000, "batch": 10}))
    told = (await client.get(f"{path}/samples")).json()
    assert (told["total"], len(told["inputs"])) == (3000, 600)
    assert [told["targets"].count(k) for k in range(3)] == [200, 200, 200]


async def test_values_of_a_curve_are_told_as_they_are(client, open_session):
    spec = network({"name": "curve", "samples": 8, "seed": 1}, units=1, loss="mse")
    _, path = await open_session(spec)
    told = (await client.get(f"{path}/samples")).json()
    assert told["targets"] == dataset(spec).values.tolist()


async def test_samples_that_are_no_points_are_refused_with_their_shape(client, open_session):
    _, path = await open_session(EXAMPLES["digits8"].spec)
    answer = await client.get(f"{path}/samples")
    assert (answer.status_code, "(64,)" in answer.json()["detail"]) == (416, True)


@pytest.mark.parametrize("of", ["held", "seen"])
async def test_readings_are_counted_as_numpy_counts_them(client, open_session, of):
    _, path = await open_session(network({**SPIRAL, "split": 0.2}))
    await client.post(f"{path}/seek", json={"iteration": 3, "cursor": 0})
    asked = {"of": of, "iteration": 3}
    told = (await client.get(f"{path}/readings", params=asked)).json()
    parts = [(await client.get(f"{path}/tensors/dense1.{n}/value?iteration=3")).json() for n in ("weight", "bias")]
    w, b = (np.array(part["data"]) for part in parts)
    points = (await client.get(f"{path}/samples")).json()
    here = np.array(points["held"]) == (of == "held")
    labels, read = np.array(points["targets"])[here], (np.array(points["inputs"])[here] @ w + b).argmax(axis=1)
    wanted = np.zeros((3, 3), int)
    np.add.at(wanted, (labels, read), 1)
    assert told["counts"] == wanted.tolist()
    assert told["accuracy"] == pytest.approx((labels == read).mean())
    assert (told["samples"], told["total"], told["iteration"], told["of"]) == (here.sum(), here.sum(), 3, of)
    rows = np.flatnonzero(here)
    for one in told["misread"]:
        place = rows.tolist().index(one["sample"])
        assert (one["label"], one["read"], one["picture"]) == (labels[place], read[place], [])
        assert one["label"] != one["read"]


async def test_misread_pictures_come_with_their_numbers(client, open_session):
    _, path = await open_session(EXAMPLES["digits8"].spec)
    told = (await client.get(f"{path}/readings?of=seen")).json()
    made = dataset(EXAMPLES["digits8"].spec)
    assert told["total"] == 1797
    assert 0 < len(told["misread"]) <= 24
    for one in told["misread"]:
        assert one["picture"] == made.x[one["sample"]].reshape(-1).tolist()
        assert one["label"] == made.labels[one["sample"]]


async def test_what_there_is_no_time_for_is_not_read():
    async with client_of(create_app(Settings(step_seconds=1e-9))) as client:
        made = (await client.post("/sessions", json={"spec": EXAMPLES["digits8"].spec})).json()
        told = (await client.get(f"/sessions/{made['id']}/readings?of=seen")).json()
    assert 0 < told["samples"] < told["total"] == 1797


async def test_nothing_held_out_and_no_classes_are_said(client, open_session):
    _, path = await open_session(network(SPIRAL))
    answer = await client.get(f"{path}/readings")
    assert (answer.status_code, "held out" in answer.json()["detail"]) == (416, True)
    _, path = await open_session(network({"name": "curve", "samples": 8}, units=1, loss="mse"))
    assert (await client.get(f"{path}/readings?of=seen")).status_code == 416
    _, path = await open_session(EXAMPLES["neuron"].spec)
    assert (await client.get(f"{path}/readings?of=seen")).status_code == 416
