"""What is broken on purpose gives broken numbers from then on, is found by the honest rules, and can be mended."""

import pytest

from app.main import create_app
from app.settings import Settings
from engine import FAULTS
from tests.app.conftest import client_of

pytestmark = pytest.mark.anyio
LAYERS = [{"type": "dense", "units": 6}, {"type": "tanh"}, {"type": "dropout", "p": 0.5},
          {"type": "residual", "units": 4, "activation": "tanh"}, {"type": "dense", "units": 3}]  # fmt: skip
NETWORK = {
    "model": {"kind": "network", "layers": LAYERS, "loss": {"name": "softmax_cross_entropy"}},
    "data": {"name": "spiral", "points": 12, "seed": 3},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
}
PLAIN = {
    "model": {"kind": "expression", "source": "L = (w*x - y)**2", "values": {"w": 0.5, "x": 1, "y": 2}},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
}


async def edit(client, path, *edits, **more):
    revision = (await client.get(path)).json()["revision"]
    return await client.post(f"{path}/edits", json={"edits": list(edits)} | more, headers={"If-Match": f'"{revision}"'})


async def verified(client, path, iteration):
    return (await client.get(f"{path}/verify", params={"iteration": iteration})).json()


async def numbers(client, path, iteration):
    answer = await client.get(f"{path}/recording", params={"iteration": iteration})
    assert answer.status_code == 200, answer.text
    return answer.content


async def trained(client, path, to):
    assert (await client.post(f"{path}/seek", json={"iteration": to, "cursor": 0})).status_code == 200


@pytest.mark.parametrize("fault", FAULTS)
async def test_from_the_iteration_that_is_broken_on_the_honest_rules_name_an_event(client, open_session, fault):
    _, path = await open_session(NETWORK)
    await trained(client, path, 5)
    before = [await numbers(client, path, i) for i in (1, 3, 5)]
    told = (await edit(client, path, {"break": fault}, iteration=2)).json()
    assert (told["iteration"], told["cursor"], told["fault"], told["stretches"]) == (2, 0, fault, [0, 2])
    assert await numbers(client, path, 1) == before[0]
    assert (await client.get(f"{path}")).json()["fault"] == fault
    assert (await verified(client, path, 1))["passed"]
    assert (await verified(client, path, 2))["passed"] == (fault == "no_zero_grad")  # nothing is left over yet
    said = await verified(client, path, 3)
    assert (said["passed"], said["kind"] in ("contribution", "assign")) == (False, True)
    assert f"event {said['event']} ({said['kind']}): its" in said["detail"]
    assert await numbers(client, path, 5) != before[2]
    answer = await client.post(f"{path}/undo", headers={"If-Match": '"2"'})
    assert (answer.json()["fault"], answer.json()["iteration"]) == (None, 5)
    assert [await numbers(client, path, i) for i in (1, 3, 5)] == before
    assert (await verified(client, path, 5))["passed"]


async def test_what_is_broken_is_mended_by_null_and_goes_on_from_where_it_is(client, open_session):
    _, path = await open_session(PLAIN)
    await edit(client, path, {"break": "uphill"})
    await trained(client, path, 4)
    told = (await edit(client, path, {"break": None})).json()
    assert (told["fault"], told["revision"]) == (None, 3)
    await trained(client, path, 8)
    history = (await client.get(f"{path}/history")).json()["loss"]
    assert history[:5] == sorted(history[:5])
    assert history[4:] == sorted(history[4:], reverse=True)
    assert (await verified(client, path, 6))["passed"]
    assert not (await verified(client, path, 3))["passed"]


