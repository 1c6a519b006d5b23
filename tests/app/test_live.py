"""Following a session: everything that happens, in order, within bounds; and codes that lead a class to it."""

import asyncio
import json

import pytest

from app.follower import GONE, KEPT, PIECE, Follower, chunk, heard, pieces
from app.live import PING, Hub
from app.main import create_app
from app.settings import Settings
from tests.app.conftest import client_of
from tests.app.following import Reader, asked
from tests.app.servers import heard as read_answer
from tests.app.servers import serving

pytestmark = pytest.mark.anyio
NEURON = json.dumps({"example": "neuron"}).encode()


@pytest.fixture(scope="module")
def server():
    with serving("--store", "memory:", "--open", ping_seconds=0.2, followers=3) as found:
        yield found


@pytest.fixture
def session(server):
    return json.loads(server.talk(asked("POST", "/api/v1/sessions", NEURON))[2])


@pytest.fixture
def path(session):
    return f"/api/v1/sessions/{session['id']}"


@pytest.fixture
def follow(server):
    """Follow something; whoever still does so at the end leaves."""
    readers = []

    def begin(path, **headers):
        readers.append(Reader(server, path, **headers))
        return readers[-1]

    yield begin
    for reader in readers:
        reader.close()


def move(server, path, cursor, iteration=0):
    status, _, body = server.talk(
        asked("POST", f"{path}/seek", json.dumps({"iteration": iteration, "cursor": cursor}).encode())
    )
    assert status == 200, body


def edit(server, path, revision, value):
    body = json.dumps({"edits": [{"set": "w", "to": value}]}).encode()
    return server.talk(asked("POST", f"{path}/edits", body, If_Match=f'"{revision}"'))


async def test_a_follower_hears_how_it_stands_then_positions_and_revisions_in_order(server, path, follow):
    reader = follow(f"{path}/live")
    assert reader.headers["content-type"].startswith("text/event-stream")
    assert (reader.headers["cache-control"], reader.headers["x-accel-buffering"]) == ("no-store", "no")
    id, name, body = reader.next()
    assert (id, name, body["cursor"], body["drives"]) == (1, "session", 0, False)
    move(server, path, 5)
    assert reader.next() == (1, "position", {"revision": 1, "iteration": 0, "cursor": 5, "frontier": 0})
    assert edit(server, path, 1, 0.25)[0] == 200
    id, name, body = reader.next()
    assert (id, name, body["revision"], body["edits"]) == (2, "revision", 2, [{"set": "w", "to": 0.25}])


async def test_who_comes_back_hears_every_revision_missed(server, path, follow):
    for revision, value in ((1, 0.1), (2, 0.2), (3, 0.3)):
        edit(server, path, revision, value)
    reader = follow(f"{path}/live", Last_Event_ID="2")
    names = [reader.next()[:2] for _ in range(3)]
    assert names == [(3, "revision"), (4, "revision"), (4, "session")]


async def test_no_event_holds_the_drive_token(session, server, path, follow):
    reader = follow(f"{path}/live")
    assert session["drive"] not in json.dumps(reader.next()[2])


async def test_more_followers_than_allowed_are_told_the_limit_and_leaving_makes_room(server, path, follow):
    readers = [follow(f"{path}/live") for _ in range(3)]
    status, _, body = server.talk(asked("GET", f"{path}/live"))
    assert (status, json.loads(body)["detail"]) == (429, "3 follow this session already; the most is 3")
    for reader in readers:
        reader.close()
    for _ in range(100):
        reader = follow(f"{path}/live")
        if reader.status == 200:
            break
        await asyncio.sleep(0.05)
    assert reader.status == 200


async def test_a_session_there_is_not_cannot_be_followed(server):
    assert server.talk(asked("GET", "/api/v1/sessions/none/live"))[0] == 404


async def test_a_stream_ends_with_a_word_when_the_service_stops():
    with serving("--store", "memory:", "--open") as server:
        made = json.loads(server.talk(asked("POST", "/api/v1/sessions", NEURON))[2])
        reader = Reader(server, f"/api/v1/sessions/{made['id']}/live")
        assert reader.next()[1] == "session"
        server.process.terminate()
        assert reader.next()[1] == "end"
        reader.close()
        assert server.process.wait(timeout=10) is not None


