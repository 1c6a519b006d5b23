"""What a spec says of training, over REST."""

import pytest

pytestmark = pytest.mark.anyio


def network(initializer="zeros", **more):
    layers = [{"type": "dense", "units": 2, "initializer": initializer}]
    data = {"arrays": {"x": [[1, 2], [3, 4], [0, 1], [2, 2]], "y": [0, 1, 0, 1]}}
    return {"model": {"kind": "network", "layers": layers, "loss": {"name": "softmax_cross_entropy"}}, "data": data,
            "optimizer": {"name": "sgd", "learning_rate": 0.1}, **more}  # fmt: skip


async def tensor(client, path, name, what="value", **params):
    return (await client.get(f"{path}/tensors/{name}/{what}", params=params)).json()


async def test_an_initializer_is_drawn_with_the_settings_said(client, open_session):
    _, path = await open_session(network({"name": "constant", "value": -3}))
    assert (await tensor(client, path, "dense1.weight"))["data"] == [[-3, -3], [-3, -3]]


async def test_the_catalogue_tells_what_an_initializer_can_be_told(client):
    rows = {r["name"]: r["settings"] for r in (await client.get("/catalogue")).json()["initializers"]}
    assert (rows["normal"], rows["zeros"]) == ({"std": 0.01}, {})


@pytest.mark.parametrize(
    ("initializer", "named"),
    [
        ({"name": "normal", "bound": 1}, "the initializer normal has no setting 'bound'; it has std"),
        ({"name": "normal", "std": "1"}, "std must be a number"),
        ({"name": "normal", "std": 1e7}, "std is 10000000.0; it must be from -1e+06 to 1e+06"),
        ({"std": 1}, "there is no initializer ''"),
        (["normal"], "there is no initializer"),
    ],
)
async def test_an_initializer_that_cannot_be_is_refused_by_name(client, initializer, named):
    answer = await client.post("/sessions", json={"spec": network(initializer)})
    assert answer.status_code == 422
    assert named in answer.json()["detail"]


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ({"name": "adam", "beta1": 1}, "adam: beta1 is 1; it must be at least 0 and below 1"),
        ({"name": "sgd", "nesterov": True}, "sgd: nesterov takes a momentum above 0 and no dampening"),
        (
            {"name": "sgd", "schedule": {"name": "step", "every": 0}},
            "the schedule step: every is 0; it must be above 0",
        ),
        ({"name": "sgd", "schedule": {"name": "cosine", "period": 0}}, "period is 0; it must be above 0"),
    ],
)
async def test_an_optimizer_that_cannot_be_is_refused_at_its_place(client, said, detail):
    model = {"kind": "expression", "source": "w*w", "values": {"w": 1.0}}
    answer = await client.post(
        "/sessions", json={"spec": {"model": model, "optimizer": {"learning_rate": 0.1, **said}}}
    )
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert detail in error["detail"]
    assert error["pointer"] == "/spec/optimizer"


async def test_training_stops_early_and_nothing_is_beyond(client, open_session):
    spec = network("he_normal", stop={"patience": 1, "minimum_change": 1000.0})
    session, path = await open_session(spec | {"data": {**spec["data"], "split": 0.25}})
    answer = await client.post(f"{path}/seek", json={"iteration": 2, "cursor": 0})
    assert answer.status_code == 416
    assert "there is no iteration 2: early stopping ended training at iteration 1" in answer.json()["detail"]
    assert (await client.post(f"{path}/seek", json={"iteration": 1, "cursor": session["length"]})).status_code == 200


async def test_early_stopping_without_samples_held_out_is_refused(client):
    answer = await client.post("/sessions", json={"spec": network(stop={"patience": 3})})
    assert (answer.status_code, "samples held out" in answer.json()["detail"]) == (422, True)


async def test_what_is_frozen_gets_no_gradient_and_the_answer_says_why(client, open_session):
    _, path = await open_session(network("he_normal", freeze=["dense1.weight"]))
    assert (await tensor(client, path, "dense1.weight", "gradient", iteration=0))["state"] == "none"
    assert (await tensor(client, path, "dense1.bias", "gradient", iteration=0))["state"] == "computed"
    told = (await client.get(f"{path}/explain", params={"node": "dense1.weight", "index": "0,1"})).json()
    assert told["why_zero"][0]["kind"] == "frozen"
    assert told["why_zero"][0]["sentence"] == "dense1.weight is frozen: nothing trains it, so no gradient is asked for."


async def test_what_cannot_be_frozen_is_named(client):
    answer = await client.post("/sessions", json={"spec": network(freeze=["dense7"])})
    assert (answer.status_code, "'dense7'" in answer.json()["detail"]) == (422, True)
