"""Losses with options of their own, over REST."""

import pytest


def network(**loss):
    return {
        "model": {"kind": "network", "layers": [{"type": "dense", "units": 2, "name": "dense"}], "loss": loss,
                  "parameters": {"dense.weight": [[1.0, -1.0]], "dense.bias": [0.0, 0.0]}},
        "data": {"arrays": {"x": [[3.0]], "y": [[1.0, 0.0]]}},
    }  # fmt: skip


async def loss_of(client, **loss):
    created = await client.post("/sessions", json={"spec": network(**loss)})
    assert created.status_code == 201, created.text
    address = f"/sessions/{created.json()['id']}"
    await client.post(f"{address}/step", json={"grain": "iteration"})
    return (await client.get(address)).json()["loss"]


async def test_an_option_of_a_loss_reaches_its_op(client):
    assert await loss_of(client, name="huber", reduction="sum", delta=0.5) == pytest.approx(0.5 * 1.75 + 0.5 * 2.75)
    assert await loss_of(client, name="huber", reduction="sum") == pytest.approx(1.5 + 2.5)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ({"name": "huber", "delta": -1}, "huber: delta cannot be '-1'"),
        ({"name": "huber", "delta": [1]}, "huber: delta cannot be"),
        ({"name": "softmax_cross_entropy", "smoothing": 1.5}, "smoothing cannot be '1.5'"),
        ({"name": "mse", "delta": 1}, "mse has no option 'delta'; it has reduction"),
        ({"name": "sin"}, "there is no loss 'sin'"),
    ],
)
async def test_an_option_that_cannot_be_is_refused_by_name(client, loss, said):
    answer = await client.post("/sessions", json={"spec": network(**loss)})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


async def test_the_catalogue_tells_what_a_loss_can_be_told(client):
    rows = {r["name"]: r["options"] for r in (await client.get("/catalogue")).json()["losses"]}
    assert rows["mse"] == {"reduction": "mean"}
    assert rows["huber"] == {"reduction": "mean", "delta": 1.0}
    assert rows["softmax_cross_entropy"]["smoothing"] == 0.0
