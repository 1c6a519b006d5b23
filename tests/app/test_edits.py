"""Edits change the function from iteration to trace, from an iteration on; undo changes it back."""

import numpy as np
import pytest

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Run
from tests.app.conftest import expression

pytestmark = pytest.mark.anyio

NETWORK = {
    "model": {
        "kind": "network",
        "layers": [{"type": "dense", "units": 4}, {"type": "tanh"}, {"type": "dense", "units": 3}],
        "loss": {"name": "softmax_cross_entropy"},
    },
    "data": {"name": "spiral", "points": 8, "batch": 6, "seed": 3},
    "optimizer": {"name": "adam", "learning_rate": 0.05},
}


@pytest.fixture
def edit(client):
    async def send(path, *edits, revision=None, **more):
        if revision is None:
            revision = (await client.get(path)).json()["revision"]
        body = {"edits": list(edits), **more}
        return await client.post(f"{path}/edits", json=body, headers={"If-Match": f'"{revision}"'})

    return send


@pytest.fixture
def turn(client):
    async def send(path, which):
        revision = (await client.get(path)).json()["revision"]
        return await client.post(f"{path}/{which}", headers={"If-Match": f'"{revision}"'})

    return send


@pytest.fixture
def numbers(client):
    async def read(path, iteration):
        answer = await client.get(f"{path}/recording", params={"iteration": iteration})
        assert answer.status_code == 200, answer.text
        return answer.content

    return read


async def at(client, path, iteration, cursor=0):
    answer = await client.post(f"{path}/seek", json={"iteration": iteration, "cursor": cursor})
    assert answer.status_code == 200, answer.text
    return answer.json()


def parameters(run):
    return {n.label: run.recording.view(run.schedule.values[n.id]) for n in run.graph.parameters}


async def test_a_weight_that_is_set_gives_the_numbers_of_a_run_that_had_it(client, open_session, edit, numbers):
    """The oracle is an engine's run whose weight is written into its memory by hand."""
    session, path = await open_session("neuron")
    await at(client, path, 3)
    assert (await edit(path, {"set": "w", "to": -0.25})).status_code == 200
    run = Run(to_model(SpecRequest.model_validate(session["spec"]), Settings())[0])
    for iteration in range(8):
        if iteration == 3:
            parameters(run)["w"][...] = -0.25
            run.compute()
        assert await numbers(path, iteration) == run.recording.buffer.tobytes()
        run.advance()


async def test_the_same_edits_give_the_same_numbers_in_another_session(client, open_session, edit, numbers):
    recordings = []
    for _ in range(2):
        _, path = await open_session(NETWORK)
        await at(client, path, 5)
        for change, iteration in ALL_KINDS:
            answer = await edit(path, change, iteration=iteration)
            assert answer.status_code == 200, answer.text
            await at(client, path, iteration + 2)
        recordings.append([await numbers(path, iteration) for iteration in range(20)])
    assert recordings[0] == recordings[1]


ALL_KINDS = [
    ({"set": "dense1.weight", "index": [0, 1], "to": 0.3}, 4),
    ({"set": "optimizer.learning_rate", "to": 0.5}, 5),
    ({"optimizer": {"name": "sgd", "learning_rate": 0.1}}, 6),
    ({"freeze": "dense1"}, 7),
    ({"cut": ["v7", 0]}, 8),
    ({"set": "x", "index": [0, 1], "to": 2.5}, 9),
    ({"label": 1, "row": 2}, 10),
    ({"sample": 17}, 11),
]


async def test_whatever_depended_on_the_old_number_has_not_happened_yet(client, open_session, edit):
    session, path = await open_session("neuron")
    await at(client, path, 2, session["length"])
    after = (await edit(path, {"set": "w", "to": 1})).json()
    assert (after["iteration"], after["frontier"], after["revision"]) == (2, 2, 2)
    events = (await client.get(f"{path}/trace", params={"iteration": 2})).json()["events"]
    graph = (await client.get(f"{path}/graph")).json()["nodes"]
    w = next(n["id"] for n in graph if n["label"] == "w")
    first = next(e["index"] for e in events if e["kind"] == "forward" and w in graph[e["node"]]["inputs"])
    assert after["cursor"] == first
    assert after["loss"] is None
    for name in ("w", "b"):
        assert (await client.get(f"{path}/tensors/{name}/gradient")).json()["state"] == "pending"
    assert (await client.get(f"{path}/tensors/w/value")).json()["data"] == 1


