"""Whatever a client sends ends in a result or a refusal, in time, and afterwards the server's memory is where it was.

How many of each kind are tried: `FUZZ_EXAMPLES=10000 python3 -m pytest tests/app/test_fuzz.py`.
"""

import http.client
import json
import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.data import SOURCES
from tests.app.fuzzing import BUILT, KINDS, NUMBERS, ODD, OPTIMIZER, SMALL, TENSORS, often
from tests.app.servers import serving
from tests.app.test_memory import FLAT, MIB, rss

EACH = int(os.environ.get("FUZZ_EXAMPLES", "600"))
WITHIN = 60.0  # seconds for one answer, on a machine that does much else
JSON = {"Content-Type": "application/json", "If-Match": '"1"', "Connection": "close"}
FUZZ = settings(max_examples=EACH, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


BODY = st.fixed_dictionaries
INDEX = often(st.lists(st.integers(0, 2), max_size=2))
NAME = often(st.sampled_from(["x", "w", "y", "dense1.weight", "optimizer.learning_rate"]))
EDITS = often(
    st.lists(
        st.one_of(
            BODY({"set": NAME, "to": often(TENSORS)}, optional={"index": INDEX}),
            BODY({"freeze": NAME}),
            BODY({"cut": st.tuples(often(SMALL), often(SMALL))}),
            BODY({"sample": often(SMALL)}),
            BODY({"optimizer": often(OPTIMIZER)}),
            ODD,
        ),
        max_size=3,
    )
)
SENT = {
    "step": BODY({"grain": st.just("iteration"), "count": often(st.sampled_from([1, 3, -1]))}),
    "seek": BODY({"iteration": often(SMALL), "cursor": often(SMALL)}),
    "edits": BODY({"edits": EDITS}, optional={"iteration": often(SMALL)}),
    "twin": BODY({"edits": EDITS}),
    "nudge": BODY({"set": NAME, "by": often(NUMBERS)}, optional={"index": INDEX}),
    "predict": BODY({"event": often(SMALL), "value": often(NUMBERS)}, optional={"entry": INDEX}),
    "check": st.just({"seconds": 0.05}),
}
READ = (
    "", "/graph", "/trace", "/tensors/w/value", "/verify", "/diagnosis", "/explain?node=w", "/history", "/magnitudes",
    "/lesson?of=neuron", "/pytorch", "/export?format=json", "/export?format=pytorch",
    "/evaluate?over=plane&x=0:1:4&y=0:1:3",
)  # fmt: skip
ACTIONS = st.one_of(
    *(st.tuples(st.just(f"/{call}"), body) for call, body in SENT.items()),
    st.tuples(st.sampled_from(READ), st.none()),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    path = tmp_path_factory.mktemp("fuzz") / "sessions.db"
    with serving("--store", f"sqlite://{path}", "--open", sessions=20, live_bytes=32 * MIB) as found:
        for name in SOURCES:  # what is loaded once stays
            spec = {
                "model": {"kind": "network", "layers": [{"type": "relu"}], "loss": {"name": "mse"}},
                "data": {"name": name},
            }
            ask(found, "", json.dumps({"spec": spec}).encode())
        yield found


def ask(server, path, body=None):
    """The status and the answer. A connection for each: one that is kept is closed where nothing comes for 5 s."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WITHIN)
    try:
        connection.request("GET" if body is None else "POST", f"/api/v1/sessions{path}", body, JSON)
        answer = connection.getresponse()
        told = answer.read()
    finally:
        connection.close()
    assert time.monotonic() - begun < WITHIN
    assert answer.status < 500, told
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert json.loads(told)["status"] == answer.status
        assert len(told) < 20_000
    return answer.status, told


@pytest.mark.parametrize("kind", KINDS)
def test_anything_ends_in_a_result_or_a_refusal_and_memory_is_where_it_was(server, kind):
    built = []

    @FUZZ
    @given(KINDS[kind], ACTIONS)
    def each(body, action):
        status, told = ask(server, "", body)
        built.append(status == 201)
        if status == 201:
            path, more = action
            ask(server, f"/{json.loads(told)['id']}{path}", None if more is None else json.dumps(more).encode())

    for _ in range(30):
        ask(server, "", b'{"example": "spiral"}')
    before = rss(server)
    each()
    assert rss(server) - before < FLAT
    assert sum(built) >= BUILT[kind] * len(built)
