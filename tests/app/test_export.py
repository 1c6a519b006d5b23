"""Sessions taken away over REST, and brought back."""

import ast
import json
import subprocess
import sys
from importlib import import_module
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.conftest import client_of, expression

pytestmark = pytest.mark.anyio

MEDIA = {
    "json": "application/json",
    "numpy": "text/x-python; charset=utf-8",
    "pytorch": "text/x-python; charset=utf-8",
    "notebook": "application/x-ipynb+json",
    "svg": "image/svg+xml",
    "html": "text/html; charset=utf-8",
}
NAMES = {
    "json": "neuron-3.json",
    "numpy": "neuron-3.py",
    "pytorch": "neuron-3-pytorch.py",
    "notebook": "neuron-3.ipynb",
    "svg": "neuron-3.svg",
    "html": "neuron-3.html",
}

OWN = ("id", "revision", "drive", "undo", "redo", "stretches")  # what belongs to a session, and not to its numbers


async def taken(client, path, format, **more):
    answer = await client.get(f"{path}/export", params={"format": format, **more})
    assert answer.status_code == 200, answer.text
    return answer


async def brought(client, exported):
    answer = await client.post("/sessions", json={"import": exported})
    assert answer.status_code == 201, answer.text
    return answer.json(), f"/sessions/{answer.json()['id']}"


async def numbers(client, path, iteration):
    return (await client.get(f"{path}/recording", params={"iteration": iteration})).content


@pytest.mark.parametrize("format", MEDIA)
async def test_every_form_is_a_file_of_its_type_with_a_name(client, open_session, format):
    _, path = await open_session("neuron")
    await client.post(f"{path}/seek", json={"iteration": 3, "cursor": 7})
    answer = await taken(client, path, format)
    assert answer.headers["content-type"] == MEDIA[format]
    assert answer.headers["content-disposition"] == f'attachment; filename="{NAMES[format]}"'


async def test_the_numpy_script_runs_where_nothing_of_ours_is(client, open_session):
    _, path = await open_session("spiral")
    script = (await taken(client, path, "numpy", iteration=2)).text
    done = subprocess.run(
        [sys.executable, "-I", "-"], input=script, capture_output=True, text=True, timeout=60, env={}, cwd="/"
    )
    assert (done.returncode, done.stdout) == (0, "The numbers are the same.\n"), done.stderr


async def test_the_notebook_and_the_picture_are_what_they_say(client, open_session):
    _, path = await open_session("neuron")
    nbformat.validate(nbformat.from_dict((await taken(client, path, "notebook")).json()))
    picture = ElementTree.fromstring((await taken(client, path, "svg")).text)
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"


async def test_a_script_is_of_the_iteration_asked_for(client, open_session):
    _, path = await open_session("neuron")
    first, third = [(await taken(client, path, "numpy", iteration=k)).text for k in (0, 2)]
    assert "iteration 0" in first.splitlines()[0]
    assert "iteration 2" in third.splitlines()[0]
    assert "w = np.array(0.5)\n" in first
    assert "w = np.array(0.5)\n" not in third


@pytest.mark.parametrize("name", ["neuron", "training-loop", "optimizers-adam", "regularisation"])
async def test_a_session_brought_back_has_the_same_numbers_and_stands_where_it_stood(client, open_session, name):
    _, path = await open_session(name)
    await client.post(f"{path}/seek", json={"iteration": 3, "cursor": 5})
    await client.post(f"{path}/seek", json={"iteration": 2, "cursor": 4})
    here = (await client.get(path)).json()
    again, other = await brought(client, (await taken(client, path, "json")).json())
    assert again["id"] != here["id"]
    assert {k: v for k, v in again.items() if k not in OWN} == {k: v for k, v in here.items() if k not in OWN}
    assert here["frontier"] == 3
    for iteration in (0, 2, 3):
        assert await numbers(client, other, iteration) == await numbers(client, path, iteration)


async def test_edits_in_force_go_along(client, open_session):
    _, path = await open_session("neuron")
    for iteration, edit in ((0, {"set": "w", "to": 2.0}), (2, {"set": "optimizer.learning_rate", "to": 0.05})):
        await client.post(f"{path}/seek", json={"iteration": iteration, "cursor": 3})
        body = {"edits": [edit], "iteration": iteration}
        revision = (await client.get(path)).headers["etag"]
        edited = await client.post(f"{path}/edits", json=body, headers={"If-Match": revision})
        assert edited.status_code == 200, edited.text
    await client.post(f"{path}/seek", json={"iteration": 4, "cursor": 6})
    exported = (await taken(client, path, "json")).json()
    again, other = await brought(client, exported)
    assert (again["iteration"], again["cursor"], again["frontier"]) == (4, 6, 4)
    for iteration in range(5):
        assert await numbers(client, other, iteration) == await numbers(client, path, iteration)
    assert (await taken(client, other, "json")).json() == exported
    _, plain = await brought(client, exported | {"edits": []})
    assert await numbers(client, plain, 0) != await numbers(client, path, 0)


async def test_a_model_of_ones_own_is_brought_back(client, open_session):
    spec = expression("sum(x*x)", {"x": [[1.0, 0.1], [1e-300, -3.0]]})
    session, path = await open_session(spec)
    again, other = await brought(client, (await taken(client, path, "json")).json())
    assert (again["spec"], again["title"]) == (session["spec"], session["title"])
    assert await numbers(client, other, 0) == await numbers(client, path, 0)


