"""A network asked over a grid: decision boundaries, fitted curves, response maps."""

import numpy as np
import pytest

from app import grids
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Evaluator, Run, values_of

pytestmark = pytest.mark.anyio
LAYERS = [{"type": "dense", "units": 5}, {"type": "tanh"}, {"type": "dropout", "p": 0.5}, {"type": "dense", "units": 3}]


def plane(layers=LAYERS):
    return {
        "model": {"kind": "network", "loss": {"name": "softmax_cross_entropy"}, "layers": layers},
        "data": {"name": "spiral", "points": 10, "classes": 3, "seed": 4},
        "optimizer": {"name": "sgd", "learning_rate": 0.5},
    }


async def parameters(client, path, iteration):
    found = {}
    for name in ("dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"):
        answer = await client.get(f"{path}/tensors/{name}/value", params={"iteration": iteration})
        found[name] = np.array(answer.json()["data"])
    return found


def by_hand(p, x):
    hidden = np.tanh(x @ p["dense1.weight"] + p["dense1.bias"])
    return hidden, hidden @ p["dense2.weight"] + p["dense2.bias"]


async def test_each_point_of_a_plane_is_answered_as_numpy_does(client, open_session):
    _, path = await open_session(plane())
    await client.post(f"{path}/seek", json={"iteration": 4, "cursor": 0})
    asked = {"x": "-1:1:5", "y": "-2:0.5:3", "layers": "tanh1"}
    for iteration in (0, 4):
        p = await parameters(client, path, iteration)
        told = (await client.get(f"{path}/evaluate", params=asked | {"iteration": iteration})).json()
        x, y = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-2, 0.5, 3))
        hidden, outputs = by_hand(p, np.stack([x, y], axis=-1))
        assert (told["iteration"], told["x"][1], told["y"]) == (iteration, -0.5, [-2, -0.75, 0.5])
        assert [(r["layer"], r["shape"]) for r in told["responses"]] == [("tanh1", [3, 5, 5]), ("dense2", [3, 5, 3])]
        assert np.array(told["responses"][0]["data"]) == pytest.approx(hidden, rel=1e-12)
        assert np.array(told["responses"][1]["data"]) == pytest.approx(outputs, rel=1e-12)


async def test_numbers_come_as_they_are_with_their_shapes(client, open_session):
    _, path = await open_session(plane())
    asked = {"x": "-1:1:60", "y": "-1:1:50", "layers": "dense1"}
    answer = await client.get(f"{path}/evaluate", params=asked, headers={"accept": "application/octet-stream"})
    assert answer.headers["x-shapes"] == "50,60,5;50,60,3"
    numbers = np.frombuffer(answer.content, "<f8")
    x, y = np.meshgrid(np.linspace(-1, 1, 60), np.linspace(-1, 1, 50))
    outputs = by_hand(await parameters(client, path, 0), np.stack([x, y], axis=-1))[1]
    assert numbers[50 * 60 * 5 :] == pytest.approx(outputs.reshape(-1), rel=1e-12)


async def test_a_line_is_for_one_input(client, open_session):
    layers = [{"type": "dense", "units": 4}, {"type": "tanh"}, {"type": "dense", "units": 1}]
    spec = {
        "model": {"kind": "network", "loss": {"name": "mse"}, "layers": layers},
        "data": {"arrays": {"x": [[0.0], [1.0], [2.0]], "y": [[1.0], [0.0], [1.0]]}},
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
    }
    _, path = await open_session(spec)
    told = (await client.get(f"{path}/evaluate", params={"over": "line", "x": "0:2:9"})).json()
    outputs = by_hand(await parameters(client, path, 0), np.linspace(0, 2, 9)[:, None])[1]
    assert (told["y"], told["responses"][0]["shape"]) == (None, [9, 1])
    assert np.array(told["responses"][0]["data"]) == pytest.approx(outputs, rel=1e-12)


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"over": "line"}, 416, "a line of inputs of shape (1,) asked for; this model takes inputs of shape (2,)"),
        ({"x": "1:-1:5"}, 416, "axis '1:-1:5': two numbers in order"),
        ({"x": "0:1:0"}, 416, "axis '0:1:0'"),
        ({"x": "0:1e999:5"}, 416, "axis '0:1e999:5'"),
        ({"x": "0:--1:5"}, 416, "axis '0:--1:5'"),
        ({"x": "0:1:999", "y": "0:1:999"}, 413, "998001 points asked for; this service evaluates 40000"),
        ({"x": "0:1:100", "y": "0:1:100"}, 413, "30000 numbers asked for; one answer in this form has 4096"),
        ({"layers": "dense9"}, 404, "there is no layer 'dense9'; there are dense1, tanh1, dense2"),
        ({"over": "sphere"}, 422, "over"),
    ],
)
async def test_what_cannot_be_answered_is_said_with_the_limit(client, open_session, asked, status, says):
    _, path = await open_session(plane([row for row in LAYERS if row["type"] != "dropout"]))
    answer = await client.get(f"{path}/evaluate", params=asked)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text


async def test_an_expression_has_its_own_values_only(client, open_session):
    _, path = await open_session("neuron")
    answer = await client.get(f"{path}/evaluate")
    assert (answer.status_code, "has no inputs from outside" in answer.json()["detail"]) == (416, True)


async def test_many_points_are_answered_a_few_at_a_time(monkeypatch):
    run = Run(to_model(SpecRequest.model_validate(plane()), Settings())[0])
    points = np.random.default_rng(3).standard_normal((100, 2))
    sizes = []
    monkeypatch.setattr(grids, "Evaluator", lambda network, x: sizes.append(len(x)) or Evaluator(network, x))
    asked = run.model.network, values_of(run), points, ["tanh1"]
    parts = grids.responses(*asked, Settings(session_bytes=2_000), 10_000)
    assert sizes == [1, *[10] * 10]
    whole = grids.responses(*asked, Settings(), 10_000)
    assert all(parts[name] == pytest.approx(whole[name], rel=1e-12) for name in ("tanh1", "dense2"))
