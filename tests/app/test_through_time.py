"""The time triangle of a session, and what a truncation would lose."""

import pytest

from app.lessons import EXAMPLES

pytestmark = pytest.mark.anyio


async def test_a_truncation_that_is_asked_for_loses_what_a_session_that_has_it_loses(client, open_session):
    _, whole = await open_session("lstm")
    _, cut = await open_session("truncated-bptt")
    told = (await client.get(f"{whole}/time?truncate=2")).json()
    assert told["lost"] == (await client.get(f"{cut}/truncation")).json()["leaves"]
    assert told["layers"][0]["kept"] == [[False, False, False, False, True, True]]
    again = (await client.get(f"{cut}/time?truncate=2")).json()
    assert again == told


async def test_without_a_truncation_nothing_is_lost(client, open_session):
    _, path = await open_session("rnn")
    told = (await client.get(f"{path}/time")).json()
    (layer,) = told["layers"]
    assert (told["truncate"], told["lost"], layer["kept"], layer["rows"]) == (None, [], None, [6])
    assert layer["sizes"][0] == pytest.approx(layer["totals"], rel=1e-12)


async def test_the_triangle_is_of_the_iteration_that_is_asked_for(client, open_session):
    _, path = await open_session("gru")
    await client.post(f"{path}/seek", json={"iteration": 5, "cursor": 0})
    first, later = [(await client.get(f"{path}/time?iteration={i}")).json() for i in (0, 5)]
    assert (first["iteration"], later["iteration"]) == (0, 5)
    assert first["layers"] != later["layers"]


@pytest.mark.parametrize("asked", ["?truncate=0", "?truncate=x", "?iteration=-1"])
async def test_a_truncation_is_a_whole_number_from_1(client, open_session, asked):
    _, path = await open_session("rnn")
    assert (await client.get(f"{path}/time{asked}")).status_code == 422


async def test_a_model_without_time_says_so(client, open_session):
    _, path = await open_session(EXAMPLES["digits8"].spec)
    answer = await client.get(f"{path}/time")
    assert (answer.status_code, "recurrent" in answer.json()["detail"]) == (416, True)
