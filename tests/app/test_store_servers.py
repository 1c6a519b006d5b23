"""Whole servers over their stores: one to a file, several to a Redis; full disks, and restarts."""

import asyncio
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import pytest

from app.__main__ import make_server, parse
from app.bootstrap import ROOT
from app.main import create_app
from app.settings import Settings
from app.store import Record, opened
from tests.app.conftest import client_of
from tests.app.nursery import nursery
from tests.app.redis_server import RedisServer, free_port

KEPT = ("iteration", "cursor", "frontier", "revision", "loss", "spec")
CSV = {"content": "a,b,kind\n1,2,u\n3,4,v\n", "headers": {"content-type": "text/csv"}}


@pytest.fixture
def url(tmp_path):
    return f"sqlite://{tmp_path}/sessions.db"


@pytest.fixture
def redis_server(tmp_path):
    server = RedisServer(tmp_path).start()
    yield server
    server.stop()


@contextmanager
def client(servers):
    with httpx.Client(base_url=f"{servers.url}/api/v1", timeout=60) as found:
        yield found


def made(client, example="neuron", **headers):
    answer = client.post("/sessions", json={"example": example}, headers=headers)
    assert answer.status_code == 201, answer.text
    session = answer.json()
    return f"/sessions/{session['id']}", {"Authorization": f"Bearer {session['drive']}"}


