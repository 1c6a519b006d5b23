"""The stores: one description of what they promise, held by each of them."""

import threading
from itertools import count

import pytest

from app import codes
from app.errors import NotFoundError
from app.settings import Settings
from app.store.memory import MemoryStore
from app.store.open import opened
from app.store.parts import (
    ANSWERS,
    EVERYWHERE,
    Answer,
    AnsweredError,
    Change,
    Entry,
    Kept,
    LeaseError,
    Point,
    Record,
    Snapshot,
    StaleError,
)
from app.store.redis import RedisStore
from app.store.sqlite import SqliteStore
from tests.app.redis_server import RedisServer

ids = (f"session-{n}" for n in count())


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.stop()


@pytest.fixture(params=["memory", "sqlite", "redis"])
def url(request, tmp_path):
    if request.param == "redis":
        return request.getfixturevalue("redis_server").url
    return "memory:" if request.param == "memory" else f"sqlite://{tmp_path}/sessions.db"


@pytest.fixture
def store(url):
    found = opened(Settings(store=url))
    yield found
    found.close()


@pytest.fixture
def id(store):
    return created(store)


def created(store, answer=None):
    id = next(ids)
    store.create(Record(id=id, request={"example": "neuron"}, token=b"\x00hash", created=1.5), answer)
    return id


def test_a_session_may_begin_anywhere(store):
    begun = Record(id=next(ids), request={}, token=b"", created=0.0, iteration=7, cursor=3, frontier=9)
    store.create(begun)
    assert store.read(begun.id) == begun


def change(revision=1, iteration=0, cursor=0, frontier=0, **more):
    return Change(revision=revision, iteration=iteration, cursor=cursor, frontier=frontier, **more)


def edit(revision, **more):
    return change(revision, entry=Entry(revision + 1, {"set": "w", "to": revision}), **more)


def test_each_url_names_its_store(store, url):
    kinds = {"memory": MemoryStore, "sqlite": SqliteStore, "redis": RedisStore}
    assert type(store) is kinds[url.partition(":")[0]]
    assert store.shared is url.startswith("redis")


def test_a_session_is_read_as_it_was_made(store, id):
    assert store.read(id) == Record(id=id, request={"example": "neuron"}, token=b"\x00hash", created=1.5)
    assert (store.log(id), store.snapshots(id), store.read("unknown"), store.log("unknown")) == ([], [], None, [])


def test_a_position_is_kept_without_a_new_revision(store, id):
    store.commit(id, change(iteration=3, cursor=7, frontier=9))
    found = store.read(id)
    assert (found.revision, found.iteration, found.cursor, found.frontier) == (1, 3, 7, 9)


def test_edits_are_appended_in_order(store, id):
    for revision in (1, 2, 3):
        store.commit(id, edit(revision))
    assert store.log(id) == [Entry(n + 1, {"set": "w", "to": n}) for n in (1, 2, 3)]
    assert store.log(id, after=3) == [Entry(4, {"set": "w", "to": 3})]
    assert store.read(id).revision == 4


def test_older_entries_make_room_for_one_that_stands_for_them(store, id):
    for revision in range(1, 5):
        store.commit(id, edit(revision))
    base = Entry(3, {"base": [[3, 0, []]]})
    store.commit(id, edit(5, base=base))
    rest = [Entry(n + 1, {"set": "w", "to": n}) for n in (3, 4, 5)]
    assert store.log(id) == store.log(id, after=2) == [base, *rest]
    assert (store.log(id, after=3), store.log(id, after=5), store.read(id).revision) == (rest, rest[2:], 6)
    later = Entry(5, {"base": []})
    store.commit(id, edit(6, base=later))
    assert store.log(id) == [later, rest[2], Entry(7, {"set": "w", "to": 6})]


def test_what_was_decided_on_an_older_revision_is_refused_and_changes_nothing(store, id):
    store.commit(id, edit(1))
    stale = [edit(1, iteration=5, answer=Answer("key", "f", 200, b"")), change(1, iteration=5), change(3)]
    for late in stale:
        with pytest.raises(StaleError) as refused:
            store.commit(id, late)
        assert refused.value.current == 2
    assert (store.read(id).revision, store.read(id).iteration, len(store.log(id))) == (2, 0, 1)
    assert store.answer(id, "key") is None