async def test_a_long_poll_answers_when_something_happens(server, path):
    at = f"{path}/live?poll=1&after=1&iteration=0&cursor=0"
    with server.connect() as connection:
        connection.sendall(asked("GET", at))
        await asyncio.sleep(0.3)
        move(server, path, 3)
        status, headers, body = read_answer(connection)
    assert (status, headers["cache-control"], json.loads(body)["session"]["cursor"]) == (200, "no-store", 3)
    edit(server, path, 1, 0.75)
    news = json.loads(server.talk(asked("GET", at))[2])
    assert [revision["edits"] for revision in news["revisions"]] == [[{"set": "w", "to": 0.75}]]


async def test_who_falls_behind_is_told_to_begin_anew_and_holds_no_more_than_its_share():
    hub = Hub(Settings())
    follower = hub.join("a")
    for number in range(10 * KEPT):
        hub.tell("a", b"%d" % number)
        hub.tell("b", b"nobody follows this")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(follower.waiting) <= KEPT
    assert await heard(follower) is None
    hub.tell("a", b"news")
    assert await heard(follower) == [b"news"]


async def test_an_event_goes_past_the_task_of_a_reader_that_has_all_and_waits_behind_others_of_one_that_has_not():
    follower, passed, reads = Follower(), [], True

    def direct(framed):
        passed.extend([framed] * reads)
        return reads

    def hand(*events):
        for event in events:
            follower.hand(event, chunk(event))

    follower.direct = direct
    hand(b"before it listens")
    assert await heard(follower) == [b"before it listens"]
    listening = asyncio.ensure_future(heard(follower))
    await asyncio.sleep(0)
    hand(b"one", b"two")
    assert passed == [b"3\r\none\r\n", b"3\r\ntwo\r\n"]
    reads = False
    hand(b"three")
    reads = True
    hand(b"four")  # not before the third
    assert await listening == [b"three", b"four"]
    listening = asyncio.ensure_future(heard(follower))
    await asyncio.sleep(0)
    hand(GONE)  # after which the stream ends: that is the task's to know
    assert (await listening, len(passed)) == ([GONE], 2)


async def test_who_hears_nothing_is_told_that_the_service_is_there_and_who_polls_is_not():
    hub = Hub(Settings(ping_seconds=0.01))
    follower, poller = hub.join("a"), hub.join("b", pinged=False)
    for _ in range(3):
        assert await heard(follower) == [PING]
    assert not poller.waiting
    hub.leave("a", follower)
    hub.leave("b", poller)


async def test_a_code_leads_to_its_session_and_lets_nobody_drive():
    async with client_of(create_app(Settings()), remembers=False) as client:
        made = (await client.post("/sessions", json={"example": "neuron"})).json()
        bearer = {"authorization": f"Bearer {made['drive']}"}
        assert (await client.post(f"/sessions/{made['id']}/code")).status_code == 401
        code = (await client.post(f"/sessions/{made['id']}/code", headers=bearer)).json()["code"]
        for written in (code, code.lower(), f"{code[:3]} {code[3:]}"):
            assert (await client.post("/join", json={"code": written})).json() == {"id": made["id"]}
        wrong = await client.post("/join", json={"code": "AAAAAA"})
        assert (wrong.status_code, "AAAAAA" in wrong.json()["detail"]) == (404, True)
        assert (await client.post(f"/sessions/{made['id']}/step", json={})).status_code == 401


async def test_guessing_codes_is_slow_from_elsewhere():
    import httpx

    app = create_app(Settings(joins_a_minute=2))
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/api/v1") as client:
        statuses = [(await client.post("/join", json={"code": "AAAAAA"})).status_code for _ in range(3)]
    assert statuses == [404, 404, 429]


async def test_whoever_follows_a_session_is_told_that_it_was_deleted(server, path, follow):
    """At once, whether they read the session or a run of it; and also where they come back late."""
    run = json.loads(server.talk(asked("POST", f"{path}/train", b'{"iterations": 1000000}'))[2])
    reader = follow(f"{path}/live")
    runner = follow(f"{path}/runs/{run['id']}", Accept="text/event-stream")
    assert (reader.next()[1], runner.next()[1]) == ("session", "run")
    assert server.talk(asked("DELETE", path))[0] == 204
    for each in (reader, runner):
        while (name := each.next()[1]) != "gone":
            assert name in ("run", "resync", "session")
        assert each.ended()
    assert server.talk(asked("GET", f"{path}/live"))[0] == 404


async def test_a_piece_of_the_stream_is_small_or_one_event():
    small, large = b"x" * 100, b"y" * 2 * PIECE
    assert pieces([]) == []
    assert pieces([small] * 3) == [small * 3]
    assert pieces([small, large, small, small]) == [small, large, small * 2]
