"""A twin: the same numbers up to an iteration, other ones from there on."""

import pytest

pytestmark = pytest.mark.anyio


async def recording(client, path, iteration):
    answer = await client.get(f"{path}/recording", params={"iteration": iteration})
    assert answer.status_code == 200, answer.text
    return answer.content


async def twin(client, path, **body):
    answer = await client.post(f"{path}/twin", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json(), f"/sessions/{answer.json()['id']}"


async def test_a_twin_parts_from_its_original_where_it_is_edited(client, open_session):
    session, path = await open_session("spiral")
    await client.post(f"{path}/seek", json={"iteration": 9, "cursor": 4})
    found, other = await twin(client, path, edits=[{"set": "optimizer.learning_rate", "to": 0.5}], iteration=6)
    assert (found["title"], found["iteration"], found["cursor"], found["frontier"]) == (session["title"], 6, 0, 6)
    same = [await recording(client, path, i) == await recording(client, other, i) for i in (0, 5, 6, 9)]
    assert same == [True, True, False, False]
    assert (await client.get(path)).json()["revision"] == 1


async def test_a_twin_has_the_edits_its_original_had_by_then(client, open_session):
    _, path = await open_session("neuron")
    for iteration, value in ((1, 0.25), (3, 0.75)):
        await client.post(f"{path}/seek", json={"iteration": iteration, "cursor": 0})
        headers = {"If-Match": (await client.get(path)).headers["etag"]}
        await client.post(f"{path}/edits", json={"edits": [{"set": "w", "to": value}]}, headers=headers)
    _, late = await twin(client, path)
    _, early = await twin(client, path, iteration=2)
    assert await recording(client, late, 5) == await recording(client, path, 5)
    assert await recording(client, early, 2) == await recording(client, path, 2)
    assert await recording(client, early, 5) != await recording(client, path, 5)


async def test_whoever_makes_a_twin_drives_it_and_not_its_original(client, open_session):
    session, path = await open_session("neuron")
    found, other = await twin(client, path)
    assert found["drive"] != session["drive"]
    bearer = {"Authorization": f"Bearer {found['drive']}"}
    moved = [(await client.post(f"{p}/step", json={}, headers=bearer)).status_code for p in (other, path)]
    assert moved == [200, 403]


async def test_a_twin_can_be_edited_on_and_its_own_edits_undone(client, open_session):
    _, path = await open_session("neuron")
    _, other = await twin(client, path, edits=[{"set": "w", "to": 0.25}])
    edited = await client.post(
        f"{other}/edits", json={"edits": [{"set": "b", "to": 0.25}]}, headers={"If-Match": '"1"'}
    )
    assert edited.status_code == 200, edited.text
    assert edited.json()["revision"] == 2
    undone = await client.post(f"{other}/undo", headers={"If-Match": '"2"'})
    assert (undone.status_code, undone.json()["undo"]) == (200, False)
    value = (await client.get(f"{other}/tensors/w/value", params={"iteration": 0})).json()["data"]
    assert value == 0.25


@pytest.mark.parametrize(
    ("body", "status"),
    [({"iteration": 1}, 416), ({"edits": [{"set": "nobody", "to": 1}]}, 422), ({"edits": [{"freeze": "x9"}]}, 422)],
)
async def test_a_twin_that_cannot_be_made_is_refused(client, open_session, body, status):
    _, path = await open_session("neuron")
    assert (await client.post(f"{path}/twin", json=body)).status_code == status
