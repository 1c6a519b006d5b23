"""What a run reports is true after a crash, too: with the state it stood at, or ahead of it and computed again."""

from threading import Event
from time import perf_counter

import pytest
from fastapi.responses import Response

from app import training
from app.main import create_app
from app.requests import SessionRequest
from app.settings import Settings
from app.training import LONGEST, Training
from app.turns import Turns
from tests.app.test_runs import NETWORK

TURNS = Turns(1.0)


@pytest.fixture
def sessions():
    found = create_app(Settings(store="memory:")).state.sessions
    yield found
    found.store.close()


@pytest.fixture
def session(sessions):
    request = SessionRequest.model_validate({"spec": NETWORK})
    return sessions.create(request, None, lambda session: Response()).session


def worked(sessions, session, words):
    work = Training(session, words, sessions.store.lease(session.id, "somebody", 60), sessions)
    return work, work._set_out(TURNS)


def onward(work, journey, steps, *, whole):
    for _ in range(steps):
        journey.onward()
        work.iteration += 1
    report = work._report(journey, 1.0, whole)
    work._told("training", Event(), *report)
    return report[0]


@pytest.fixture
def reported(sessions, session):
    """A run that reported iteration 200 with its state and 207 without one; its recording there."""
    words = {"id": "r", "revision": 1, "status": "waiting", "start": 0, "to": 1_000, "until": None, "iteration": 0}
    work, journey = worked(sessions, session, words | {"detail": None})
    assert onward(work, journey, 200, whole=True)
    assert onward(work, journey, 7, whole=False) == ()
    return journey.current.run.recording.buffer.tobytes()


def test_what_was_reported_ahead_of_its_state_is_computed_again(sessions, session, reported):
    words = sessions.store.read(session.id).run
    assert (words["iteration"], session.standing.frontier) == (207, 207)
    assert max(k.iteration for k in sessions.store.snapshots(session.id) if k.size) == 200
    work, journey = worked(sessions, session, words)
    assert (work.iteration, journey.standing, journey.snapshots.differs) == (207, 207, None)
    assert journey.current.run.recording.buffer.tobytes() == reported


def test_where_that_gives_another_loss_than_was_reported_it_is_said(sessions, session, reported):
    words = sessions.store.read(session.id).run
    work, journey = worked(sessions, session, words | {"loss": words["loss"] + 1e-9})
    assert journey.snapshots.differs == 207
    onward(work, journey, 1, whole=True)
    assert session.snapshots.differs == 207


@pytest.mark.parametrize(("small", "waits"), [(0, True), (1 << 20, False)])
def test_large_states_are_told_now_and_then_and_small_ones_always(sessions, session, monkeypatch, small, waits):
    monkeypatch.setattr(training, "SMALL", small)
    words = {"id": "r", "revision": 1, "status": "waiting", "start": 0, "to": 1_000, "until": None, "iteration": 0}
    work, journey = worked(sessions, session, words | {"detail": None})
    before = perf_counter()
    onward(work, journey, 3, whole=True)
    assert (before < work._whole <= perf_counter() + LONGEST) == waits
    assert (work._whole == 0.0) != waits
