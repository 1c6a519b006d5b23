"""Summaries of single numbers are written without the engine's help: to the byte as they would be with it."""

import numpy as np
import orjson
import pytest

from app.tensors import _summarised
from app.wire import encode
from engine import summary

NUMBERS = (
    0.0, -0.0, 1.0, -2.5, 0.1, -1 / 3, 1e16, -1e16, 123456789.125, 5e-324, 1e-151, -1e-149, 1e149, -1e151, 1.7e308,
    float("nan"), float("inf"), float("-inf"), *np.random.default_rng(3).normal(size=50),
)  # fmt: skip


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (1, 1, 1)])
def test_a_single_number_is_summed_up_as_the_engine_does(shape):
    for number in NUMBERS:
        array = np.full(shape, number)
        assert _summarised(array) == encode(summary(array)), number


def test_numbers_of_another_precision_and_longer_arrays_are_the_engines():
    for array in (np.float32([0.1]), np.array([0.1, -0.2])):
        assert _summarised(array) == encode(summary(array))
        assert orjson.loads(_summarised(array))["shape"] == list(array.shape)
