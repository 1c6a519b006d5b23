"""The same request with the same key happens once, and is answered the same again."""

import asyncio
from uuid import uuid4

import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.conftest import client_of

pytestmark = pytest.mark.anyio


def key():
    return {"Idempotency-Key": str(uuid4())}


async def test_a_step_that_is_sent_again_is_answered_again_and_taken_once(client, open_session):
    _, path = await open_session("neuron")
    headers = key()
    first, second = [await client.post(f"{path}/step", json={"grain": "phase"}, headers=headers) for _ in range(2)]
    assert (first.status_code, first.content) == (second.status_code, second.content) == (200, first.content)
    assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (False, "true")
    assert (await client.get(path)).json()["cursor"] == first.json()["to"]["cursor"]


async def test_ten_at_once_step_once(client, open_session):
    _, path = await open_session("neuron")
    headers = key()
    answers = await asyncio.gather(*(client.post(f"{path}/step", json={}, headers=headers) for _ in range(10)))
    assert len({answer.content for answer in answers}) == 1
    assert (await client.get(path)).json()["cursor"] == 1


async def test_a_session_is_made_once_with_the_same_token(client):
    headers = key()
    first, second = [await client.post("/sessions", json={"example": "neuron"}, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    assert first.headers["location"] == second.headers["location"]
    assert len(first.json()["drive"]) == 22


async def test_of_ten_creations_at_once_with_one_key_there_is_one_session(client):
    headers = key()
    made = await asyncio.gather(
        *(client.post("/sessions", json={"example": "neuron"}, headers=headers) for _ in range(10))
    )
    assert {answer.status_code for answer in made} == {201}
    assert len({(answer.json()["id"], answer.json()["drive"]) for answer in made}) == 1
    assert len(client._transport.app.state.sessions.store._sessions) == 1


async def test_an_edit_is_made_once_and_its_answer_names_its_revision(client, open_session):
    _, path = await open_session("neuron")
    headers = {**key(), "If-Match": '"1"'}
    body = {"edits": [{"set": "w", "to": 0.75}]}
    first, second = [await client.post(f"{path}/edits", json=body, headers=headers) for _ in range(2)]
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"] == '"2"'
    assert (await client.get(path)).json()["revision"] == 2


async def test_a_data_set_is_kept_once(client):
    headers = {**key(), "content-type": "text/csv"}
    first, second = [await client.post("/datasets", content="a,b\n1,2\n3,4\n", headers=headers) for _ in range(2)]
    assert first.json() == second.json()


async def test_forgetting_is_answered_again(client, open_session):
    _, path = await open_session("neuron")
    headers = key()
    assert [(await client.delete(path, headers=headers)).status_code for _ in range(3)] == [204] * 3
    assert (await client.get(path)).status_code == 404
    assert (await client.delete(path)).status_code == 404


async def test_a_key_alone_does_not_drive(client, open_session):
    _, path = await open_session("neuron")
    headers, stranger = key(), {"Authorization": "Bearer guessed"}
    await client.post(f"{path}/step", json={}, headers=headers)
    assert (await client.delete(path, headers=headers | stranger)).status_code == 403
    headers = key()
    await client.delete(path, headers=headers)
    assert (await client.delete(path, headers=headers | stranger)).status_code == 404


async def test_a_key_that_came_with_another_request_is_refused(client, open_session):
    _, path = await open_session("neuron")
    headers = key()
    await client.post(f"{path}/step", json={}, headers=headers)
    for end, body in (("step", {"count": 2}), ("seek", {"iteration": 0, "cursor": 0})):
        refused = await client.post(f"{path}/{end}", json=body, headers=headers)
        assert (refused.status_code, refused.json()["title"]) == (422, "Key used before")
    assert (await client.get(path)).json()["cursor"] == 1


async def test_what_was_refused_may_be_tried_again_with_its_key(client, open_session):
    _, path = await open_session("neuron")
    body, headers = {"edits": [{"set": "w", "to": 1}]}, key()
    assert (await client.post(f"{path}/edits", json=body, headers={**headers, "If-Match": '"9"'})).status_code == 412
    assert (await client.post(f"{path}/edits", json=body, headers={**headers, "If-Match": '"1"'})).status_code == 200


@pytest.mark.parametrize("bad", ["short", "x" * 129, "with spaces in it, many"])
async def test_a_key_that_others_might_choose_too_is_refused(client, open_session, bad):
    _, path = await open_session("neuron")
    answer = await client.post(f"{path}/step", json={}, headers={"Idempotency-Key": bad})
    assert answer.status_code == 422


async def test_no_key_is_kept_as_it_came(tmp_path):
    headers = key()
    app = create_app(Settings(store=f"sqlite://{tmp_path}/sessions.db"))
    async with client_of(app) as client:
        session = (await client.post("/sessions", json={"example": "neuron"}, headers=headers)).json()
        await client.post(f"/sessions/{session['id']}/step", json={}, headers=headers)
    app.state.sessions.store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert session["id"].encode() in kept
    assert headers["Idempotency-Key"].encode() not in kept
    assert session["drive"].encode() not in kept