async def test_an_edit_of_an_earlier_iteration_drops_what_lay_beyond_and_undo_brings_it_back(
    client, open_session, edit, turn, numbers
):
    _, path = await open_session("spiral")
    before = await at(client, path, 60, 5)
    recordings = [await numbers(path, iteration) for iteration in (20, 30, 60)]
    after = (await edit(path, {"set": "dense1.bias", "index": [0], "to": 1}, iteration=30)).json()
    assert (after["iteration"], after["frontier"]) == (30, 30)
    assert [await numbers(path, i) == r for i, r in zip((20, 30, 60), recordings, strict=True)] == [True, False, False]
    undone = (await turn(path, "undo")).json()
    kept = ("iteration", "cursor", "frontier", "loss", "length", "spec")
    assert {k: undone[k] for k in kept} == {k: before[k] for k in kept}
    assert (undone["revision"], undone["undo"], undone["redo"]) == (3, False, True)
    assert [await numbers(path, i) for i in (20, 30, 60)] == recordings
    again = (await turn(path, "redo")).json()
    assert {k: again[k] for k in kept} == {k: after[k] for k in kept}
    assert again["revision"] == 4


async def test_edits_of_later_iterations_go_with_what_is_dropped(client, open_session, edit, turn, numbers):
    _, path = await open_session("neuron")
    await at(client, path, 9)
    await edit(path, {"set": "w", "to": 5}, iteration=8)
    await at(client, path, 9)
    late = await numbers(path, 9)
    await edit(path, {"set": "b", "to": 0.5}, iteration=4)
    _, other = await open_session("neuron")
    await at(client, other, 5)
    await edit(other, {"set": "b", "to": 0.5}, iteration=4)
    assert await numbers(path, 9) == await numbers(other, 9) != late
    await turn(path, "undo")
    assert await numbers(path, 9) == late


async def test_undo_goes_back_one_edit_at_a_time_and_an_edit_ends_redo(client, open_session, edit, turn):
    _, path = await open_session("neuron")
    for value in (1, 2, 3):
        await edit(path, {"set": "w", "to": value})
    values = []
    for which in ("undo", "undo", "redo", "undo", "undo"):
        await turn(path, which)
        values.append((await client.get(f"{path}/tensors/w/value", params={"iteration": 0})).json()["data"])
    assert values == [2, 1, 2, 1, 0.5]
    refused = await turn(path, "undo")
    assert (refused.status_code, refused.json()["detail"]) == (409, "there is nothing to undo")
    await edit(path, {"set": "w", "to": 7})
    assert (await turn(path, "redo")).status_code == 409


async def test_all_edits_are_made_or_none(client, open_session, edit, numbers):
    _, path = await open_session("neuron")
    await at(client, path, 2)
    before, recording = (await client.get(path)).json(), await numbers(path, 2)
    answer = await edit(path, {"set": "w", "to": 9}, {"set": "nobody", "to": 1})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/edits/1"
    assert ((await client.get(path)).json(), await numbers(path, 2)) == (before, recording)


async def test_an_edit_says_which_revision_it_was_decided_on(client, open_session, edit):
    _, path = await open_session("neuron")
    body = {"edits": [{"set": "w", "to": 1}]}
    for end in ("edits", "undo", "redo"):
        missing = await client.post(f"{path}/{end}", json=body)
        assert (missing.status_code, missing.json()["title"]) == (428, "Which revision?")
    assert (await edit(path, body["edits"][0], revision=1)).headers["etag"] == '"2"'
    stale = await edit(path, {"set": "w", "to": 2}, revision=1)
    assert (stale.status_code, stale.headers["etag"]) == (412, '"2"')
    assert "revision 2" in stale.json()["detail"]
    read = await client.get(path)
    assert (read.headers["etag"], read.json()["revision"]) == ('"2"', 2)


async def test_moving_makes_no_revision(client, open_session):
    _, path = await open_session("neuron")
    await client.post(f"{path}/step", json={"grain": "phase"})
    assert (await at(client, path, 3, 4))["revision"] == 1


