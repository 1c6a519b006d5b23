"""A log of edits stays short: what is in force stays, what could be undone long ago goes, and revisions count on."""

import pytest

from app.main import create_app
from app.settings import Settings
from app.store import Entry
from app.thinning import base_for, condensed, floor, in_force, portions
from app.timeline import Batch, Timeline, folded
from tests.app.conftest import client_of, expression

MOST = 6


@pytest.mark.parametrize(
    ("revision", "found"), [(1, 0), (999, 0), (1999, 0), (2000, 1000), (2999, 1000), (3000, 2000), (10_500, 9000)]
)
def test_at_least_half_of_so_many_revisions_are_kept_and_no_more(revision, found):
    assert floor(revision, 2_000) == found
    assert revision - found < 2_000
    assert found == 0 or revision - found >= 1_000


def line(*batches):
    return tuple(Batch(revision, i, tuple(edits)) for revision, i, edits in batches)


def put(name, to, index=None):
    return {"set": name, "to": to} | ({} if index is None else {"index": index})


def test_what_is_set_again_at_the_same_iteration_is_kept_once():
    long = line((2, 0, [put("w", 1)]), (3, 0, [put("v", 1)]), (4, 0, [put("w", 2)]), (5, 3, [put("w", 3)]))
    assert condensed(long) == line((4, 0, [put("v", 1), put("w", 2)]), (5, 3, [put("w", 3)]))
    assert (in_force(long), condensed(condensed(long))) == (3, condensed(long))


def test_an_entry_a_whole_tensor_and_what_lies_between_are_told_apart():
    edits = [put("w", 1, [0]), put("w", 2, [1]), put("w", [3, 3]), put("w", 4, [0])]
    assert condensed(line((2, 0, edits))) == line((2, 0, edits[1:]))
    others = [put("x", [1]), {"sample": 3}, put("x", [2])]
    assert condensed(line((2, 0, others))) == line((2, 0, others))


def test_requests_that_bring_the_edits_along_are_no_larger_than_allowed():
    found = list(portions(line((2, 1, [put(f"w{n}", n) for n in range(5)]), (3, 4, [put("w0", 9)])), 2))
    assert [(p["iteration"], len(p["edits"])) for p in found] == [(1, 2), (1, 2), (1, 1), (4, 1)]


def test_a_base_leads_to_the_edits_that_were_in_force():
    place = [0, 0, 0]
    log = [Entry(r, {"edits": [put("w", r)], "iteration": r, "place": place}) for r in range(2, 9)]
    log += [Entry(9, {"undo": True, "place": place})]
    base = base_for(10, 10, "a", lambda id: log, None)
    assert base.revision == 5
    short = folded([base, *log[4:]])
    assert short.line == folded(log).line
    assert [left.revision for left in short.past] == [6, 7]
    assert [base_for(r, 10, "a", lambda id: log, None) for r in (9, 11, 14)] == [None] * 3
    assert folded([base, *log[4:]], Timeline(line((-1, 0, [put("v", 1)])))).line == short.line


async def edited(client, path, revision, **edit):
    answer = await client.post(f"{path}/edits", json={"edits": [edit]}, headers={"If-Match": f'"{revision}"'})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.anyio
@pytest.mark.parametrize("store", ["memory:", "sqlite"])
async def test_a_session_is_edited_for_ever_and_undone_as_far_as_is_said(store, tmp_path):
    url = store if store == "memory:" else f"sqlite://{tmp_path}/sessions.db"
    app = create_app(Settings(store=url, open=True, revisions=MOST))
    sessions, spec = app.state.sessions, expression("0.5*(w*x - y)**2", {"w": 0.5, "x": 1, "y": 1})
    async with client_of(app) as client:
        made = (await client.post("/sessions", json={"spec": spec})).json()
        path = f"/sessions/{made['id']}"
        for revision in range(1, 20):
            told = await edited(client, path, revision, set="w", to=revision / 10)
            assert told["revision"] == revision + 1
            assert len(sessions.store.log(made["id"])) <= MOST
        sessions._live.clear()
        sessions._known.clear()
        news = (await client.get(f"{path}/live", params={"after": 1, "poll": True})).json()
        assert [r["revision"] for r in news["revisions"]] == [16, 17, 18, 19, 20]
        values = []
        for revision in range(20, 23):
            values.append((await client.get(f"{path}/tensors/w/value")).json()["data"])
            answer = await client.post(f"{path}/undo", headers={"If-Match": f'"{revision}"'})
        assert (values, answer.status_code) == ([1.9, 1.8, 1.7], 409)
        assert "nothing to undo since revision 18: what was done before has been thinned out" in answer.json()["detail"]
    sessions.store.close()
