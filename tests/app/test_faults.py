"""Faults, each with a test: those that other files hold already are named in `HELD`, the others follow here."""

import ast
import json
import socket
from pathlib import Path

import pytest

from app.follower import KEPT, Follower, chunk
from app.main import create_app
from app.settings import Settings
from tests.app.conftest import client_of, expression
from tests.app.following import Reader, asked
from tests.app.servers import heard, serving

HERE = Path(__file__).parent
HELD = {
    "stale revision, missing precondition": ("test_edits", "test_an_edit_says_which_revision_it_was_decided_on"),
    "missing and wrong token": ("test_tokens", "test_moving_needs_the_drive_token_and_changes_nothing_without"),
    "replay of a step": ("test_once", "test_a_step_that_is_sent_again_is_answered_again_and_taken_once"),
    "replay of an edit": ("test_once", "test_an_edit_is_made_once_and_its_answer_names_its_revision"),
    "full disk": ("test_store_servers", "test_on_a_full_disk_every_change_is_refused_whole_and_nothing_is_lost"),
    "full disk while training": (
        "test_store_servers",
        "test_on_a_full_disk_a_run_says_so_and_goes_on_from_its_last_report_once_there_is_room",
    ),
    "read-only file": ("test_store_servers", "test_a_file_that_may_only_be_read_is_named_and_nothing_starts"),
    "two servers on one SQLite file": ("test_store_servers", "test_a_second_server_on_one_file_says_so_and_ends"),
    "Redis gone and back": ("test_store_servers", "test_without_redis_nothing_is_half_done_and_with_it_all_goes_on"),
    "oversized bodies": ("test_bad_input", "test_a_body_that_cannot_be_read_is_refused_by_name"),
    "half-sent head": ("test_front_door", "test_a_request_that_is_never_finished_is_refused_after_the_deadline"),
    "half-sent body": ("test_front_door", "test_a_body_that_is_never_finished_is_refused_after_the_deadline"),
    "slow client": ("test_front_door", "test_a_drop_at_a_time_does_not_put_the_deadline_off"),
    "client that never reads": ("test_front_door", "test_a_reader_that_never_reads_is_cut_off"),
    "wrong origin": ("test_front_door", "test_a_page_elsewhere_changes_nothing"),
    "wrong host": ("test_front_door", "test_a_name_that_is_not_ours_is_refused_unless_it_is_allowed"),
    "NaN, 1e999, deep JSON": ("test_bad_input", "test_a_body_that_cannot_be_read_is_refused_by_name"),
    "follower that tries to drive": ("test_live", "test_a_code_leads_to_its_session_and_lets_nobody_drive"),
    "guessed ids": ("test_tokens", "test_an_id_that_is_guessed_is_unknown_before_any_token_is_looked_at"),
    "guessed codes": ("test_live", "test_guessing_codes_is_slow_from_elsewhere"),
    "flood of events": ("test_live", "test_who_falls_behind_is_told_to_begin_anew_and_holds_no_more_than_its_share"),
}


@pytest.mark.parametrize("fault", HELD)
def test_a_fault_has_its_test(fault):
    module, name = HELD[fault]
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.fixture(scope="module")
def server():
    with serving("--store", "memory:", ping_seconds=0.2, body_bytes=4096) as found:
        yield found


def made(server):
    status, _, body = server.talk(asked("POST", "/api/v1/sessions", b'{"example": "neuron"}'))
    assert status == 201
    return json.loads(body)


