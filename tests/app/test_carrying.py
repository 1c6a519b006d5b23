"""Which edits go along when a model is built on: those that still name the same thing, and why the others do not."""

from copy import deepcopy

import pytest

from tests.app.conftest import expression

pytestmark = pytest.mark.anyio

DENSE = {"type": "dense", "units": 3}
TANH = {"type": "tanh"}
LOSS = {"name": "softmax_cross_entropy"}
SGD = {"name": "sgd", "learning_rate": 0.5}
NETWORK = {
    "model": {"kind": "network", "layers": [DENSE, TANH, {"type": "dense", "units": 2}], "loss": LOSS},
    "data": {"name": "moons", "points": 12, "batch": 4},
    "optimizer": SGD,
}  # fmt: skip
NEURON = expression("z = w*x + b\nL = (z - y)**2", {"w": 0.5, "x": 2, "b": 0.1, "y": 3}, optimizer=SGD)


@pytest.fixture
def carried(client, open_session):
    """What goes along of these edits, each made alone, where the model is changed; and the numbers of the new one."""

    async def make(body, edits, change):
        session, path = await open_session(body)
        for number, (iteration, edit) in enumerate(edits, 1):
            await client.post(f"{path}/seek", json={"iteration": iteration, "cursor": 0})
            said = await client.post(
                f"{path}/edits", json={"edits": [edit], "iteration": iteration}, headers={"If-Match": f'"{number}"'}
            )
            assert said.status_code == 200, said.text
        spec = deepcopy(session["spec"])
        change(spec)
        told = await client.post(f"{path}/carry", json={"spec": spec})
        assert told.status_code == 200, told.text
        found = told.json()
        exported = {"format": "backprop-session", "version": 1, "spec": spec, "edits": found["edits"]}
        made = await client.post("/sessions", json={"import": exported})
        assert made.status_code == 201, made.text
        return found, f"/sessions/{made.json()['id']}"

    return make


async def numbers(client, path, label, iteration):
    told = await client.get(f"{path}/tensors/{label}/value", params={"iteration": iteration, "cursor": 0})
    assert told.status_code == 200, told.text
    return told.json()["data"]


def reasons(found):
    return {row["what"]: row["why"] for row in found["left"]}


async def test_where_nothing_is_changed_every_edit_goes_along(client, carried):
    edits = [
        (0, {"set": "dense1.weight", "index": [0, 1], "to": 0.75}),
        (1, {"label": 1, "row": 2}),
        (2, {"set": "optimizer.learning_rate", "to": 0.25}),
        (2, {"freeze": "dense2"}),
        (3, {"unfreeze": "dense2.bias"}),
        (3, {"break": "uphill"}),
    ]
    found, path = await carried(NETWORK, edits, lambda spec: None)
    assert (found["kept"], found["left"]) == (6, [])
    assert [batch["iteration"] for batch in found["edits"]] == [0, 1, 2, 3]
    assert (await numbers(client, path, "dense1.weight", 0))[0][1] == 0.75


async def test_a_weight_that_keeps_its_name_and_shape_keeps_its_number_and_others_are_told(client, carried):
    edits = [
        (0, {"set": "dense1.weight", "index": [0, 1], "to": 0.75}),
        (0, {"set": "dense2.weight", "index": [2, 1], "to": -0.5}),
        (1, {"freeze": "dense2"}),
        (1, {"freeze": "dense1.bias"}),
    ]

    def wider_then_narrower(spec):
        spec["model"]["layers"][1:] = [{"type": "dense", "units": 4}, {"type": "dense", "units": 2, "name": "last"}]

    found, path = await carried(NETWORK, edits, wider_then_narrower)
    assert found["kept"] == 3
    assert reasons(found) == {"dense2.weight[2, 1]": "its shape is (3, 4) now, and was (3, 2)"}
    assert (await numbers(client, path, "dense1.weight", 0))[0][1] == 0.75

    found, path = await carried(
        NETWORK, edits, lambda spec: spec["model"].update(layers=[{"type": "dense", "units": 2}])
    )
    gone = "there is no such layer or parameter any more"
    assert reasons(found) == {
        "dense1.weight[0, 1]": "its shape is (2, 2) now, and was (2, 3)",
        "dense2.weight[2, 1]": "there is no such parameter any more",
        "dense2, frozen": gone,
    }


async def test_what_was_changed_in_the_spec_itself_is_not_overwritten(client, carried):
    edits = [
        (0, {"label": 1, "row": 2}),
        (0, {"sample": 5}),
        (1, {"set": "optimizer.learning_rate", "to": 0.25}),
        (1, {"optimizer": {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9}}),
    ]

    def another(spec):
        spec["optimizer"]["learning_rate"] = 0.01
        spec["data"]["points"] = 20

    found, _ = await carried(NETWORK, edits, another)
    assert (found["kept"], found["edits"]) == (0, [])
    assert reasons(found) == {
        "the label of row 2": "the model has other data",
        "sample 5": "the model has other data",
        "the learning rate": "the model has another optimizer",
        "the optimizer sgd": "the model has another optimizer",
    }
    numbers_set = [(0, {"set": "w", "to": 0.25}), (0, {"set": "x", "to": 4})]
    found, path = await carried(NEURON, numbers_set, lambda spec: spec["model"]["values"].update(x=5))
    assert reasons(found) == {"x": "its number was typed anew"}
    assert [await numbers(client, path, name, 0) for name in "wx"] == [0.25, 5]


async def test_an_edge_stays_cut_where_it_still_leads_from_the_same_to_the_same(client, open_session, carried):
    _, path = await open_session(NEURON)
    nodes = (await client.get(f"{path}/graph")).json()["nodes"]
    product = next(node for node in nodes if node["op"] == "mul")
    edits = [(0, {"cut": [product["id"], 0]}), (0, {"cut": ["z", 1]}), (1, {"mend": ["z", 1]})]
    longer = "z = w*x + b\na = tanh(z)\nL = (a - y)**2"
    found, _ = await carried(NEURON, edits, lambda spec: spec["model"].update(source=longer))
    assert (found["kept"], found["left"]) == (3, [])
    other = "z = w*x + c\nL = (z - y)**2"

    def renamed(spec):
        spec["model"].update(source=other, values={"w": 0.5, "x": 2, "c": 0.1, "y": 3})

    found, _ = await carried(NEURON, edits, renamed)
    assert found["kept"] == 1
    assert [row["what"] for row in found["left"]] == ["the cut into z", "the mended edge into z"]


async def test_what_cannot_go_wrong_in_the_other_model_is_not_broken_there(carried):
    def bare(spec):
        del spec["optimizer"]

    found, _ = await carried(NEURON, [(0, {"break": "uphill"})], bare)
    assert [row["what"] for row in found["left"]] == ["what was broken on purpose"]
    found, _ = await carried(NEURON, [(0, {"break": "uphill"}), (0, {"break": None})], bare)
    assert found["kept"] == 1


async def test_a_spec_that_cannot_be_built_is_refused_where_it_is_wrong(client, open_session):
    _, path = await open_session(NEURON)
    told = await client.post(
        f"{path}/carry", json={"spec": {"model": {"kind": "expression", "source": "L = (", "values": {}}}}
    )
    assert (told.status_code, told.json()["errors"][0]["line"]) == (422, 1)
