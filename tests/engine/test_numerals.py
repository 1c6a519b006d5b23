"""Numbers as people read them: in a sentence as in the table beside it."""

import math

import pytest

from engine.numerals import four, shown


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.5, "0.5000"), (3.41e-12, "3.410e−12"), (-0.08107, "−0.08107"), (0.00099999, "0.001000"), (12345.6, "12346"),
        (99999.9, "1.000e5"), (-2e7, "−2.000e7"), (0.0, "0"), (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "NaN"),
    ],
)  # fmt: skip
def test_a_number_in_a_sentence_reads_as_the_page_writes_it(number, text):
    assert shown(number) == text


def test_a_number_in_a_drawing_drops_zeros_that_say_nothing():
    assert four(0.5) == "0.5"
