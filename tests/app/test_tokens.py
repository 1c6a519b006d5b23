"""Who may move and edit a session, and who may read it."""

import pytest

from app import tokens
from app.main import create_app
from app.settings import Settings
from tests.app.conftest import client_of

pytestmark = pytest.mark.anyio

MOVES = {
    "step": ("POST", "/step", {}),
    "seek": ("POST", "/seek", {"iteration": 0, "cursor": 1}),
    "edits": ("POST", "/edits", {"edits": [{"set": "w", "to": 1}]}),
    "undo": ("POST", "/undo", None),
    "redo": ("POST", "/redo", None),
    "delete": ("DELETE", "", None),
}


@pytest.fixture
async def stranger(anyio_backend):
    """A client that sends what it is told to send, and no more."""
    async with client_of(create_app(Settings()), remembers=False) as found:
        yield found


async def made(client, **headers):
    answer = await client.post("/sessions", json={"example": "neuron"}, headers=headers)
    assert answer.status_code == 201
    return answer


async def asked(client, path, move, headers=None):
    method, end, body = MOVES[move]
    return await client.request(method, path + end, json=body, headers={"If-Match": '"1"', **(headers or {})})


@pytest.mark.parametrize("move", MOVES)
async def test_moving_needs_the_drive_token_and_changes_nothing_without(stranger, move):
    session = (await made(stranger)).json()
    path = f"/sessions/{session['id']}"
    other = (await made(stranger)).json()["drive"]
    missing = await asked(stranger, path, move)
    assert (missing.status_code, missing.headers["www-authenticate"]) == (401, 'Bearer realm="drive"')
    for wrong in (other, "x", "", session["drive"][:-1], session["id"]):
        refused = await asked(stranger, path, move, {"Authorization": f"Bearer {wrong}"})
        assert refused.status_code == 403
        assert refused.headers["content-type"] == "application/problem+json"
    after = (await stranger.get(path)).json()
    assert {k: after[k] for k in ("iteration", "cursor", "revision", "drives")} == {
        "iteration": 0, "cursor": 0, "revision": 1, "drives": False,
    }  # fmt: skip


@pytest.mark.parametrize("move", ["step", "seek", "edits", "delete"])
async def test_the_drive_token_lets_one_move(stranger, move):
    session = (await made(stranger)).json()
    bearer = {"Authorization": f"Bearer {session['drive']}"}
    answer = await asked(stranger, f"/sessions/{session['id']}", move, bearer)
    assert answer.status_code in (200, 204), answer.text


@pytest.mark.parametrize("part", ["", "/graph", "/schedule", "/recording", "/trace", "/verify", "/tensors/w/value"])
async def test_reading_needs_the_id_alone(stranger, part):
    session = (await made(stranger)).json()
    assert (await stranger.get(f"/sessions/{session['id']}{part}")).status_code == 200


async def test_an_id_that_is_guessed_is_unknown_before_any_token_is_looked_at(stranger):
    for move in MOVES:
        assert (await asked(stranger, "/sessions/guessed", move, {"Authorization": "Bearer x"})).status_code == 404


async def test_the_page_drives_by_a_cookie_that_no_script_can_read(stranger):
    answer = await made(stranger, **{"X-Drive": "cookie"})
    path = f"/sessions/{answer.json()['id']}"
    assert answer.json()["drive"] is None
    name, *attributes = [part.strip() for part in answer.headers["set-cookie"].split(";")]
    assert name.startswith("drive=")
    assert {"HttpOnly", "SameSite=strict", f"Path=/api/v1{path}"} <= set(attributes)
    assert (await asked(stranger, path, "step")).status_code == 200  # the client sends it back
    assert (await stranger.get(path)).json()["drives"] is True
    another = (await made(stranger)).json()
    assert (await asked(stranger, f"/sessions/{another['id']}", "step")).status_code == 401


async def test_an_open_service_asks_for_no_token():
    async with client_of(create_app(Settings(open=True)), remembers=False) as client:
        session = (await made(client)).json()
        assert (await asked(client, f"/sessions/{session['id']}", "step")).status_code == 200


async def test_a_token_is_kept_as_a_hash_and_told_once(stranger):
    session = (await made(stranger)).json()
    path = f"/sessions/{session['id']}"
    record = stranger._transport.app.state.sessions.store.read(session["id"])
    assert session["drive"].encode() not in repr(record).encode()
    assert record.token == tokens.hashed(session["drive"])
    for part in ("", "/trace", "/graph"):
        assert session["drive"] not in (await stranger.get(path + part)).text


def test_tokens_have_128_bits_and_are_not_made_twice():
    made = {tokens.made() for _ in range(1_000)}
    assert len(made) == 1_000
    assert {len(token) for token in made} == {22}


def test_a_token_fits_only_itself():
    known = tokens.hashed("secret")
    assert tokens.fits("secret", known)
    assert not any(tokens.fits(other, known) for other in (None, "", "secre", "secret ", "SECRET"))