def kept(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return {name: answer.json()[name] for name in KEPT}


def refusal(url):
    """The line with which a server ends that cannot start."""
    with pytest.raises(SystemExit) as ended:
        make_server(parse(["--store", url]), lambda: None)
    assert "\n" not in str(ended.value)
    return str(ended.value)


def test_a_second_server_on_one_file_says_so_and_ends(url):
    first = opened(Settings(store=url))
    path = url.removeprefix("sqlite://")
    says = f"Cannot start: another server keeps its sessions in {path}, which serves one at a time: stop it, "
    assert refusal(url).startswith(says)
    first.close()
    opened(Settings(store=url)).close()


def test_a_store_that_cannot_be_used_is_named_in_one_sentence_without_its_password():
    nobody = refusal(f"redis://:secret@127.0.0.1:{free_port()}")
    assert nobody.startswith("Cannot start: Redis at 127.0.0.1 does not serve")
    assert "secret" not in nobody
    assert refusal("sqlite:///proc/sessions.db").startswith(
        "Cannot start: sessions cannot be kept in /proc/sessions.db"
    )


def test_what_was_made_and_sent_is_there_after_a_restart(url):
    key = str(uuid4())
    with nursery(url) as servers, client(servers) as ours:
        path, token = made(ours, **{"Idempotency-Key": key})
        data = ours.post("/datasets", **CSV).json()["id"]
        ours.post(f"{path}/seek", json={"iteration": 7, "cursor": 5}, headers=token)
        edits = {"edits": [{"set": "w", "to": 0.25}], "iteration": 6}
        ours.post(f"{path}/edits", json=edits, headers={**token, "If-Match": '"1"'})
        before, recording = kept(ours, path), ours.get(f"{path}/recording?iteration=6").content
        servers.again()
        assert (kept(ours, path), ours.get(f"{path}/recording?iteration=6").content) == (before, recording)
        assert made(ours, **{"Idempotency-Key": key}) == (path, token)
        assert ours.post(f"{path}/undo", headers={**token, "If-Match": '"2"'}).json()["iteration"] == 7
        spec = {
            "model": {"kind": "network", "layers": [{"type": "dense", "units": 2}],
                      "loss": {"name": "softmax_cross_entropy"}},
            "data": {"id": data}, "optimizer": {"learning_rate": 0.1},
        }  # fmt: skip
        assert ours.post("/sessions", json={"spec": spec}).status_code == 201


def test_of_a_session_nobody_came_back_to_it_is_said_that_it_has_expired(redis_server):
    app = create_app(Settings(store=redis_server.url, open=True))
    store = app.state.sessions.store
    store.create(Record(id="old", request={"example": "neuron"}, token=b"", created=0.0))
    assert answered(app, "old") == (200, "application/json")
    store.db.delete("backprop:session:old")  # what the end of its time does
    assert answered(app, "old") == (410, "application/problem+json")
    assert answered(app, "never") == (404, "application/problem+json")
    store.create(Record(id="gone", request={"example": "neuron"}, token=b"", created=0.0))
    assert store.delete("gone")
    assert answered(app, "gone")[0] == 404
    store.close()


def answered(app, id):
    async def ask():
        async with client_of(app) as asking:
            return await asking.get(f"/sessions/{id}")

    answer = asyncio.run(ask())
    return answer.status_code, answer.headers["content-type"]


def test_on_a_full_disk_every_change_is_refused_whole_and_nothing_is_lost(url):
    with nursery(url) as servers, client(servers) as ours:
        path, token = made(ours, "digits8")
        servers.again(file_bytes=300_000)
        answers, known = [], kept(ours, path)
        for iteration in range(1, 200):
            answers.append(
                ours.post(f"{path}/seek", json={"iteration": iteration, "cursor": 1}, headers=token).status_code
            )
            if answers[-1] != 200:
                break
            known = kept(ours, path)
        refused = ours.post(f"{path}/step", json={}, headers=token)
        assert (answers[-1], refused.status_code, refused.headers["retry-after"]) == (503, 503, "1")
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["detail"].startswith("the store cannot be written: ")
        assert kept(ours, path) == known
        servers.again()
        assert kept(ours, path) == known
        assert ours.post(f"{path}/step", json={}, headers=token).status_code == 200


def test_any_server_on_one_redis_answers_any_request_and_one_may_die(redis_server):
    url = redis_server.url
    with nursery(url) as first, nursery(url) as second, client(first) as a, client(second) as b:
        path, token = made(a)
        for number in range(1, 6):
            ours, theirs = (a, b) if number % 2 else (b, a)
            ours.post(f"{path}/seek", json={"iteration": number, "cursor": 3}, headers=token)
            assert kept(theirs, path)["iteration"] == number
            edits = {"edits": [{"set": "w", "to": number / 8}]}
            edited = theirs.post(f"{path}/edits", json=edits, headers={**token, "If-Match": f'"{number}"'})
            assert edited.status_code == 200, edited.text
            late = ours.post(f"{path}/edits", json=edits, headers={**token, "If-Match": f'"{number}"'})
            assert (late.status_code, late.headers["etag"]) == (412, f'"{number + 1}"')
            assert kept(a, path) == kept(b, path)
            recordings = {c.get(f"{path}/recording?iteration={number}").content for c in (a, b)}
            assert len(recordings) == 1
        first.kill()
        assert b.post(f"{path}/step", json={}, headers=token).status_code == 200


def test_without_redis_nothing_is_half_done_and_with_it_all_goes_on(redis_server):
    with nursery(redis_server.url) as servers, client(servers) as ours:
        path, token = made(ours)
        key = {**token, "Idempotency-Key": str(uuid4())}
        ours.post(f"{path}/seek", json={"iteration": 3, "cursor": 2}, headers=token)
        before = kept(ours, path)
        redis_server.stop(kill=True)
        for answer in (ours.get(path), ours.post(f"{path}/step", json={}, headers=key), ours.get("/../../readyz")):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        redis_server.start()
        assert kept(ours, path) == before
        assert ours.post(f"{path}/step", json={}, headers=key).json()["to"] == {"iteration": 3, "cursor": 3}


def test_on_a_full_disk_a_run_says_so_and_goes_on_from_its_last_report_once_there_is_room(url):
    with nursery(url) as servers, client(servers) as ours:
        path, token = made(ours, "digits8")
        servers.again(file_bytes=300_000)
        run = ours.post(f"{path}/train", json={"iterations": 1_000_000}, headers=token).json()["id"]
        there = f"{path}/runs/{run}"
        stuck = until(lambda: (told := ours.get(there).json())["detail"] and told)
        assert stuck["detail"].startswith("waiting for the store: the store cannot be written: ")
        assert (stuck["status"] in ("waiting", "training"), stuck["ended"]) == (True, None)
        assert ours.get(there).json()["iteration"] == stuck["iteration"]
        recording = ours.get(f"{path}/recording?iteration={stuck['iteration']}").content
        servers.again()
        until(lambda: ours.get(there).json()["iteration"] > stuck["iteration"])
        assert ours.get(there).json()["detail"] is None
        assert ours.get(f"{path}/recording?iteration={stuck['iteration']}").content == recording
        assert ours.delete(there, headers=token).status_code == 204


def until(found):
    deadline = time.monotonic() + 90
    while not (value := found()):
        assert time.monotonic() < deadline
    return value


AS_NOBODY = """
import os, sys
import uvicorn.config, uvicorn.server  # while the interpreter's own files can be read
from app import main, protocol
from app.__main__ import make_server, parse
if os.geteuid() == 0:
    os.setuid(65534)  # to root no file is read-only
make_server(parse(["--store", sys.argv[1]]), lambda: None)
"""


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o777, 0o444), (0o555, 0o444)], ids=["file", "folder"])
def test_a_file_that_may_only_be_read_is_named_and_nothing_starts(folder_mode, file_mode):
    with TemporaryDirectory() as folder:
        path = Path(folder, "kept", "sessions.db")
        opened(Settings(store=f"sqlite://{path}")).close()
        before = path.read_bytes()
        path.chmod(file_mode)
        Path(f"{path}.lock").chmod(0o666)
        Path(folder).chmod(0o755)
        path.parent.chmod(folder_mode)
        ended = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, f"sqlite://{path}"], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
        assert ended.returncode == 1
        said = ended.stderr.strip()
        assert said.startswith(f"Cannot start: sessions cannot be kept in {path}: "), said
        assert "\n" not in said
        assert path.read_bytes() == before
