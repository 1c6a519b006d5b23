"""What the doctor is asked for: what can be broken here, which number is wrong first, whether gradients are slopes."""

import pytest

from engine import FAULTS
from tests.app.test_breaking import NETWORK, PLAIN, edit, trained, verified

pytestmark = pytest.mark.anyio


async def test_each_fault_is_offered_where_the_model_can_make_it(client, open_session):
    _, path = await open_session(NETWORK)
    told = (await client.get(f"{path}/faults")).json()
    assert [(row["name"], row["absent"]) for row in told["faults"]] == [(name, None) for name in FAULTS]
    assert told["now"] is None
    for spec in (NETWORK, PLAIN):
        _, path = await open_session(spec)
        for row in (await client.get(f"{path}/faults")).json()["faults"]:
            answer = await edit(client, path, {"break": row["name"]})
            assert (answer.status_code, row["absent"] is None) in ((200, True), (422, False))
            assert row["absent"] is None or row["absent"] in answer.json()["detail"]


async def test_what_is_broken_now_is_told_and_the_others_are_still_offered(client, open_session):
    _, path = await open_session(PLAIN)
    await edit(client, path, {"break": "no_zero_grad"})
    told = (await client.get(f"{path}/faults")).json()
    offered = [row["name"] for row in told["faults"] if row["absent"] is None]
    assert (told["now"], offered) == ("no_zero_grad", ["no_zero_grad", "uphill"])


async def test_weights_that_are_all_zero_are_one_unit_and_the_doctor_names_the_symmetry(client, open_session):
    _, path = await open_session("spiral")
    zeros = (await client.get(f"{path}/faults")).json()["zeros"]
    made = (await client.post("/sessions", json={"spec": zeros})).json()
    told = (await client.get(f"/sessions/{made['id']}/diagnosis")).json()
    assert (told["verdict"], told["findings"][0]["what"], told["findings"][0]["layer"]) == (
        "symmetric",
        "symmetry",
        "dense1",
    )
    assert told["remedies"][0]["spec"]["model"]["layers"][0]["initializer"] == "he_normal"
    _, plain = await open_session(PLAIN)
    assert (await client.get(f"{plain}/faults")).json()["zeros"] is None


async def test_the_first_number_that_does_not_follow_is_told_with_the_one_that_does(client, open_session):
    _, path = await open_session(PLAIN)
    await edit(client, path, {"break": "uphill"})
    said = await verified(client, path, 0)
    assert (said["stands"], said["follows"]) == (0.5 + 0.1 * 2 * (0.5 - 2), 0.5 - 0.1 * 2 * (0.5 - 2))


async def test_every_gradient_of_an_iteration_can_be_checked(client, open_session):
    _, path = await open_session(PLAIN)
    await trained(client, path, 3)
    first, third = [(await client.post(f"{path}/check?iteration={i}", json={"between": True})).json() for i in (0, 3)]
    assert (first["passed"], third["passed"]) == (True, True)
    assert [row["label"] for row in first["parameters"]] == ["w", "x"]
    assert {row["label"] for row in first["between"]} == {"w·x", "v4"}
    assert first["parameters"][0]["shown"]["reverse"] == 2 * (0.5 - 2)
    assert third["parameters"][0]["shown"] != first["parameters"][0]["shown"]
