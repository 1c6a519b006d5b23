"""Whom the service answers, and for how long it waits."""

import json
import socket
import time
import urllib.request
from contextlib import suppress

import httpx
import pytest

from app.main import create_app
from app.rates import ADDRESSES, Rate
from app.settings import Settings
from tests.app.conftest import client_of
from tests.app.servers import heard, serving

HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def server():
    with serving(receipt_seconds=1.0, send_seconds=1.0, head_bytes=4096) as found:
        yield found


def problem_of(answer):
    status, headers, body = answer
    assert headers["content-type"] == "application/problem+json"
    said = json.loads(body)
    assert said["status"] == status
    return status, said["detail"]


def test_a_request_that_is_never_finished_is_refused_after_the_deadline(server):
    with server.connect() as connection:
        connection.sendall(HEAD)
        assert problem_of(heard(connection)) == (408, "the request was not complete after 1 seconds")


def test_a_body_that_is_never_finished_is_refused_after_the_deadline(server):
    with server.connect() as connection:
        connection.sendall(
            b"POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b'Content-Length: 100\r\n\r\n{"example"'
        )
        assert problem_of(heard(connection))[0] == 408


def test_a_drop_at_a_time_does_not_put_the_deadline_off(server):
    with server.connect() as connection:
        begun = time.monotonic()
        connection.settimeout(0.2)
        for letter in HEAD + b"X: " + b"a" * 100:
            connection.sendall(bytes([letter]))
            try:
                answer = connection.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                continue
            break
        connection.settimeout(20)
        assert answer
        assert problem_of(heard(connection))[0] == 408
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "head",
    [HEAD + b"X: " + b"a" * 5000 + b"\r\n\r\n", HEAD + b"X: a\r\n" * 2500 + b"\r\n",
     b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"],
    ids=["one long header", "many headers", "a long address"],
)  # fmt: skip
def test_a_head_that_is_too_large_is_refused_with_the_limit(server, head):
    assert problem_of(server.talk(head)) == (431, "the head of the request is larger than 4096 bytes")


def test_a_header_that_never_ends_is_refused_before_it_fills_the_memory(server):
    with server.connect() as connection:
        connection.sendall(HEAD + b"X: ")
        for _ in range(6):
            time.sleep(0.02)  # so that it comes in pieces
            connection.sendall(b"a" * 1024)
        assert problem_of(heard(connection))[0] == 431


def test_what_is_not_http_is_refused_in_the_shape_of_all_errors(server):
    assert problem_of(server.talk(b"\x16\x03\x01\x00\x00 hello\r\n\r\n")) == (400, "this is not HTTP that can be read")


def test_a_missing_and_a_second_host_are_refused(server):
    assert problem_of(server.talk(b"GET / HTTP/1.1\r\n\r\n"))[0] == 400
    assert problem_of(server.talk(HEAD + b"Host: localhost\r\n\r\n"))[1].startswith("2 Host headers")


def test_a_reader_that_never_reads_is_cut_off(server):
    path, times = b"/static/vendor/digits28.npy.gz", 40
    with urllib.request.urlopen(server.url + path.decode()) as answer:
        whole = times * len(answer.read())
    with server.connect() as connection:
        connection.sendall((b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path) * times)
        time.sleep(2.5)  # longer than the second it is given
        assert sum(len(part) for part in parts(connection)) < whole


def parts(connection):
    """What comes until the other side ends or breaks the connection."""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            yield part


def test_others_are_answered_while_half_requests_wait(server):
    waiting = [server.connect() for _ in range(50)]
    for connection in waiting:
        connection.sendall(HEAD)
    assert server.get("/healthz") == {"status": "alive"}
    for connection in waiting:
        connection.close()


def test_more_connections_than_allowed_are_told_so():
    with serving(connections=3) as server:
        held = [server.connect() for _ in range(3)]
        assert problem_of(server.talk(b"")) == (503, "3 connections are open, the most this service keeps")
        for connection in held:
            connection.close()


@pytest.mark.anyio
async def test_a_name_that_is_not_ours_is_refused_unless_it_is_allowed():
    async with client_of(create_app(Settings())) as client:
        answer = await client.get("/catalogue", headers={"host": "evil.example:8000"})
        assert (answer.status_code, "evil.example" in answer.json()["detail"]) == (421, True)
        for name in ("localhost:8000", "127.0.0.1", "[::1]:80", "LOCALHOST"):
            assert (await client.get("/examples", headers={"host": name})).status_code == 200
    async with client_of(create_app(Settings(hosts=("evil.example",)))) as client:
        assert (await client.get("/examples", headers={"host": "evil.example:8000"})).status_code == 200


FOREIGN = (
    {"sec-fetch-site": "cross-site", "origin": "http://evil.example"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://["},
)


@pytest.mark.anyio
@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_page_elsewhere_changes_nothing(headers):
    async with client_of(create_app(Settings())) as client:
        answer = await client.post("/sessions", json={"example": "neuron"}, headers=headers)
        assert (answer.status_code, answer.json()["title"]) == (403, "Wrong origin")
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.anyio
@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": "http://localhost"}]
)
async def test_its_own_page_and_programs_do(headers):
    async with client_of(create_app(Settings())) as client:
        assert (await client.post("/sessions", json={"example": "neuron"}, headers=headers)).status_code == 201


