"""Two LSTM layers over 100 time steps: a session like any other, in the memory a session has."""

import numpy as np
import pytest

from app.main import create_app
from app.requests import SessionRequest
from app.session import Session
from app.settings import Settings
from app.store import Record
from tests.app.conftest import client_of
from tests.engine.models import FULL, gallery

pytestmark = pytest.mark.anyio


def session_of(example, settings=None):
    record = Record(id="x", request={}, token=b"", created=0.0)
    return Session(record, SessionRequest(example=example), settings or Settings(), None)


@pytest.mark.parametrize("example", FULL)
def test_a_session_at_full_size_keeps_to_its_memory(example):
    session = session_of(example)
    session.journey.go(3)
    assert session.bytes <= Settings().session_bytes == 64 * 2**20
    assert session.bytes >= 2 * 8 * session.run.schedule.stored


async def test_every_grain_is_stepped_forward_and_back(client, open_session):
    opened, path = await open_session("lstm-full")
    for grain in ("event", "operation", "layer", "phase", "iteration", "epoch"):
        for count in (1, 1, -1):
            answer = await client.post(f"{path}/step", json={"grain": grain, "count": count})
            assert answer.status_code == 200
            assert len(answer.content) <= 32_768
    assert opened["length"] > 9_000


async def test_a_late_total_is_read_like_any_stretch_of_numbers(client, open_session):
    _, path = await open_session("lstm-full")
    run = gallery("lstm-full")
    weight = run.graph.find("lstm1.weight_hh")
    event = [e for e in run.schedule.events if e.kind == "contribution" and e.into == weight.id][97]
    assert event.total.offset >= run.schedule.stored
    expected = run.recording.view(event.total)
    slices = {"from": event.total.offset, "to": event.total.offset + event.total.size}
    received = np.frombuffer((await client.get(f"{path}/recording", params=slices)).content, "<f8")
    assert received.tobytes() == expected.tobytes()
    window = {"iteration": 0, "cursor": event.index + 1, "window": "0:2,0:3"}
    tensor = (await client.get(f"{path}/tensors/lstm1.weight_hh/gradient", params=window)).json()
    assert tensor["data"] == expected[:2, :3].tolist()


async def test_numbers_of_every_event_are_told_in_pages(client, open_session):
    opened, path = await open_session("truncated-full")
    page = (await client.get(f"{path}/trace", params={"from": opened["length"] - 40})).json()
    assert all("value" in event for event in page["events"])
    strengths = (await client.get(f"{path}/magnitudes")).json()["magnitudes"]
    assert len(strengths) == opened["length"]


async def test_it_is_verified_and_diagnosed(client, open_session):
    _, path = await open_session("truncated-full")
    assert (await client.get(f"{path}/verify")).json()["passed"]
    assert (await client.get(f"{path}/diagnosis")).status_code == 200


async def test_a_session_that_would_take_more_memory_is_refused():
    settings = Settings(session_bytes=8 * 2**20)
    async with client_of(create_app(settings)) as client:
        answer = await client.post("/sessions", json={"example": "lstm-full"})
        assert answer.status_code == 413
        assert str(settings.session_bytes) in answer.json()["detail"]
