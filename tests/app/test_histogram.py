"""How the numbers of an array are spread: every one counted once, and what is not a number apart."""

import numpy as np
import pytest

from app.histogram import BINS, spread


@pytest.mark.parametrize("size", [1.0, 1e-300, 1e308])
def test_every_finite_number_is_in_one_bin(size):
    array = np.random.default_rng(1).uniform(-1, 1, (30, 7)) * size
    edges, counts = spread(array)
    assert (len(edges), len(counts), sum(counts)) == (BINS + 1, BINS, array.size)
    assert (edges[0], edges[-1]) == (array.min(), array.max())
    assert list(counts) == np.histogram(array / size, bins=BINS)[0].tolist()


def test_numbers_that_are_not_finite_are_left_out():
    assert sum(spread(np.array([1.0, np.nan, np.inf, -np.inf, 2.0]))[1]) == 2


def test_equal_numbers_share_one_bin():
    assert spread(np.full(5, 3.0)) == ((3.0, 3.0), (5,))


def test_no_numbers_have_no_bins():
    assert spread(np.array([np.nan])) == ((), ())


@pytest.mark.anyio
async def test_the_service_counts_zeros_nan_and_infinity_apart(client, open_session):
    _, path = await open_session("dying-relu")
    told = (await client.get(f"{path}/tensors/a/value/histogram", params={"iteration": 0})).json()
    assert (told["state"], sum(told["counts"]), told["zeros"], told["nan"], told["infinite"]) == (
        "computed",
        5,
        4,
        0,
        0,
    )


@pytest.mark.anyio
async def test_what_is_not_computed_has_no_histogram_yet(client, open_session):
    _, path = await open_session("dying-relu")
    told = (await client.get(f"{path}/tensors/a/value/histogram", params={"iteration": 0, "cursor": 0})).json()
    assert (told["state"], told["counts"]) == ("pending", [])
    wrong = await client.get(f"{path}/tensors/a/value/histogram", params={"iteration": 0, "cursor": 99})
    assert wrong.status_code == 416
    assert "99" in wrong.json()["detail"]