async def test_a_learning_rate_is_in_force_from_its_iteration_on(client, open_session, edit):
    _, path = await open_session(NETWORK)
    await at(client, path, 5)
    after = (await edit(path, {"set": "optimizer.learning_rate", "to": 0.5}, iteration=3)).json()
    assert after["stretches"] == [0, 3]
    rates = []
    for iteration in range(5):
        events = (await client.get(f"{path}/trace", params={"iteration": iteration})).json()["events"]
        rates.append(events[0]["learning_rate"]["data"])
    assert rates == [0.05] * 3 + [0.5] * 2
    tags = [(await client.get(f"{path}/schedule", params={"iteration": i})).headers["etag"] for i in (0, 2, 3, 9)]
    assert tags[0] == tags[1] != tags[2] == tags[3]


async def test_the_first_update_of_another_optimizer_is_its_first(client, open_session, edit, numbers):
    session, path = await open_session(NETWORK)
    await at(client, path, 4)
    await edit(path, {"optimizer": {"name": "sgd", "learning_rate": 0.1}})
    events = (await client.get(f"{path}/trace", params={"iteration": 4})).json()["events"]
    assert events[0]["step"]["data"] == 1
    assert {e["target"] for e in events if e["kind"] == "assign"} == {"parameter"}
    run = Run(to_model(SpecRequest.model_validate(session["spec"]), Settings())[0])
    for _ in range(4):
        run.advance()
    for name, value in parameters(run).items():
        told = await client.get(f"{path}/tensors/{name}/value", params={"iteration": 4})
        assert np.array_equal(np.array(told.json()["data"]), value)


async def test_a_frozen_layer_stays_and_the_page_learns_of_another_graph(client, open_session, edit):
    _, path = await open_session(NETWORK)
    await at(client, path, 2)
    lengths = [(await client.get(path)).json()["length"]]
    lengths.append((await edit(path, {"freeze": "dense1"})).json()["length"])
    assert lengths[1] < lengths[0]

    async def weight(iteration):
        return (await client.get(f"{path}/tensors/dense1.weight/value", params={"iteration": iteration})).json()["data"]

    assert await weight(2) == await weight(9) != await weight(1)
    graph = (await client.get(f"{path}/graph", params={"iteration": 2})).json()
    assert not next(n for n in graph["nodes"] if n["label"] == "dense1.weight")["wanted"]
    never = (await client.get(f"{path}/tensors/dense1.weight/gradient", params={"iteration": 3})).json()
    assert never["state"] == "none"


async def test_steps_cross_from_training_steps_of_one_length_to_those_of_another(client, open_session, edit):
    _, path = await open_session(NETWORK)
    long = (await at(client, path, 3))["length"]
    short = (await edit(path, {"freeze": "dense1"}, iteration=2)).json()["length"]
    await at(client, path, 1, long)
    moves = []
    for grain, count in (("event", short), ("event", 1), ("event", -short - 2), ("iteration", 2), ("phase", -1)):
        moves.append((await client.post(f"{path}/step", json={"grain": grain, "count": count})).json()["to"])
    places = [(move["iteration"], move["cursor"]) for move in moves]
    assert places[:4] == [(2, short), (3, 1), (1, long - 1), (2, short)]
    assert places[4][0] == 2


async def test_an_input_is_set_on_its_sample_whenever_it_comes_round(client, open_session, edit):
    _, path = await open_session({**NETWORK, "data": {**NETWORK["data"], "batch": 8}})
    await at(client, path, 2)
    events = (await client.get(f"{path}/trace", params={"iteration": 2})).json()["events"]
    sample = int(events[0]["samples"]["data"][5])
    await edit(path, {"set": "x", "index": [5, 0], "to": 42.0})
    for iteration in range(9):
        samples = (await client.get(f"{path}/trace", params={"iteration": iteration})).json()["events"][0]["samples"]
        x = (await client.get(f"{path}/tensors/x/value", params={"iteration": iteration})).json()["data"]
        seen = [row[0] == 42.0 for row in x]
        assert seen == [int(s) == sample and iteration >= 2 for s in samples["data"]]


async def test_a_label_is_another_class_for_the_picture(client, open_session, edit, turn):
    session, path = await open_session("digits8")
    other = (session["data"]["label"] + 1) % 10
    after = (await edit(path, {"label": other})).json()
    assert after["data"]["label"] == other
    target = (await client.get(f"{path}/tensors/y/value")).json()["data"]
    assert target[0] == [float(k == other) for k in range(10)]
    assert (await turn(path, "undo")).json()["data"]["label"] == session["data"]["label"]