def test_of_many_edits_at_once_on_one_revision_one_is_kept(store, id):
    outcomes = []

    def race():
        try:
            store.commit(id, edit(1))
            outcomes.append("kept")
        except StaleError:
            outcomes.append("stale")

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept"] + ["stale"] * 7
    assert len(store.log(id)) == 1


def test_an_unknown_session_cannot_be_changed(store):
    with pytest.raises(KeyError):
        store.commit("unknown", change())
    assert store.delete("unknown") is False


def test_a_deleted_session_leaves_nothing_behind(store, id):
    snapshot = Snapshot(1, 0, b"d" * 16, b"state")
    store.commit(id, edit(1, snapshots=[snapshot], answer=Answer("key", "f", 200, b"body")))
    assert store.delete(id) is True
    assert (store.read(id), store.log(id), store.snapshots(id), store.state(id, 1, 0)) == (None, [], [], None)
    assert store.answer(id, "key") is None


def test_snapshots_are_kept_with_their_hashes_and_thinned_ones_leave_theirs(store, id):
    states = [Snapshot(1, n, bytes([n]) * 16, b"state %d" % n) for n in (0, 2, 10)]
    store.commit(id, change(snapshots=[*states, Snapshot(2, 1, b"e" * 16, b"\x00\n")]))
    store.commit(id, change(snapshots=[states[1]._replace(state=b"")]))
    assert store.snapshots(id) == [
        Kept(1, 0, b"\x00" * 16, 7),
        Kept(1, 2, b"\x02" * 16, 0),
        Kept(1, 10, b"\x0a" * 16, 8),
        Kept(2, 1, b"e" * 16, 2),
    ]
    assert [store.state(id, *place) for place in ((1, 0), (1, 2), (2, 1), (3, 1))] == [
        b"state 0",
        None,
        b"\x00\n",
        None,
    ]


def test_an_answer_is_kept_once_with_what_it_tells_of(store, id):
    first = Answer("key", "print", 200, b"{\n}")
    store.commit(id, change(cursor=1, answer=first))
    assert (store.answer(id, "key"), store.answer(id, "other"), store.answer("unknown", "key")) == (first, None, None)
    with pytest.raises(AnsweredError):
        store.commit(id, change(cursor=2, answer=first))
    assert store.read(id).cursor == 1


def test_the_oldest_answers_make_room(store, id):
    for n in range(ANSWERS + 3):
        store.commit(id, change(answer=Answer(f"key-{n}", "f", 200, b"")))
    found = [store.answer(id, f"key-{n}") is not None for n in range(ANSWERS + 3)]
    assert found == [False] * 3 + [True] * ANSWERS


def test_making_and_forgetting_happen_once_for_a_key(store):
    first = Answer(f"make-{next(ids)}", "f", 201, b"made")
    id = created(store, first)
    assert store.answer(EVERYWHERE, first.key) == first
    with pytest.raises(AnsweredError):
        created(store, first)
    gone = Answer(f"forget-{next(ids)}", "f", 204, b"")
    assert store.delete(id, gone) is True
    assert store.answer(EVERYWHERE, gone.key) == gone


def test_a_lease_has_one_owner_at_a_time_and_a_number_that_grows(store, id):
    first = store.lease(id, "a", 60.0)
    assert (store.lease(id, "b", 60.0), store.lease(id, "a", 60.0)) == (None, first)
    store.release(id, first)
    second = store.lease(id, "b", 60.0)
    assert second > first
    store.commit(id, change(frontier=5, lease=second))
    with pytest.raises(LeaseError):
        store.commit(id, change(frontier=9, lease=first))
    store.release(id, first)
    assert (store.read(id).frontier, store.lease(id, "a", 60.0)) == (5, None)
    assert store.lease("unknown", "a", 60.0) is None


def test_a_lease_that_ran_out_passes_on(store, id):
    first = store.lease(id, "a", 0.001)
    second = None
    while second is None:
        second = store.lease(id, "b", 60.0)
    assert second > first


