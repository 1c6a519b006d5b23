"""A model is looked at before it becomes a session: its graph and shapes, or what is wrong and where."""

import pytest

from app.lessons import EXAMPLES
from app.main import create_app
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from app.wire import plain
from tests.app.conftest import client_of, expression

pytestmark = pytest.mark.anyio
SPIRAL = {"name": "spiral", "points": 20, "batch": 12}
DENSE, TANH, OUTPUT = {"type": "dense", "units": 8}, {"type": "tanh"}, {"type": "dense", "units": 3}


def network(*layers, data=SPIRAL, **more):
    return {
        "model": {"kind": "network", "layers": list(layers), "loss": {"name": "softmax_cross_entropy"}},
        "data": data,
        **more,
    }


@pytest.fixture
def ask(client):
    async def ask(spec, status=200):
        found = await client.post("/preview", json={"spec": spec})
        assert found.status_code == status, found.text
        return found.json()

    return ask


@pytest.mark.parametrize("name", ["neuron", "spiral", "digits8", "cnn", "lstm"])
async def test_a_preview_is_the_graph_that_the_session_will_have(ask, open_session, client, name):
    told = await ask(EXAMPLES[name].spec)
    _, path = await open_session(EXAMPLES[name].spec)
    graph = (await client.get(f"{path}/graph")).json()
    assert told["nodes"] == len(graph["nodes"])
    assert told["graph"] == (graph if told["nodes"] <= Settings().preview_nodes else None)


async def test_layers_are_told_with_what_they_take_and_give_and_how_much_they_learn(ask):
    told = await ask(network(DENSE, TANH, OUTPUT))
    assert told["layers"] == [
        {"name": "dense1", "input": [12, 2], "output": [12, 8], "parameters": 24},
        {"name": "tanh1", "input": [12, 8], "output": [12, 8], "parameters": 0},
        {"name": "dense2", "input": [12, 8], "output": [12, 3], "parameters": 27},
    ]
    assert (told["parameters"], told["targets"]) == (51, [12, 3])


async def test_a_preview_makes_no_session_and_needs_no_token():
    app = create_app(Settings())
    async with client_of(app) as client:
        assert (await client.post("/preview", json={"spec": network(DENSE, OUTPUT)})).status_code == 200
        assert app.state.sessions.live == 0


async def test_a_graph_of_more_nodes_than_are_drawn_is_told_by_its_layers_and_its_count():
    async with client_of(create_app(Settings(preview_nodes=4))) as client:
        told = (await client.post("/preview", json={"spec": network(DENSE, OUTPUT)})).json()
    assert (told["graph"], told["nodes"]) == (None, 11)
    assert [layer["name"] for layer in told["layers"]] == ["dense1", "dense2"]


async def test_nothing_is_trained_for_a_preview(ask, monkeypatch):
    monkeypatch.setattr("app.trained.Run", None)
    spec = network(DENSE, OUTPUT, optimizer={"name": "sgd", "learning_rate": 0.1})
    told = await ask(spec | {"trained": {"iterations": 10_000, "batch": 12}})
    assert told["nodes"] == 11


PLACED = {
    "a name without a value": ("z = w*x\nL = z + q", {"w": 1, "x": 2}, 2, 8, "'q' has no value"),
    "a bracket that is open": ("L = (x + 1", {"x": 2}, 1, 4, "'(' was never closed"),
    "shapes that do not fit": ("L = sum(w @ x)", {"w": [[1, 2, 3]], "x": [[1], [2]]}, 1, 8, "axis j is 3"),
    "an operation there is not": ("L = 2*cosh(x)", {"x": 2}, 1, 6, "no function 'cosh'"),
}


@pytest.mark.parametrize("case", PLACED)
async def test_an_error_in_an_expression_has_its_line_and_column(ask, case):
    source, values, line, column, says = PLACED[case]
    (error,) = (await ask(expression(source, values), 422))["errors"]
    assert (error["pointer"], error["line"], error["column"]) == ("/spec/model/source", line, column)
    assert says in error["detail"]


MISFITS = {
    "a picture is needed": ((DENSE, {"type": "conv2d", "filters": 2}), 1, "conv2d1", "(12, 8)"),
    "a sequence is needed": (({"type": "lstm", "units": 4}, OUTPUT), 0, "lstm1", "(12, 2)"),
    "the last one gives too many": ((DENSE, TANH), 1, "tanh1", "axis 1 is 8 and 3"),
    "heads cannot share": (
        ({"type": "reshape", "shape": [2, 1]}, {"type": "multi_head_attention", "heads": 2}),
        1,
        "multi_head_attention1",
        "axis 2 of its input is 1, which 2 heads",
    ),
}


@pytest.mark.parametrize("case", MISFITS)
async def test_a_layer_that_does_not_fit_is_named_and_the_shapes_before_it_are_told(ask, case):
    layers, place, name, says = MISFITS[case]
    (error,) = (await ask(network(*layers), 422))["errors"]
    assert (error["pointer"], error["layer"]) == (f"/spec/model/layers/{place}", name)
    assert says in error["detail"]
    fitting = [*layers[:place], {"type": "flatten"}, OUTPUT]
    shapes = plain(to_model(SpecRequest.model_validate(network(*fitting)), Settings())[0].layers)
    assert error["before"][:place] == shapes[:place]


async def test_what_a_field_cannot_be_is_told_by_its_pointer(ask):
    spec = network({"type": "dense", "units": 8.5}, {"type": "conv2d"}, optimizer={"name": "sgd", "learning_rate": -1})
    told = {error["pointer"]: error["detail"] for error in (await ask(spec, 422))["errors"]}
    assert told == {
        "/spec/model/layers/0": "units must be of kind integer, got float",
        "/spec/model/layers/1": "a conv2d layer needs `filters`",
        "/spec/optimizer/learning_rate": "Input should be greater than 0",
    }


async def test_a_preview_is_held_to_the_same_limits_as_a_session(ask):
    wide = {"type": "dense", "units": 4096}
    said = await ask(network(wide, wide), 413)
    assert "at most 1000000 fit" in said["detail"]


async def test_every_function_that_the_catalogue_tells_can_be_called(ask, client):
    names = (await client.get("/catalogue")).json()["functions"]
    assert {"sin", "softmax", "cross_entropy"} <= set(names)
    for name in names:
        (error,) = (await ask(expression(f"{name}()", {}), 422))["errors"]
        assert "operand" in error["detail"], error  # that it lacks, not that there is no such function
