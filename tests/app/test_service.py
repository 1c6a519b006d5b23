"""The service as a whole: the gallery, the catalogue, memory, headers, documentation."""

import pytest

from app.lessons import EXAMPLES
from app.main import create_app
from app.settings import Settings
from engine import OPS
from tests.app.conftest import API, client_of

pytestmark = pytest.mark.anyio


async def test_the_gallery_holds_rows_1_to_9_of_the_course_and_a_digit(client):
    told = {e["id"] for e in (await client.get("/examples")).json()["examples"]}
    course = "square polynomial reuse chain neuron spiral modular linear-layer softmax-ce digits8"
    assert set(course.split()) <= told == set(EXAMPLES)


async def test_each_example_can_be_read_and_posted_back_as_a_spec(client):
    for id in EXAMPLES:
        spec = (await client.get(f"/examples/{id}")).json()["spec"]
        assert (await client.post("/sessions", json={"spec": spec})).status_code == 201


async def test_the_catalogue_tells_every_op_and_every_limit(client):
    told = (await client.get("/catalogue")).json()
    assert [row["name"] for row in told["ops"]] == list(OPS)
    assert told["limits"] == Settings().limits()
    assert {"layers", "losses", "optimizers", "initializers", "data"} <= told.keys()


async def test_the_oldest_sessions_make_room_for_new_ones():
    app = create_app(Settings(sessions=3))
    async with client_of(app) as client:
        ids = [(await client.post("/sessions", json={"example": "square"})).json()["id"] for _ in range(5)]
        found = [(await client.get(f"/sessions/{id}")).status_code for id in ids]
    assert found == [410, 410, 200, 200, 200]


async def test_a_session_put_out_of_memory_comes_back_where_it_stood(tmp_path):
    app = create_app(Settings(store=f"sqlite://{tmp_path}/sessions.db", live_bytes=1))
    async with client_of(app) as client:
        first = "/sessions/" + (await client.post("/sessions", json={"example": "neuron"})).json()["id"]
        await client.post(f"{first}/seek", json={"iteration": 5, "cursor": 7})
        before = (await client.get(first)).json(), (await client.get(f"{first}/recording")).content
        await client.post("/sessions", json={"example": "square"})
        assert len(app.state.sessions._live) == 1
        after = (await client.get(first)).json(), (await client.get(f"{first}/recording")).content
    assert before == after


async def test_every_answer_forbids_foreign_scripts_and_has_a_request_id(client):
    for path in ("/catalogue", "/sessions/none"):
        answer = await client.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'self'; img-src 'self' data:;")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.headers["x-request-id"]) == 16


async def test_a_fault_of_the_service_is_a_problem_too(monkeypatch):
    app = create_app(Settings())
    monkeypatch.setattr(app.state.sessions, "get", lambda id: 1 / 0)
    async with client_of(app) as client:
        answer = await client.get("/sessions/any")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "ZeroDivisionError" in answer.json()["detail"]


async def test_the_document_describes_every_route_with_its_errors():
    document = create_app(Settings()).openapi()
    assert {f"{API}/sessions/{{id}}/{part}" for part in ("graph", "schedule", "trace", "recording")} <= set(
        document["paths"]
    )
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            for status, answer in operation["responses"].items():
                assert status < "400" or "application/problem+json" in answer["content"], (method, path, status)


@pytest.mark.parametrize(("name", "text"), [("BACKPROP_LAYERS", "many"), ("BACKPROP_LAYERS", "0")])
def test_a_bad_limit_in_the_environment_is_named(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(ValueError, match=name):
        Settings.from_environment()


def test_a_limit_in_the_environment_is_used(monkeypatch):
    monkeypatch.setenv("BACKPROP_LAYERS", "3")
    assert Settings.from_environment(host="127.0.0.1").layers == 3


def test_a_store_there_is_not_is_named():
    with pytest.raises(ValueError, match="ftp://nowhere"):
        create_app(Settings(store="ftp://nowhere"))
