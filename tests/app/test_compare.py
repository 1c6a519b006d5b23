"""Two sessions side by side: identical where nothing differs, and told apart where something does."""

from copy import deepcopy
from itertools import pairwise

import anyio
import pytest

from tests.app.conftest import expression

pytestmark = pytest.mark.anyio

SGD = {"name": "sgd", "learning_rate": 0.5}
SQUARE = expression("z = w*x\nL = (z - y)**2", {"w": 0.5, "x": 2, "y": 3}, optimizer=SGD)


async def twin(client, path, **body):
    answer = await client.post(f"{path}/twin", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json(), f"/sessions/{answer.json()['id']}"


@pytest.fixture
def compared(client, open_session):
    """Open a session and make its twin; the comparison of the two at a training step."""

    async def make(body, iteration=0, change=None, edits=None, **asked):
        session, path = await open_session(body)
        spec = deepcopy(session["spec"])
        if change:
            change(spec)
        other, _ = await twin(client, path, **({"edits": edits, "iteration": 0} if edits else {"spec": spec}))
        return await compare(client, path, other["id"], iteration=iteration, **asked)

    return make


async def compare(client, path, other, **asked):
    answer = await client.get(f"{path}/compare", params={"with": other, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def row_of(found, label):
    return next(row for row in found["rows"] if row["label"] == label)


# Dense layers, a batch norm, convolutions, a recurrent network, dropout, minibatches with SGD and with Adam.
MODELS = ("neuron", "digits8", "batch-norm", "cnn", "lstm", "regularisation", "frameworks-freeze", "training-loop")


@pytest.mark.parametrize("example", MODELS)
async def test_twins_without_a_difference_are_identical_in_every_event_and_byte(client, open_session, example):
    session, path = await open_session(example)
    by_spec, spec_path = await twin(client, path, spec=session["spec"])
    by_edits, edits_path = await twin(client, path)
    for step in (0, 1, 20):
        numbers = (await client.get(f"{path}/recording", params={"iteration": step})).content
        events = (await client.get(f"{path}/schedule", params={"iteration": step})).json()
        for other, there in ((by_spec, spec_path), (by_edits, edits_path)):
            assert (await client.get(f"{there}/recording", params={"iteration": step})).content == numbers
            assert (await client.get(f"{there}/schedule", params={"iteration": step})).json() == events
            found = await compare(client, path, other["id"], iteration=step)
            assert (found["identical"], found["parts"], found["by"], found["differences"]) == (True, None, "event", [])
            assert all(row[which]["identical"] for row in found["rows"] for which in ("value", "gradient"))


async def test_twins_that_trained_20_steps_each_for_itself_are_still_identical(client, open_session):
    session, path = await open_session("regularisation")
    other, there = await twin(client, path, spec=session["spec"])
    for where in (path, there):
        assert (await client.post(f"{where}/step", json={"grain": "iteration", "count": 20})).status_code == 200
    found = await compare(client, path, other["id"])
    assert (found["iteration"] >= 19, found["identical"], found["parts"]) == (True, True, None)


async def test_every_number_stands_as_a_b_and_b_over_a(client, open_session):
    _, path = await open_session("neuron")
    other, there = await twin(client, path, edits=[{"set": "w", "to": 0.25}])
    for cursor in (0, 9, 15, 19):
        for row in (await compare(client, path, other["id"], iteration=0, cursor=cursor))["rows"]:
            for which in ("value", "gradient"):
                a, b = [(await number(client, p, row["label"], which, cursor)) for p in (path, there)]
                assert (row[which]["a"], row[which]["b"]) == (a, b)
                assert row[which]["ratio"] == (None if a is None or b is None or a == b == 0 else b / a)


async def number(client, path, node, which, cursor):
    answer = await client.get(f"{path}/tensors/{node}/{which}", params={"iteration": 0, "cursor": cursor})
    return answer.json()["data"]


async def test_a_tensor_stands_as_its_root_mean_square_and_how_far_the_two_are_apart(client, compared):
    model = expression("L = sum(w * x)", {"w": [3.0, 4.0], "x": [1.0, 1.0]})
    found = await compared(model, edits=[{"set": "w", "to": [3.0, 0.0]}], cursor=0)
    value = row_of(found, "w")["value"]
    assert value["a"] == pytest.approx((12.5) ** 0.5)
    assert value["b"] == pytest.approx((4.5) ** 0.5)
    assert value["apart"] == pytest.approx(4 / 5)
    assert not value["identical"]


async def test_where_they_part_is_the_first_cursor_that_shows_another_number(compared):
    found = await compared("neuron", edits=[{"set": "optimizer.learning_rate", "to": 2}])
    length = found["lengths"][0]
    assert (found["parts"], found["identical"]) == (1, False)  # the event that says the learning rate
    assert (row_of(found, "w")["parts"], row_of(found, "b")["parts"]) == (length - 1, length)
    assert row_of(found, "z")["parts"] is None
    later = await compared("neuron", edits=[{"set": "b", "to": 0.25}])
    assert (later["parts"], row_of(later, "b")["parts"], row_of(later, "y")["parts"]) == (0, 0, None)


async def test_a_zero_of_the_other_sign_is_another_number(compared):
    found = await compared(
        expression("L = w * x", {"w": 0.0, "x": 1.0}, optimizer=SGD), edits=[{"set": "w", "to": -0.0}], cursor=0
    )
    value = row_of(found, "w")["value"]
    assert (found["parts"], value["identical"], value["ratio"], value["apart"]) == (0, False, None, 0.0)


async def test_what_is_no_number_in_both_is_identical(compared):
    found = await compared(expression("L = log(x) * 0", {"x": -1.0}))
    assert (found["identical"], row_of(found, "L")["value"]["a"]) == (True, "NaN")


async def test_a_ratio_to_zero_is_infinite(compared):
    found = await compared(SQUARE, edits=[{"set": "w", "to": 1.5}], cursor=0)
    assert row_of(found, "w")["value"]["ratio"] == 3.0
    nothing = await compared(
        expression("L = w * x", {"w": 0.0, "x": 1.0}, optimizer=SGD), edits=[{"set": "w", "to": 2.0}], cursor=0
    )
    assert row_of(nothing, "w")["value"]["ratio"] == "Infinity"


async def test_another_activation_is_held_against_the_first_event_by_event(compared):
    def tanh(spec):
        spec["model"]["layers"][1] = {"type": "tanh"}

    found = await compared("digits8", change=tanh, cursor=15)
    assert (found["by"], found["cursors"], found["parts"]) == ("event", [15, 15], 4)
    assert found["differences"] == [{"what": "layer", "places": 1, "a": "relu", "b": "tanh"}]


async def test_with_another_optimizer_steps_correspond_by_what_they_do(client, open_session):
    session, path = await open_session("neuron")
    other, there = await twin(
        client, path, spec=session["spec"] | {"optimizer": {"name": "adam", "learning_rate": 0.5}}
    )
    events = [(await client.get(f"{p}/schedule")).json()["events"] for p in (path, there)]
    places = [(await compare(client, path, other["id"], cursor=k, iteration=0)) for k in range(len(events[0]) + 1)]
    assert {found["by"] for found in places} == {"name"}
    cursors = [found["cursors"] for found in places]
    assert (cursors[0], cursors[-1]) == ([0, 0], [len(events[0]), len(events[1])])
    assert all(before[1] <= after[1] for before, after in pairwise(cursors))
    for a, b in cursors[1:-1]:
        done = [
            {k: e.get(k) for k in ("kind", "node", "slot", "into", "param")}
            for e in (events[0][a - 1], events[1][b - 1])
        ]
        assert done[0] == done[1]


async def test_a_layer_more_shows_as_nodes_that_only_one_has(compared):
    def normed(spec):
        spec["model"]["layers"].insert(1, {"type": "tanh"})

    found = await compared("digits8", change=normed, cursor=9)
    alone = [row for row in found["rows"] if row["a"] is None]
    assert [row["b"] is not None and row["value"]["a"] is None for row in alone] == [True] * len(alone) != []
    assert row_of(found, "dense1.weight")["value"]["identical"]
    assert found["differences"][0] == {
        "what": "layers",
        "places": 1,
        "a": "dense, relu, dense",
        "b": "dense, tanh, relu, dense",
    }


async def test_two_models_that_share_nothing_are_told_apart_node_by_node(client, open_session):
    _, path = await open_session(expression("c = p * q", {"p": 2.0, "q": 3.0}))
    other, _ = await open_session("digits8")
    found = await compare(client, path, other["id"], iteration=0)
    assert (found["identical"], found["by"], found["cursors"]) == (False, "name", found["lengths"])
    assert all((row["a"] is None) != (row["b"] is None) for row in found["rows"])
    assert {row["what"]: row["b"] for row in found["differences"]}["layers"] == "dense, relu, dense"


async def test_the_largest_difference_comes_first_where_that_is_asked_for(compared):
    found = await compared(
        "digits8", iteration=2, edits=[{"set": "optimizer.learning_rate", "to": 0.01}], order="difference"
    )
    apart = [max(row["value"]["apart"], row["gradient"]["apart"]) for row in found["rows"]]
    assert apart == sorted(apart, reverse=True)
    assert apart[0] > apart[-1] == 0


async def test_rows_come_in_portions(client, open_session):
    session, path = await open_session("lstm")
    other, _ = await twin(client, path, spec=session["spec"])
    whole = await compare(client, path, other["id"])
    some = await compare(client, path, other["id"], **{"from": 10, "count": 5})
    assert whole["nodes"] == some["nodes"] == len(whole["rows"]) > 100
    assert some["rows"] == whole["rows"][10:15]


async def test_the_other_way_round_everything_is_swapped(client, open_session):
    session, path = await open_session(SQUARE)
    other, there = await twin(client, path, edits=[{"set": "w", "to": 0.25}])
    one, two = await compare(client, path, other["id"], cursor=3), await compare(client, there, session["id"], cursor=3)
    for mine, theirs in zip(one["rows"], two["rows"], strict=True):
        for which in ("value", "gradient"):
            assert (mine[which]["a"], mine[which]["b"]) == (theirs[which]["b"], theirs[which]["a"])
    assert one["parts"] == two["parts"] == 0


async def test_the_differences_of_specs_and_edits_are_told(compared, client, open_session):
    def many(spec):
        spec["seed"] = 7
        for layer in spec["model"]["layers"]:
            if layer["type"] == "dense":
                layer["initializer"] = "xavier_uniform"

    found = await compared("modular", change=many)
    assert found["differences"] == [
        {"what": "initializer", "places": 3, "a": "he_normal", "b": "xavier_uniform"},
        {"what": "seed", "places": 1, "a": "42", "b": "7"},
    ]
    edited = await compared("neuron", edits=[{"set": "w", "to": 0.25}, {"set": "optimizer.learning_rate", "to": 2}])
    assert edited["differences"] == [
        {"what": "learning rate", "places": 1, "a": "0.5", "b": "2.0"},
        {"what": "edit at step 0", "places": 1, "a": None, "b": "w = 0.25"},
    ]


async def test_a_twin_of_another_spec_has_the_edits_of_its_original(client, open_session):
    session, path = await open_session("neuron")
    edit = {"edits": [{"set": "w", "to": 0.25}]}
    assert (await client.post(f"{path}/edits", json=edit, headers={"If-Match": '"1"'})).status_code == 200
    other, _ = await twin(client, path, spec=session["spec"] | {"optimizer": {"name": "sgd", "learning_rate": 2}})
    found = await compare(client, path, other["id"], iteration=0, cursor=0)
    assert row_of(found, "w")["value"] == {"a": 0.25, "b": 0.25, "ratio": 1.0, "apart": 0.0, "identical": True}
    assert [row["what"] for row in found["differences"]] == ["learning rate"]


async def test_comparing_from_both_sides_at_once_waits_for_nobody(client, open_session):
    session, path = await open_session("digits8")
    other, there = await twin(client, path, spec=session["spec"])
    told = []

    async def ask(where, beside):
        told.append((await compare(client, where, beside, iteration=3))["identical"])

    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(ask, path, other["id"])
                group.start_soon(ask, there, session["id"])
    assert told == [True] * 16


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"with": "nobody"}, 404, "nobody"),
        ({}, 422, "with"),
        ({"iteration": 500}, 416, "the other session has reached 0, and one request goes 100 beyond"),
        ({"iteration": 1000}, 416, "this session has reached 450"),
        ({"cursor": 99}, 416, "cursor 99 asked for; a training step has"),
        ({"count": 501}, 422, "500"),
        ({"order": "size"}, 422, "layer"),
    ],
)
async def test_what_cannot_be_compared_is_refused_with_its_number(client, open_session, asked, status, says):
    _, path = await open_session(SQUARE)
    other, _ = await twin(client, path)
    for n in range(1, 10):
        await client.post(f"{path}/seek", json={"iteration": 50 * n, "cursor": 0})
    asked = asked if "with" in asked or not asked else {"with": other["id"], "iteration": 0, **asked}
    answer = await client.get(f"{path}/compare", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.text


async def test_a_twin_has_a_spec_of_its_own_or_edits(client, open_session):
    session, path = await open_session("neuron")
    body = {"spec": session["spec"], "edits": [{"set": "w", "to": 0.25}]}
    answer = await client.post(f"{path}/twin", json=body)
    assert (answer.status_code, "either a `spec`" in answer.text) == (422, True)
