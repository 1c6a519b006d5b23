"""Which iterations are kept, and that any other one is made again to the last bit or said to differ."""

import numpy as np
import pytest

from app.requests import SessionRequest
from app.revising import edited, turned
from app.session import Session
from app.settings import Settings
from app.snapshots import SPARE, Snapshots, packed, unpacked
from app.store import Change, Record
from app.store.memory import MemoryStore
from app.timeline import Batch, owner


def opened(store, example="neuron", **limits):
    """A session over a store, as a new process makes it."""
    settings = Settings(**limits)
    if store.read("a") is None:
        store.create(Record(id="a", request={}, token=b"", created=0.0))
    snapshots = Snapshots(store.snapshots("a"), lambda version, i: store.state("a", version, i), settings)
    return Session(store.read("a"), SessionRequest(example=example), settings, None, store.log("a"), snapshots)


def committed(session, store):
    here = session.standing
    changes = session.snapshots.changes()
    place = {"iteration": here.iteration, "cursor": here.cursor, "frontier": here.frontier}
    store.commit("a", Change(revision=here.revision, snapshots=changes, **place))
    session.snapshots.committed()
    return session


def walked(store, to, **limits):
    session = opened(store, **limits)
    for iteration in range(0, to + 1, 50):
        session.standing = session.standing.at(min(iteration + 50, to), 0)
        session.journey.go(session.iteration)
        committed(session, store)
    return session


def recording(session, iteration):
    return session.journey.go(iteration).recording.buffer.tobytes()


@pytest.fixture
def store():
    return MemoryStore(Settings())


def kept(store):
    return [k.iteration for k in store.snapshots("a") if k.size]


def test_up_to_the_limit_every_iteration_is_kept(store):
    walked(store, 20)
    assert kept(store) == list(range(1, 21))


def test_beyond_it_they_thin_out_evenly_and_leave_their_hashes(store):
    walked(store, 100, snapshots=16)
    assert kept(store) == list(range(8, 97, 8))
    thinned = [k for k in store.snapshots("a") if not k.size]
    assert {1, 2, 3, 10, 20, 60} <= {k.iteration for k in thinned}
    assert {len(k.digest) for k in thinned} == {16}
    assert all(store.state("a", k.version, k.iteration) is None for k in thinned)


def test_they_keep_to_their_bytes_and_the_newest_stays(store):
    walked(store, 40, snapshot_bytes=400)
    sizes = [k.size for k in store.snapshots("a")]
    assert 0 < sum(sizes) <= 400
    walked(MemoryStore(Settings()), 40, snapshot_bytes=1)
    tight = MemoryStore(Settings())
    walked(tight, 40, snapshot_bytes=1)
    assert kept(tight) == [32]


def test_any_iteration_is_made_again_from_what_is_kept(store):
    session = walked(store, 100, snapshots=8)
    fresh = opened(MemoryStore(Settings()))
    again = opened(store, snapshots=8)
    for iteration in (100, 3, 77, 0, 64, 99, 1):
        assert recording(again, iteration) == recording(session, iteration) == recording(fresh, iteration)
    assert again.snapshots.differs is None


def test_a_new_process_begins_at_the_nearest_snapshot_and_not_at_the_beginning(store):
    walked(store, 100, snapshots=16)
    session = opened(store, snapshots=16)
    advanced = []
    advance = session.journey._advance
    session.journey._advance = lambda: (advanced.append(session.journey.standing), advance())
    session.journey.go(99)
    assert advanced == [96, 97, 98]


def test_states_that_are_in_the_store_take_no_memory(store):
    session = walked(store, 30)
    assert session.snapshots.fresh == {}


def test_a_replay_that_gives_other_bits_is_said_and_goes_on_from_what_was_stored(store):
    """The planted fault: what another kind of processor does, in its coarsest form."""
    first = walked(store, 40, snapshots=8)
    exact = {iteration: recording(first, iteration) for iteration in (6, 8, 17, 24)}
    session = opened(store, snapshots=8)
    x = session.run.graph.find("x").id
    session.run.recording.view(session.run.schedule.values[x])[...] += 1e-9
    assert recording(session, 6) != exact[6]
    assert session.view().differs == 1
    del session.journey.parts[1]
    session.journey.standing = None
    assert recording(session, 24) == exact[24]