def test_the_words_of_a_run_stay_until_they_are_replaced(store, id):
    store.commit(id, change(run={"until": 100}))
    store.commit(id, change(cursor=1))
    assert store.read(id).run == {"until": 100}
    store.commit(id, change(run={}))
    assert store.read(id).run is None


def test_data_sets_are_kept_while_there_is_room(url):
    store = opened(Settings(store=url, datasets=3, datasets_bytes=25))
    names = [f"{next(ids)}-{n}" for n in range(5)]
    for name in names[:3]:
        store.keep_dataset(name, b"\x00" * 10)
    assert [store.dataset(name) is not None for name in names[:3]] == [False, True, True]
    store.keep_dataset(names[3], b"\x01" * 40)
    assert store.dataset(names[3]) == b"\x01" * 40
    assert [store.dataset(name) for name in names[:3]] == [None, None, None]
    store.close()


@pytest.mark.parametrize("url", ["sqlite", "redis"], indirect=True)
def test_what_was_kept_is_there_for_the_next_process(url):
    first = opened(Settings(store=url))
    id = created(first)
    first.commit(id, edit(1, cursor=4, snapshots=[Snapshot(1, 0, b"d" * 16, b"s")], answer=Answer("k", "f", 1, b"b")))
    first.keep_dataset(f"data-{id}", b"body")
    first.close()
    second = opened(Settings(store=url))
    assert (second.read(id).cursor, second.read(id).revision, len(second.log(id))) == (4, 2, 1)
    assert (second.state(id, 1, 0), second.answer(id, "k").body, second.dataset(f"data-{id}")) == (b"s", b"b", b"body")
    second.close()


def test_a_url_of_another_kind_is_refused_by_name():
    with pytest.raises(ValueError, match=r"'ftp://x'.*memory:, sqlite:///path or redis://host"):
        opened(Settings(store="ftp://x"))


def test_a_code_leads_to_its_session_for_hours_and_not_for_ever(store, id, monkeypatch):
    code = codes.given(store, id)
    assert codes.session(store, code.lower()) == id
    monkeypatch.setattr(codes, "SECONDS", -1)
    late = codes.given(store, id)
    with pytest.raises(NotFoundError, match=late):
        codes.session(store, late)


def test_a_run_that_reports_moves_the_frontier_and_leaves_the_driver(store, id):
    store.commit(id, change(iteration=3, cursor=7, frontier=9))
    store.commit(id, Change(revision=1, iteration=None, cursor=None, frontier=40, run={"iteration": 40}))
    store.commit(id, change(iteration=4, cursor=1, frontier=9))  # decided before the run reported
    found = store.read(id)
    assert (found.iteration, found.cursor, found.frontier, found.run) == (4, 1, 40, {"iteration": 40})
    store.commit(id, edit(1, iteration=2, frontier=2))
    assert store.read(id).frontier == 2


def test_runs_under_way_are_found(store, id):
    store.commit(id, change(run={"iteration": 0}))
    assert id in store.running()
    store.commit(id, change(run={"iteration": 5, "ended": 1.0}))
    assert id not in store.running()
    assert store.read(id).run == {"iteration": 5, "ended": 1.0}
    store.commit(id, change(run={"iteration": 0}))
    store.delete(id)
    assert id not in store.running()


def test_points_are_kept_replaced_and_forgotten(store, id):
    first, second = Point(1, 0, b"[1]"), Point(2, 8, b"[2]")
    store.commit(id, change(points=[second, first]))
    assert store.points(id) == [first, second]
    store.commit(id, change(points=[Point(1, 0, b""), Point(1, 9, b"")]))
    assert (store.points(id), store.points("unknown")) == ([second], [])


def test_a_snapshot_without_a_hash_is_forgotten(store, id):
    store.commit(id, change(snapshots=[Snapshot(1, 4, b"0123456789abcdef", b"state"), Snapshot(1, 5, b"x" * 16, b"")]))
    store.commit(id, change(snapshots=[Snapshot(1, 4, b"", b""), Snapshot(1, 7, b"", b"")]))
    assert ([k.iteration for k in store.snapshots(id)], store.state(id, 1, 4)) == ([5], None)
