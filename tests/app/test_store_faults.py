"""What happens when a store cannot do its work: it says so, changes nothing, and goes on when it can again."""

import logging
import sqlite3
import time

import pytest

from app.settings import Settings
from app.store.open import opened
from app.store.parts import Change, Entry, Record, Snapshot, StoreError
from tests.app.redis_server import RedisServer

MOVE = Change(revision=1, iteration=2, cursor=3, frontier=4)


def with_session(store):
    store.create(Record(id="a", request={}, token=b"", created=0.0))
    return store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sessions.db"


@pytest.fixture
def store(path):
    found = with_session(opened(Settings(store=f"sqlite://{path}")))
    yield found
    found.close()


def test_a_file_can_be_opened_again_once_the_first_has_closed_it(store, path):
    other = path.with_name("other.db")
    for _ in range(2):
        opened(Settings(store=f"sqlite://{other}")).close()


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(StoreError, match=f"sessions cannot be kept in {tmp_path}: "):
        opened(Settings(store=f"sqlite://{tmp_path}"))


def test_a_file_that_is_no_store_is_named(path):
    path.write_bytes(b"this is no database, and long enough to be looked at as if it were one" * 20)
    with pytest.raises(StoreError, match=f"sessions cannot be kept in {path}: file is not a database"):
        opened(Settings(store=f"sqlite://{path}"))


def test_a_file_of_a_newer_version_is_left_alone(path):
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(StoreError, match="written by a newer version"):
        opened(Settings(store=f"sqlite://{path}"))


def test_a_full_disk_is_told_and_changes_nothing_and_what_fits_is_kept_again(store):
    pages = store._writer.do(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    store._writer.connection.execute(f"PRAGMA max_page_count = {pages}")
    large = Change(
        revision=1, iteration=9, cursor=9, frontier=9, entry=Entry(2, {}),
        snapshots=[Snapshot(1, 0, b"d", bytes(1_000_000))],
    )  # fmt: skip
    with pytest.raises(StoreError, match="database or disk is full"):
        store.commit("a", large)
    assert (store.read("a").revision, store.read("a").iteration, store.log("a"), store.snapshots("a")) == (1, 0, [], [])
    store._writer.connection.execute("PRAGMA max_page_count = 1000000")
    store.commit("a", large)
    assert store.read("a").revision == 2


def test_a_store_that_became_read_only_is_told_and_still_reads(store):
    store._writer.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="readonly"):
        store.commit("a", MOVE)
    with pytest.raises(StoreError):
        store.ready()
    assert store.read("a").iteration == 0
    store._writer.connection.execute("PRAGMA query_only = OFF")
    store.commit("a", MOVE)
    assert store.read("a").iteration == 2


def test_a_job_that_fails_takes_no_other_with_it(store):
    def fails(db):
        db.execute("UPDATE sessions SET cursor = 99")
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        store._writer.do(fails)
    assert store.read("a").cursor == 0


def test_a_closed_store_says_that_it_is_closed(path):
    closed = opened(Settings(store=f"sqlite://{path}"))
    closed.close()
    with pytest.raises(StoreError, match="closed"):
        closed.ready()


def test_a_session_nobody_comes_back_to_is_forgotten(path):
    first = with_session(opened(Settings(store=f"sqlite://{path}")))
    first._writer.do(lambda db: db.execute("UPDATE sessions SET used = used - 100"))
    first.close()
    patient = opened(Settings(store=f"sqlite://{path}", idle_seconds=1_000))
    assert patient.snapshots("a") == []
    patient.close()
    hasty = opened(Settings(store=f"sqlite://{path}", idle_seconds=50))
    assert (hasty.read("a"), hasty.gone("b")) == (None, "")
    assert hasty.gone("a").startswith("nobody came back to it for ")
    hasty.close()


def test_redis_may_go_and_come_back_with_all_it_had(tmp_path):
    server = RedisServer(tmp_path).start()
    try:
        store = with_session(opened(Settings(store=server.url)))
        store.commit("a", MOVE)
        server.stop(kill=True)
        for attempt in (lambda: store.read("a"), lambda: store.commit("a", MOVE), store.ready):
            with pytest.raises(StoreError, match=r"Redis at 127\.0\.0\.1 does not serve"):
                attempt()
        server.start()
        assert store.read("a").iteration == 2
        store.commit("a", Change(revision=1, iteration=5, cursor=0, frontier=5))
        assert store.read("a").iteration == 5
        store.close()
    finally:
        server.stop()


def test_a_redis_without_room_refuses_and_changes_nothing(tmp_path):
    server = RedisServer(tmp_path).start()
    try:
        store = with_session(opened(Settings(store=server.url)))
        store.db.config_set("maxmemory", "1kb")
        with pytest.raises(StoreError, match="maxmemory"):
            store.commit("a", Change(revision=1, iteration=1, cursor=1, frontier=1, entry=Entry(2, {})))
        assert (store.read("a").revision, store.read("a").iteration, store.log("a")) == (1, 0, [])
        store.close()
    finally:
        server.stop()


def test_a_redis_that_may_forget_is_warned_of(tmp_path, caplog):
    server = RedisServer(tmp_path).start()
    try:
        store = opened(Settings(store=server.url))
        assert caplog.messages == []
        store.db.config_set("maxmemory-policy", "allkeys-lru")
        store.db.config_set("appendonly", "no")
        store.close()
        with caplog.at_level(logging.WARNING):
            opened(Settings(store=server.url)).close()
        assert [message.partition(": ")[0] for message in caplog.messages] == [
            "Redis at 127.0.0.1 has appendonly no",
            "Redis at 127.0.0.1 has maxmemory-policy allkeys-lru",
        ]
    finally:
        server.stop()


def test_in_memory_the_states_of_all_sessions_keep_to_their_bytes():
    store = opened(Settings(store="memory:", live_bytes=2_500))
    for id in "abcd":
        store.create(Record(id=id, request={}, token=b"", created=0.0))
        for iteration in (1, 1, 2):
            state = Snapshot(1, iteration, b"d", bytes(500))
            store.commit(id, Change(revision=1, iteration=0, cursor=0, frontier=0, snapshots=[state]))
    assert [id for id in "abcd" if store.read(id)] == ["c", "d"]
    assert store.delete("c")
    assert store._bytes == 1_000 + len("{}")


def test_a_file_that_is_always_busy_is_tidied_all_the_same(path, monkeypatch):
    monkeypatch.setattr("app.store.sqlite.IDLE_SECONDS", 0.05)
    store = with_session(opened(Settings(store=f"sqlite://{path}", idle_seconds=50)))
    store._writer.do(lambda db: db.execute("UPDATE sessions SET used = used - 100"))
    deadline = time.monotonic() + 20
    while not store.gone("a"):  # asked without a pause, so that the writer never has nothing to do
        store.ready()
        assert time.monotonic() < deadline
    assert store.read("a") is None
    store.close()