async def test_nothing_goes_back_over_an_edge_that_is_cut_and_mended_it_carries_what_it_did(
    client, open_session, edit, numbers
):  # fmt: skip
    _, path = await open_session("neuron")
    whole = await numbers(path, 0)
    assert (await edit(path, {"cut": ["a", 0]})).status_code == 200
    told = (await client.get(f"{path}/tensors/w/gradient", params={"iteration": 0})).json()
    assert told["state"] == "none"
    told = (await client.get(f"{path}/explain?node=w&iteration=0")).json()
    assert "The way from a back to z is cut" in str(told)
    # Nothing is left that learns; each event of such a step has its words.
    said = (await client.get(f"{path}/explanations?iteration=0")).json()["explanations"]
    assert "No parameter gets a gradient here, so there is none to clear." in [row["sentence"] for row in said]
    a = next(n["id"] for n in (await client.get(f"{path}/graph")).json()["nodes"] if n["label"] == "a")
    assert (await client.get(f"{path}/schedule")).json()["backward"]["cut"] == [[a, 0]]
    assert (await edit(path, {"mend": [a, 0]})).status_code == 200
    assert (await client.get(f"{path}/schedule")).json()["backward"]["cut"] == []
    assert await numbers(path, 0) == whole


async def test_one_parameter_of_a_frozen_layer_learns_again_and_the_others_do_not(client, open_session, edit):
    async def learn(first, second):
        """Whether the layer's weight and bias change between two iterations."""
        read = [
            [
                (await client.get(f"{path}/tensors/dense1.{n}/value?iteration={i}")).json()["data"]
                for i in (first, second)
            ]
            for n in ("weight", "bias")
        ]
        return [before != after for before, after in read]

    _, path = await open_session(NETWORK)
    await edit(path, {"freeze": "dense1"})
    assert await learn(0, 2) == [False, False]
    await at(client, path, 2)
    assert (await edit(path, {"unfreeze": "dense1.weight"})).status_code == 200
    assert await learn(2, 4) == [True, False]
    await at(client, path, 4)
    assert (await edit(path, {"unfreeze": "dense1"})).status_code == 200  # what is left of it
    assert await learn(4, 6) == [True, True]
    assert (await client.get(f"{path}/verify?iteration=4")).json()["passed"]


async def test_another_sample_keeps_what_was_learnt(client, open_session, edit):
    _, path = await open_session("digits8")
    await at(client, path, 3)
    part = {"iteration": 3, "window": "0:64,0:8"}
    before = (await client.get(f"{path}/tensors/dense1.weight/value", params=part)).json()
    after = (await edit(path, {"sample": 17})).json()
    assert (after["data"]["sample"], after["iteration"], after["cursor"]) == (17, 3, 0)
    assert (await client.get(f"{path}/tensors/dense1.weight/value", params=part)).json() == before


async def test_a_name_of_an_expression_without_an_optimizer_is_set(client, open_session, edit, turn):
    _, path = await open_session("square")
    await client.post(f"{path}/step", json={"grain": "iteration"})
    graph = (await client.get(f"{path}/graph")).json()["nodes"]
    name = next(n["label"] for n in graph if n["op"] is None and n["role"] == "parameter")
    assert (await edit(path, {"set": name, "to": 0})).status_code == 200
    assert (await client.get(f"{path}/tensors/{name}/value")).json()["data"] == 0
    assert (await client.get(f"{path}/verify")).json()["passed"]


async def test_targets_and_inputs_of_an_expression_are_set(client, open_session, edit):
    _, path = await open_session("neuron")
    await at(client, path, 2)
    assert (await edit(path, {"set": "y", "to": 0}, {"set": "x", "to": 2})).status_code == 200
    values = [
        [(await client.get(f"{path}/tensors/{n}/value", params={"iteration": i})).json()["data"] for n in "xy"]
        for i in (1, 2, 5)
    ]
    assert values == [[1, 1], [2, 0], [2, 0]]