async def test_a_broken_twin_beside_an_honest_session(client, open_session):
    _, path = await open_session(PLAIN)
    twin = (await client.post(f"{path}/twin", json={"edits": [{"break": "uphill"}]})).json()
    other = f"/sessions/{twin['id']}"
    assert twin["fault"] == "uphill"
    for each in (path, other):
        await trained(client, each, 3)
    mine, others = [(await client.get(f"{p}/history")).json()["loss"] for p in (path, other)]
    assert (mine[0] == others[0], mine[3] < mine[0] < others[3]) == (True, True)
    exported = (await client.get(f"{other}/export", params={"format": "json"})).json()
    assert exported["edits"] == [{"iteration": 0, "edits": [{"break": "uphill"}]}]
    again = (await client.post("/sessions", json={"import": exported})).json()
    assert await numbers(client, f"/sessions/{again['id']}", 3) == await numbers(client, other, 3)


async def test_a_broken_session_outlives_its_process(tmp_path):
    app = create_app(Settings(store=f"sqlite://{tmp_path}/sessions.db", open=True))
    async with client_of(app) as client:
        path = f"/sessions/{(await client.post('/sessions', json={'spec': NETWORK})).json()['id']}"
        await edit(client, path, {"break": "fresh_mask"})
        await trained(client, path, 6)
        before = await numbers(client, path, 6)
        app.state.sessions._live.clear()
        app.state.sessions._known.clear()
        assert await numbers(client, path, 6) == before
        assert (await client.get(path)).json()["differs"] is None
    app.state.sessions.store.close()


async def test_a_broken_step_is_written_as_no_script(client, open_session):
    _, path = await open_session(PLAIN)
    await edit(client, path, {"break": "uphill"})
    for form in ("numpy", "pytorch", "notebook"):
        answer = await client.get(f"{path}/export", params={"format": form})
        assert (answer.status_code, "this step is broken on purpose (uphill)" in answer.text) == (409, True)
    assert (await client.get(f"{path}/export", params={"format": "svg"})).status_code == 200


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("fresh_mask", "there is no dropout here whose mask could be drawn again"),
        ("no_slope", "there is no activation here whose slope could be forgotten"),
        ("plus", "Input should be 'overwrite', 'no_zero_grad', 'no_slope', 'uphill' or 'fresh_mask'"),
    ],
)
async def test_what_cannot_be_broken_so_is_refused_and_says_why(client, open_session, fault, said):
    _, path = await open_session(PLAIN)
    answers = [await edit(client, path, {"break": fault})]
    answers.append(await client.post(f"{path}/twin", json={"edits": [{"break": fault}]}))
    for answer in answers:
        assert (answer.status_code, said in answer.text) == (422, True), answer.text
    assert (await client.get(path)).json()["revision"] == 1


async def test_the_catalogue_names_each_fault(client):
    told = (await client.get("/catalogue")).json()["faults"]
    assert {row["name"]: row["doc"] for row in told} == {name: row.doc for name, row in FAULTS.items()}


async def test_what_was_frozen_learns_again(client, open_session):
    _, path = await open_session(NETWORK)
    await trained(client, path, 2)
    await edit(client, path, {"freeze": "dense2"})
    await trained(client, path, 4)
    await edit(client, path, {"unfreeze": "dense2"})
    await trained(client, path, 5)
    weights = [
        (await client.get(f"{path}/tensors/dense2.weight/value?iteration={i}")).json()["data"] for i in (2, 4, 5)
    ]
    assert (weights[0] == weights[1], weights[1] == weights[2]) == (True, False)
    assert (await verified(client, path, 4))["passed"]


async def test_what_the_spec_froze_can_be_thawed_and_what_is_not_frozen_is_named(client, open_session):
    _, path = await open_session(NETWORK | {"freeze": ["dense1", "dense2.bias"]})
    answer = await edit(client, path, {"unfreeze": "dense2.weight"})
    assert answer.status_code == 422
    assert "'dense2.weight' is not frozen; frozen are dense1, dense2.bias" in answer.text
    assert (await edit(client, path, {"unfreeze": "dense1"})).status_code == 200
    told = (await client.get(f"{path}/tensors/dense1.weight/gradient", params={"iteration": 0})).json()
    assert told["state"] == "computed"
    assert "frozen are dense2.bias" in (await edit(client, path, {"unfreeze": "dense1"})).text