async def test_data_that_was_sent_goes_along(client, open_session):
    csv = "a,b,kind\n" + "".join(f"{k / 7},{-k},{'uvw'[k % 3]}\n" for k in range(12))
    sent = await client.post("/datasets", content=csv, headers={"content-type": "text/csv"}, params={"target": "kind"})
    assert sent.status_code == 201, sent.text
    layers, loss = [{"type": "dense", "units": 3}], {"name": "softmax_cross_entropy"}
    spec = {
        "model": {"kind": "network", "layers": layers, "loss": loss},
        "data": {"id": sent.json()["id"], "batch": 4, "standardize": True, "split": 0.25, "seed": 3},
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
    }
    _, path = await open_session(spec)
    exported = (await taken(client, path, "json")).json()
    assert "id" not in exported["spec"]["data"]
    _, other = await brought(client, exported)
    for iteration in (0, 5):
        ours, theirs = [np.frombuffer(await numbers(client, p, iteration)) for p in (path, other)]
        np.testing.assert_array_equal(ours, theirs)


async def test_what_took_many_requests_to_train_is_brought_back_by_one(open_session, client):
    _, path = await open_session("neuron")
    await client.post(f"{path}/seek", json={"iteration": 90, "cursor": 5})
    exported = (await taken(client, path, "json")).json()
    async with client_of(create_app(Settings(step_seconds=1e-9))) as hurried:
        again, other = await brought(hurried, exported)
        assert (again["iteration"], again["cursor"]) == (90, 5)
        assert await numbers(hurried, other, 90) == await numbers(client, path, 90)
    async with client_of(create_app(Settings(step_seconds=1e-9, check_seconds=1e-9))) as hurried:
        answer = await hurried.post("/sessions", json={"import": exported})
        assert answer.status_code == 413
        assert "iteration 90 asked for" in answer.json()["detail"]


async def test_an_export_with_one_number_changed_is_another_session(client, open_session):
    _, path = await open_session("neuron")
    exported = (await taken(client, path, "json")).json()
    exported["spec"]["model"]["values"]["w"] = 0.25
    again, other = await brought(client, exported)
    assert again["example"] is None
    assert await numbers(client, other, 0) != await numbers(client, path, 0)


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"cursor": 20}, 416, "20"),
        ({"version": 2}, 422, "version"),
        ({"edits": [{"iteration": k, "edits": [{"set": "w", "to": 1}]} for k in (2, 1)]}, 422, "[2, 1]"),
        ({"edits": [{"iteration": 0, "edits": [{"set": "nothing", "to": 1}]}]}, 422, "nothing"),
        ({"format": "other"}, 422, "format"),
        ({"more": 1}, 422, "more"),
        ({"iteration": -1}, 422, "iteration"),
        ({"spec": {"model": {"kind": "expression", "source": "x*", "values": {"x": 1}}}}, 422, "column"),
    ],
)
async def test_an_export_that_is_none_is_refused(client, open_session, change, status, says):
    _, path = await open_session("neuron")
    exported = (await taken(client, path, "json")).json()
    answer = await client.post("/sessions", json={"import": exported | change})
    assert answer.status_code == status, answer.text
    assert says in json.dumps(answer.json())


async def test_a_request_names_one_source_only(client, open_session):
    _, path = await open_session("neuron")
    exported = (await taken(client, path, "json")).json()
    assert (await client.post("/sessions", json={"import": exported, "example": "neuron"})).status_code == 422


async def test_a_form_there_is_not_is_refused(client, open_session):
    _, path = await open_session("square")
    assert (await client.get(f"{path}/export", params={"format": "matlab"})).status_code == 422
    assert (await client.get(f"{path}/export")).status_code == 422


@pytest.mark.parametrize(
    ("format", "says"),
    [
        ("numpy", "a script is written for at most 100,000"),
        ("pytorch", "a script is written for at most 100,000"),
        ("notebook", "a script is written for at most 100,000"),
    ],
)
async def test_a_step_too_large_is_refused_with_number_and_limit(client, open_session, format, says):
    spec = {
        "model": {"kind": "network", "layers": [{"type": "dense", "units": 200}], "loss": {"name": "mse"}},
        "data": {"arrays": {"x": np.zeros((2, 200)).tolist(), "y": np.zeros((2, 200)).tolist()}},
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
    }
    _, path = await open_session(spec)
    answer = await client.get(f"{path}/export", params={"format": format})
    assert answer.status_code == 413
    assert says in answer.json()["detail"]
    assert "121," in answer.json()["detail"]


async def test_a_graph_too_large_for_a_picture_is_refused_with_number_and_limit(client, open_session, monkeypatch):
    _, path = await open_session("gru")
    assert (await client.get(f"{path}/export", params={"format": "svg"})).status_code == 200
    monkeypatch.setattr(import_module("engine.svg"), "NODES", 149)
    answer = await client.get(f"{path}/export", params={"format": "svg"})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "this graph has 150 nodes; a picture is drawn of at most 149"


async def test_the_catalogue_says_every_operation_in_numpy_and_in_pytorch(client):
    rows = {row["name"]: row for row in (await client.get("/catalogue")).json()["ops"]}
    for row in rows.values():
        ast.parse(row["numpy"], mode="eval")
        ast.parse(row["pytorch"], mode="eval")
    assert rows["conv2d"]["pytorch"] == "F.conv2d(X, W)"
    assert rows["layer_norm"]["pytorch"] == "F.layer_norm(x, gamma.shape, gamma, beta, eps=1e-05)"