BAD = {
    "an unknown node": ({"set": "nobody", "to": 1}, "no node is called 'nobody'"),
    "something computed": ({"set": "z1", "to": 1}, "cannot be set"),
    "an index outside": ({"set": "dense1.weight", "index": [9, 9], "to": 1}, "shape is (2, 4)"),
    "an index too short": ({"set": "dense1.weight", "index": [0], "to": 1}, "names no entry"),
    "another shape": ({"set": "dense1.bias", "to": [1, 2]}, "has shape (4,); (2,) given"),
    "a list at an index": ({"set": "dense1.bias", "index": [0], "to": [1]}, "one number is set"),
    "a setting there is not": ({"set": "optimizer.magic", "to": 1}, "no setting 'magic'"),
    "a rate out of bounds": ({"set": "optimizer.learning_rate", "to": -1}, "greater than 0"),
    "an optimizer there is not": ({"optimizer": {"name": "magic", "learning_rate": 1}}, "no optimizer 'magic'"),
    "a layer there is not": ({"freeze": "dense9"}, "no layer and no parameter 'dense9'"),
    "an edge there is not": ({"cut": ["dense1.weight", 0]}, "no edge"),
    "an edge that is not cut": ({"mend": ["z1", 1]}, "no edit cut the edge [4, 1]; cut are none"),
    "what is not frozen": ({"unfreeze": "dense1"}, "'dense1' is not frozen; frozen are no parameters"),
    "a sample there is not": ({"sample": 999}, "sample 999 asked for; there are 0 to 23"),
    "a class there is not": ({"label": 3}, "there are 3 classes"),
    "a row there is not": ({"label": 0, "row": 6}, "6 rows"),
    "a number that is none": ({"set": "dense1.bias", "index": [0], "to": "1"}, "number"),
    "nothing known": ({"move": 1}, "set"),
}


@pytest.mark.parametrize("name", BAD)
async def test_an_edit_that_cannot_be_made_is_named_and_changes_nothing(client, open_session, edit, name):
    _, path = await open_session(NETWORK)
    before = (await client.get(path)).json()
    change, says = BAD[name]
    answer = await edit(path, change)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"].startswith("/edits")
    assert (await client.get(path)).json() == before


async def test_an_edit_beyond_the_furthest_iteration_is_refused(client, open_session, edit):
    _, path = await open_session("neuron")
    answer = await edit(path, {"set": "w", "to": 1}, iteration=3)
    assert (answer.status_code, answer.json()["detail"][:25]) == (416, "iteration 3 asked for; th")


@pytest.mark.parametrize("example", [name for name in EXAMPLES if name in ("lstm", "cnn", "checkpointing", "dropout")])
async def test_a_trace_after_an_edit_follows_from_its_leaves(client, open_session, edit, example):
    _, path = await open_session(example)
    await at(client, path, 1)
    graph = (await client.get(f"{path}/graph")).json()["nodes"]
    weight = next(n for n in graph if n["role"] == "parameter")
    answer = await edit(path, {"set": weight["label"], "index": [0] * len(weight["shape"]), "to": 0.125})
    assert answer.status_code == 200, answer.text
    assert (await client.get(f"{path}/verify")).json()["passed"]


async def test_values_of_an_expression_keep_every_bit(client, open_session, edit):
    _, path = await open_session(expression("sum(x*w)", {"x": [0.1, 1e-300], "w": [3.0, 1.1]}))
    await edit(path, {"set": "x", "index": [1], "to": 5e-324})
    assert (await client.get(f"{path}/tensors/x/value")).json()["data"] == [0.1, 5e-324]


async def test_a_session_tells_the_optimizer_that_is_in_force_where_it_stands(client, open_session, edit, turn):
    _, path = await open_session("neuron")
    assert (await client.get(path)).json()["optimizer"] == {"name": "sgd", "learning_rate": 0.5}
    changed = {"name": "adam", "learning_rate": 0.1, "beta1": 0.8}
    assert (await edit(path, {"optimizer": changed})).json()["optimizer"] == changed
    after = (await edit(path, {"set": "optimizer.beta1", "to": 0.7})).json()
    assert after["optimizer"] == {**changed, "beta1": 0.7}
    assert after["spec"]["optimizer"] == {"name": "sgd", "learning_rate": 0.5}
    assert (await turn(path, "undo")).json()["optimizer"] == changed
    _, path = await open_session("reuse")
    assert (await client.get(path)).json()["optimizer"] is None
