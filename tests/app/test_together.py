"""What is done as one: the writes of one turn of the event loop, and the changes of whoever waits for the disk."""

import asyncio
import sqlite3
from threading import Event, Thread

import pytest

from app.protocol import LARGE, Together
from app.store.parts import StoreError
from app.store.writer import Writer


class Wire:
    """A transport that keeps what it is given."""

    def __init__(self):
        self.sent, self.closed = [], False

    def write(self, piece):
        assert not self.closed, "nothing can be sent any more"
        self.sent.append(piece)

    def close(self):
        self.closed = True

    def abort(self):
        self.closed = True

    def is_closing(self):
        return self.closed


def told(act):
    """What is sent in the turn in which something happens, and by the next one."""

    async def turns():
        wire = Wire()
        act(Together(wire, asyncio.get_running_loop().call_soon))
        at_once = list(wire.sent)
        await asyncio.sleep(0)
        return at_once, wire.sent

    return asyncio.run(turns())


def test_a_head_and_its_body_are_sent_as_one():
    def answer(connection):
        connection.write(b"head, ")
        connection.write(b"body")

    assert told(answer) == ([b"head, body"], [b"head, body"])


def test_what_nothing_follows_is_sent_when_the_turn_ends():
    assert told(lambda connection: connection.write(b"head")) == ([], [b"head"])


def test_nothing_is_held_beside_a_large_piece_and_that_one_is_not_copied():
    large = b"x" * (LARGE + 1)

    def answer(connection):
        for piece in (b"head", large, b"end"):
            connection.write(piece)

    at_once, sent = told(answer)
    assert at_once == [b"head", large]
    assert at_once[1] is large
    assert sent == [b"head", large, b"end"]


def test_all_is_sent_before_a_connection_is_closed():
    def answer(connection):
        connection.write(b"farewell")
        connection.close()
        assert connection.is_closing()

    assert told(answer) == ([b"farewell"], [b"farewell"])


@pytest.fixture
def writer(tmp_path):
    connection = sqlite3.connect(tmp_path / "some.db", isolation_level=None, check_same_thread=False)
    connection.execute("CREATE TABLE kept (name TEXT UNIQUE)")
    writer = Writer(connection, lambda db: None, 60)
    yield writer
    writer.close()


def put(name, then=None):
    def job(db):
        db.execute("INSERT INTO kept VALUES (?)", (name,))
        if then is not None:
            raise then
        return name

    return job


def together(writer, jobs):
    """What becomes of jobs that wait while another one is written."""
    started, go, outcomes = Event(), Event(), {}

    def hold(db):
        started.set()
        assert go.wait(20)

    def ask(number):
        try:
            outcomes[number] = writer.do(jobs[number])
        except Exception as error:
            outcomes[number] = error

    threads = [Thread(target=writer.do, args=(hold,))]
    threads[0].start()
    assert started.wait(20)
    for number in range(len(jobs)):
        threads.append(Thread(target=ask, args=(number,)))
        threads[-1].start()
        while writer._jobs.qsize() <= number:  # they wait in this order
            threads[-1].join(0.001)
    go.set()
    for thread in threads:
        thread.join(20)
    return [outcomes[number] for number in range(len(jobs))]


def names(writer):
    return writer.do(lambda db: [name for (name,) in db.execute("SELECT name FROM kept ORDER BY name")])


def test_those_who_wait_are_written_in_one_commit(writer):
    begun = []
    writer.connection.set_trace_callback(lambda said: begun.append(said) if said.startswith("BEGIN") else None)
    assert together(writer, [put("a"), put("b"), put("c")]) == ["a", "b", "c"]
    assert len(begun) == 2  # the one that all waited for, and theirs
    assert names(writer) == ["a", "b", "c"]


def test_one_that_raises_changes_nothing_and_the_others_are_kept(writer):
    a, failure, twice, c = together(writer, [put("a"), put("b", LookupError("planted")), put("a"), put("c")])
    assert (a, c) == ("a", "c")
    assert isinstance(failure, LookupError)
    assert isinstance(twice, StoreError)  # a name is kept once
    assert names(writer) == ["a", "c"]
