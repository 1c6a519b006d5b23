"""Whoever asks goes first; and while others are about, training takes its share of the time and no more."""

import asyncio
import sys
from threading import Thread

import pytest

from app.turns import ABOUT, GIVEN, LOOK, SHORT, SLICE, SWITCH, Attention, Turns

SHARE = 0.25


class Clock:
    """Time that passes where somebody sleeps or computes."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def turns(clock):
    return Turns(SHARE, clock, clock.sleep)


def test_a_run_that_is_alone_waits_for_nobody(turns, clock):
    for _ in range(10):
        with turns.turn("a") as seconds:
            assert seconds == SLICE
    assert clock.now == 100.0


def test_requests_for_the_session_that_trains_do_not_slow_it(turns, clock):
    for _ in range(10):
        turns.asked("a")
        with turns.turn("a") as seconds:
            assert seconds == SLICE
    assert clock.now == 100.0


@pytest.mark.parametrize("longer", [1, 20])
def test_while_others_are_about_runs_take_their_share_together(turns, clock, longer):
    """Slices that last longer than they should, as those of large models do, are paid for."""
    began, computed = clock.now, 0.0
    for n in range(200):
        turns.asked("c")
        with turns.turn("ab"[n % 2]) as seconds:
            assert seconds == SHORT
            clock.now += seconds * longer
            computed += seconds * longer
            turns.asked("c")
    clock.sleep(turns._due - clock.now)
    assert computed / (clock.now - began) == pytest.approx(SHARE, rel=0.15)


def test_a_moment_later_the_time_is_theirs_again(turns, clock):
    turns.asked("c")
    with turns.turn("a"):
        clock.now += 0.010
    before = clock.now
    turns.asked("c")
    with turns.turn("a"):
        assert clock.now - before == pytest.approx(0.030, abs=2 * LOOK)
    clock.now += ABOUT + 0.001
    with turns.turn("a") as seconds:
        assert seconds == SLICE


def test_the_other_session_is_seen_behind_the_own_one(turns, clock):
    turns.asked("c")
    turns.asked("a")
    turns.asked("a")
    assert turns.others("a")
    assert turns.others("b")
    clock.now += ABOUT + 0.001
    assert not turns.others("a")
    turns.asked("a")
    assert not turns.others("a")


def test_a_request_under_way_is_waited_for_but_not_for_ever(turns, clock):
    turns.answering = 1
    with turns.turn("a"):
        assert clock.now == pytest.approx(100.0 + GIVEN, abs=2 * LOOK)


def test_one_run_computes_at_a_time_while_others_are_about(turns):
    order = []
    turns.asked("c")

    def second():
        with turns.turn("b"):
            order.append("second")

    with turns.turn("a"):
        thread = Thread(target=second)
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join(20)
    assert order == ["first", "second"]


def test_the_interpreter_changes_hands_sooner_from_open_to_close(turns):
    before = sys.getswitchinterval()
    turns.open()
    assert sys.getswitchinterval() == pytest.approx(SWITCH)
    turns.close()
    assert sys.getswitchinterval() == before


@pytest.mark.parametrize(
    ("path", "kind", "during", "asked"),
    [
        ("/api/v1/sessions/abc/step", b"application/json", 1, "abc"),
        ("/api/v1/catalogue", b"application/json", 1, "/api/v1/catalogue"),
        ("/api/v1/sessions/abc/runs/1", b"text/event-stream; charset=utf-8", 0, "abc"),
        ("/api/v1/sessions/abc/live", b"application/json", 0, ""),
        ("/static/js/main.js", b"text/javascript", 0, ""),
    ],
)
def test_requests_are_announced_until_they_are_answered_or_stream(turns, path, kind, during, asked):
    seen = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        seen.append(turns.answering)
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        pass

    asyncio.run(Attention(app, turns)({"type": "http", "path": path}, None, send))
    assert (seen, turns.answering, turns._newest[0]) == ([during], 0, asked)


def test_a_request_that_fails_is_under_way_no_more(turns):
    async def app(scope, receive, send):
        raise RuntimeError("planted")

    with pytest.raises(RuntimeError, match="planted"):
        asyncio.run(Attention(app, turns)({"type": "http", "path": "/api/v1/sessions"}, None, None))
    assert turns.answering == 0