@pytest.mark.anyio
async def test_a_configured_origin_may_read_and_change():
    origin = "https://school.example"
    async with client_of(create_app(Settings(origins=(origin,)))) as client:
        sent = {"origin": origin, "sec-fetch-site": "cross-site"}
        answer = await client.post("/sessions", json={"example": "neuron"}, headers=sent)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (201, origin)


@pytest.mark.anyio
async def test_a_body_of_another_type_is_refused():
    async with client_of(create_app(Settings())) as client:
        answer = await client.post("/sessions", content=b"{}", headers={"content-type": "text/plain"})
        assert (answer.status_code, "takes application/json" in answer.json()["detail"]) == (415, True)
        answer = await client.post("/datasets", content=b"a,b\n1,2\n", headers={"content-type": "application/json"})
        assert (answer.status_code, "takes text/csv" in answer.json()["detail"]) == (415, True)


@pytest.mark.anyio
async def test_only_configured_pages_may_frame_this_one():
    async with client_of(create_app(Settings())) as client:
        assert "frame-ancestors 'none'" in (await client.get("/examples")).headers["content-security-policy"]
    async with client_of(create_app(Settings(embed=("https://lms.example",)))) as client:
        answer = await client.get("/examples")
        assert "frame-ancestors https://lms.example" in answer.headers["content-security-policy"]


@pytest.mark.anyio
async def test_every_answer_and_every_error_has_a_request_id():
    async with client_of(create_app(Settings())) as client:
        fine, wrong = await client.get("/examples"), await client.get("/sessions/none")
        assert len({fine.headers["x-request-id"], wrong.headers["x-request-id"]}) == 2
        assert wrong.json()["request"] == wrong.headers["x-request-id"]


@pytest.mark.anyio
async def test_too_many_requests_at_once_are_told_to_come_back():
    async with client_of(create_app(Settings(waiting=0))) as client:
        answer = await client.get("/examples")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert (await client.get("http://localhost/healthz")).json() == {"status": "alive"}


@pytest.mark.anyio
async def test_prometheus_reads_requests_by_route_and_never_an_id():
    async with client_of(create_app(Settings())) as client:
        made = (await client.post("/sessions", json={"example": "neuron"})).json()
        await client.get(f"/sessions/{made['id']}/graph")
        text = (await client.get("http://localhost/metrics")).text
    assert 'route="/api/v1/sessions/{id}/graph",status="200"' in text
    assert "backprop_live_sessions 1.0" in text
    assert made["id"] not in text


@pytest.mark.anyio
async def test_ready_when_the_store_answers():
    async with client_of(create_app(Settings())) as client:
        assert (await client.get("http://localhost/readyz")).json() == {"status": "ready"}


def test_the_log_is_one_json_object_a_line_and_holds_no_key():
    with serving("--log", "info") as server:
        answer = server.talk(
            b"POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b'Content-Length: 21\r\n\r\n{"example": "neuron"}'
        )
        made = json.loads(answer[2])
        server.get(f"/api/v1/sessions/{made['id']}")
        server.process.terminate()
        server.process.wait(timeout=20)
        log = server.log()
    lines = [json.loads(line) for line in log.splitlines()]
    routes = [line.get("route") for line in lines]
    assert "/api/v1/sessions/{id}" in routes
    assert all(line["request"] and line["ms"] >= 0 for line in lines if "route" in line)
    assert made["id"] not in log


@pytest.mark.anyio
async def test_an_address_elsewhere_makes_so_many_sessions_a_minute_and_this_machine_more():
    app = create_app(Settings(creations_a_minute=2))
    for address, expected in (("192.0.2.1", [201, 201, 429]), ("127.0.0.1", [201] * 3), ("192.0.2.2", [201])):
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost/api/v1") as client:
            answers = [await client.post("/sessions", json={"example": "neuron"}) for _ in expected]
        assert [answer.status_code for answer in answers] == expected
        if expected[-1] == 429:
            assert 0 < int(answers[-1].headers["retry-after"]) <= 60
            assert "192.0.2.1 has made 2 sessions in a minute" in answers[-1].json()["detail"]


def test_a_minute_later_there_is_room_again_and_addresses_are_not_remembered_for_ever():
    now = 0.0
    rate = Rate(2, clock=lambda: now)
    assert [rate.wait("a"), rate.wait("a"), rate.wait("a"), rate.wait("b")] == [0, 0, 60, 0]
    now = 61.0
    assert rate.wait("a") == 0
    for number in range(2 * ADDRESSES):
        rate.wait(str(number))
    assert len(rate._times) == ADDRESSES


def test_a_body_that_is_too_large_hears_so_though_the_connection_is_closed_after_it(server):
    head = (
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
    )
    request = head + b"Content-Length: 1500000\r\n\r\n" + b" " * 1_500_000
    for _ in range(30):
        assert problem_of(server.talk(request))[0] == 413
    assert problem_of(server.talk(request[:2_000]))[0] in (408, 413)