def chunked(path, chunks):
    head = asked("POST", path, b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def test_a_body_in_chunks_is_read_as_one(server):
    status, _, body = server.talk(chunked("/api/v1/sessions", [b'{"exam', b'ple": "neu', b'ron"}', b""]))
    assert (status, json.loads(body)["example"]) == (201, "neuron")


def test_chunks_without_end_are_refused_once_they_are_too_large(server):
    status, _, body = server.talk(chunked("/api/v1/sessions", [b" " * 1000] * 5))
    assert (status, "4096 bytes" in json.loads(body)["detail"]) == (413, True)


PATHS = (
    "/static/../pyproject.toml", "/static/%2e%2e/pyproject.toml", "/static/..%2fpyproject.toml",
    "/static/%2e%2e%2f%2e%2e%2fetc/passwd", "/static//etc/passwd", "/static/js/../../app/main.py",
    "/static/..%5cpyproject.toml", "/static/%00", "/static/" + "a" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_static_files(server, path):
    status, headers, body = server.talk(asked("GET", path))
    assert status in (404, 405), (status, body[:200])
    assert headers["content-type"] == "application/problem+json"


def test_a_stream_that_is_cut_off_leaves_nobody_behind(server):
    session = made(server)
    readers = [Reader(server, f"/api/v1/sessions/{session['id']}/live") for _ in range(20)]
    assert followers(server) == 20
    for reader in readers:
        # A reset, as from a browser that was killed.
        reader.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        reader.close()
    with server.connect() as connection:  # a request at a time: each lets the server notice more
        for _ in range(200):
            if followers(server, connection) == 0:
                break
        else:
            pytest.fail(f"{followers(server)} followers are still counted")


def followers(server, connection=None):
    request = asked("GET", "/metrics")
    if connection is None:
        text = server.talk(request)[2]
    else:
        connection.sendall(request)
        text = heard(connection)[2]
    line = next(line for line in text.decode().splitlines() if line.startswith("backprop_followers "))
    return float(line.split()[1])


SCRIPT = "<script>alert(1)</script>"


@pytest.mark.anyio
async def test_a_script_in_a_label_is_refused_or_travels_as_text(client):
    spec = {
        "model": {"kind": "network", "layers": [{"type": "relu", "name": SCRIPT}], "loss": {"name": "mse"}},
        "data": {"name": "digits8"},
    }
    named = await client.post("/sessions", json={"spec": spec})
    valued = await client.post("/sessions", json={"spec": expression("x*x", {SCRIPT: 1})})
    missing = await client.get(f"/sessions/{SCRIPT.replace('/', '%2F')}")
    csv = await client.post("/datasets", content=f"a,{SCRIPT}\n1,{SCRIPT}\n2,b\n", headers={"content-type": "text/csv"})
    assert [answer.status_code for answer in (named, valued, missing)] == [422, 422, 404]
    for answer in (named, valued, missing, csv):
        assert "json" in answer.headers["content-type"]  # never HTML
        assert answer.headers["x-content-type-options"] == "nosniff"


WRONG_EDITS = ([1], ["x"], [None], [[]], [{}], [True], [{"set": None, "to": 1}], [{"cut": None}], {}, None, "x", 1)


@pytest.mark.anyio
@pytest.mark.parametrize("edits", WRONG_EDITS, ids=repr)
async def test_what_is_no_edit_is_refused(client, open_session, edits):
    _, path = await open_session("neuron")
    answer = await client.post(f"{path}/edits", json={"edits": edits}, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.anyio
async def test_who_follows_with_the_id_alone_drives_nothing():
    async with client_of(create_app(Settings()), remembers=False) as client:
        session = (await client.post("/sessions", json={"example": "neuron"})).json()
        path = f"/sessions/{session['id']}"
        moves = {"step": {}, "seek": {"iteration": 0, "cursor": 1}, "train": {"iterations": 3}, "code": {},
                 "edits": {"edits": [{"set": "w", "to": 1}]}, "undo": {}, "redo": {}}  # fmt: skip
        for move, body in moves.items():
            answer = await client.post(f"{path}/{move}", json=body, headers={"if-match": '"1"'})
            assert answer.status_code == 401, move
            for wrong in ("x", session["id"], "é".encode()):
                value = b"Bearer " + (wrong if isinstance(wrong, bytes) else wrong.encode())
                answer = await client.post(
                    f"{path}/{move}", json=body, headers={"if-match": '"1"', "authorization": value}
                )
                assert answer.status_code == 403, (move, wrong)
        assert (await client.get(path)).json()["revision"] == 1


@pytest.mark.anyio
async def test_a_flood_of_creations_keeps_no_more_than_the_limits_in_memory():
    app = create_app(Settings(sessions=10))
    async with client_of(app) as client:
        for _ in range(60):
            assert (await client.post("/sessions", json={"example": "neuron"})).status_code == 201
    assert len(app.state.sessions._live) == 10
    assert len(app.state.sessions._sizes) == 10
    assert app.state.sessions.bytes == sum(app.state.sessions._sizes.values())


def test_a_follower_that_never_reads_holds_a_few_events_however_many_come():
    follower = Follower()
    for number in range(100_000):
        event = b"id: %d\nevent: position\ndata: {}\n\n" % number
        follower.hand(event, chunk(event))
    assert len(follower.waiting) <= KEPT
    assert follower.behind


@pytest.mark.anyio
@pytest.mark.parametrize("wrong", ["1", True, False])
async def test_a_word_or_a_truth_is_no_number(client, open_session, wrong):
    _, path = await open_session("neuron")
    rate = {"optimizer": {"name": "sgd", "learning_rate": wrong}}
    for call, body in (("step", {"count": wrong}), ("nudge", {"set": "w", "by": wrong}), ("edits", {"edits": [rate]})):
        answer = await client.post(f"{path}/{call}", json=body, headers={"if-match": '"1"'})
        assert (answer.status_code, "a number is needed" in answer.json()["detail"]) == (422, True)


@pytest.mark.anyio
async def test_a_method_there_is_not_is_answered_with_all_there_are(client):
    allowed = {"/sessions/x": "DELETE, GET", "/sessions/x/runs/y": "DELETE, GET", "/sessions": "POST"}
    for path, methods in allowed.items():
        answer = await client.put(path, json={})
        assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_the_documentation_tells_every_limit_with_its_default():
    text = (HERE.parent.parent / "app" / "README.md").read_text(encoding="utf-8")
    for name, value in Settings().limits().items():
        assert f"| `BACKPROP_{name.upper()}` | {value:{',' if isinstance(value, int) else 'g'}} |" in text
