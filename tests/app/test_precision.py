"""A session in float32 over REST."""

import numpy as np
import pytest

from app.lessons import EXAMPLES

pytestmark = pytest.mark.anyio


async def opened(client, dtype):
    spec = {**EXAMPLES["spiral"].spec, "dtype": dtype}
    answer = await client.post("/sessions", json={"spec": spec})
    assert answer.status_code == 201, answer.text
    return f"/sessions/{answer.json()['id']}"


async def test_a_session_in_float32_tells_so_and_sends_half_the_bytes(client):
    paths = [await opened(client, dtype) for dtype in ("float32", "float64")]
    told = [(await client.get(f"{path}/schedule")).json()["dtype"] for path in paths]
    assert told == ["float32", "float64"]
    short, exact = [(await client.get(f"{path}/recording")).content for path in paths]
    assert 2 * len(short) == len(exact)
    np.testing.assert_allclose(np.frombuffer(short, "<f4"), np.frombuffer(exact, "<f8"), rtol=1e-3, atol=1e-6)


async def test_it_steps_verifies_and_is_checked(client):
    path = await opened(client, "float32")
    assert (await client.post(f"{path}/step", json={"grain": "iteration", "count": 3})).status_code == 200
    assert (await client.get(f"{path}/verify")).json()["passed"]
    assert (await client.post(f"{path}/check", json={"seconds": 2})).json()["tolerance"] == 1e-4


async def test_a_precision_there_is_not_is_refused_by_name(client):
    spec = {**EXAMPLES["spiral"].spec, "dtype": "float16"}
    answer = await client.post("/sessions", json={"spec": spec})
    assert answer.status_code == 422
    assert "float32" in answer.text