def test_a_replay_that_comes_by_a_stored_snapshot_is_put_right(store):
    first = walked(store, 8)
    exact = recording(first, 8)
    session = opened(store)
    session.journey.go(7)
    weight = session.run.graph.find("w").id
    session.run.recording.view(session.run.schedule.values[weight])[...] += 1.0
    session.run.compute()
    session.journey._advance()
    assert session.snapshots.differs == 8
    assert session.run.recording.buffer.tobytes() == exact


def test_a_snapshot_belongs_to_the_edits_that_came_before_it():
    line = (Batch(2, 5, ()), Batch(3, 5, ()), Batch(7, 9, ()))
    assert [owner(line, iteration) for iteration in (0, 5, 6, 9, 10)] == [1, 1, 3, 3, 7]


def test_after_an_edit_the_snapshots_before_it_still_serve_and_undo_finds_the_others(store):
    session = walked(store, 30)
    before = [recording(session, i) for i in (10, 30)]
    entry, standing = edited(session, [{"set": "w", "to": 2.0}], 20)
    session.standing = standing
    session.journey.go(30)
    changes = session.snapshots.changes()
    assert {s.version for s in changes} == {entry.revision}
    assert {s.iteration for s in changes} == set(range(21, 31))
    changed = recording(session, 30)
    assert recording(session, 10) == before[0]
    session.standing = turned(session, "undo")[1]
    assert recording(session, 30) == before[1] != changed
    assert session.snapshots.differs is None


def test_a_state_is_packed_and_unpacked_to_the_last_bit():
    state = {(3, ""): np.array([[1.5, -0.0], [np.nan, np.inf]]), (3, "m"): np.zeros(()), (10, ""): np.zeros((0, 2))}
    again = unpacked(packed(state))
    assert again.keys() == state.keys()
    for name, array in state.items():
        assert (again[name].shape, again[name].tobytes()) == (array.shape, array.tobytes())


def test_a_mark_keeps_where_training_stands_until_there_is_a_newer_one(store):
    session = walked(store, 100, snapshots=16)
    session.journey.go(99)
    session.journey.mark()
    committed(session, store)
    assert kept(store)[-2:] == [96, 99]
    session.standing = session.standing.at(104, 0)
    session.journey.go(104)
    committed(session, store)
    assert kept(store)[-2:] == [96, 104]


def test_large_states_are_kept_further_apart_from_the_beginning():
    states = {(0, ""): np.zeros(3 * SPARE // 8)}
    snapshots = Snapshots((), lambda version, iteration: None, Settings())
    met = [i for i in range(1, 20) if snapshots.wants((), i) and snapshots.met((), i, states) is states]
    assert met == [1, 4, 8, 12, 16]
    assert [s.iteration for s in snapshots.changes() if s.state] == [4, 8, 12, 16]
    snapshots.mark((), 18, states)
    assert [s.iteration for s in snapshots.changes() if s.state] == [4, 8, 12, 16, 18]


def test_that_a_replay_gave_other_bits_outlives_the_process(store):
    walked(store, 40, snapshots=8)
    session = opened(store, snapshots=8)
    x = session.run.graph.find("x").id
    session.run.recording.view(session.run.schedule.values[x])[...] += 1e-9
    session.journey.go(6)
    committed(session, store)
    assert opened(store, snapshots=8).snapshots.differs == session.snapshots.differs == 1
    assert kept(store) == [8, 16, 24, 32, 40]


def test_what_is_looked_up_is_what_is_kept(store):
    """However states come and go, the list that is searched holds each once, in order."""
    snapshots = Snapshots((), lambda version, iteration: None, Settings(snapshots=5))
    lines = (), (Batch(2, 7, ()),)
    state = {(0, ""): np.zeros(2)}
    for n in range(1, 40):
        line = lines[n // 10 % 2]
        if n % 7 == 3:
            snapshots.mark(line, n, state)
        elif snapshots.wants(line, n):
            snapshots.met(line, n, state)
        for other in lines:
            found = [i for (v, i), k in snapshots.known.items() if k.size and v == owner(other, i)]
            assert snapshots._in_force(other) == sorted(found)


def test_looking_at_many_other_models_leaves_the_numbers_where_they_stand(store):
    """Fewer models are kept ready than this session has; the one whose run stands somewhere is always among them."""
    session = walked(store, 20)
    for iteration in (4, 8, 12, 16):
        edit = [{"set": "optimizer.learning_rate", "to": 1 / iteration}]
        session.standing = edited(session, edit, iteration)[1].at(20, 0)
        session.journey.go(20)
    before = recording(session, 2)
    for iteration in (6, 10, 14, 18):
        assert session.schedule(iteration).length == session.schedule(0).length
    assert recording(session, 2) == before
