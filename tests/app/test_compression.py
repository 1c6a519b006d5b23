"""Text travels compressed to whoever takes it, and is compressed once; numbers travel as they are."""

import pytest

pytestmark = pytest.mark.anyio
SCRIPT = "http://localhost/static/js/main.js"


async def test_a_script_is_sent_compressed_and_is_the_file(client):
    plain = await client.get(SCRIPT, headers={"Accept-Encoding": "identity"})
    small = await client.get(SCRIPT, headers={"Accept-Encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert small.content == plain.content
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert small.headers["cache-control"] == plain.headers["cache-control"] == "no-cache"
    assert small.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


async def test_a_browser_that_has_the_script_is_sent_nothing(client):
    tag = (await client.get(SCRIPT, headers={"Accept-Encoding": "gzip"})).headers["etag"]
    again = await client.get(SCRIPT, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_who_refuses_gzip_gets_none(client):
    assert "content-encoding" not in (await client.get(SCRIPT, headers={"Accept-Encoding": "gzip;q=0, br"})).headers


@pytest.mark.parametrize("part", ["graph", "schedule"])
async def test_structure_is_sent_compressed_and_says_the_same(client, open_session, part):
    _, session = await open_session("lstm")
    path = f"{session}/{part}"
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    small = await client.get(path, headers={"Accept-Encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.json() == plain.json()
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    for tag in (plain.headers["etag"], small.headers["etag"]):
        assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304


async def test_a_recording_is_sent_as_it_is(client, open_session):
    _, session = await open_session("lstm")
    answer = await client.get(f"{session}/recording", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
