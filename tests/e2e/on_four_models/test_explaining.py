"""The panel: a sentence, a formula, the numbers in it."""

import re

from engine import Contribution, Forward
from tests.e2e.on_four_models.looking import go, said


def test_every_event_is_one_plain_sentence_with_its_formula_its_numbers_and_its_shapes(opened):
    page, run = opened
    apart = max(1, run.schedule.length // 12)
    for place in range(1, run.schedule.length + 1, apart):
        go(page, run, place)
        event = run.schedule.events[place - 1]
        if isinstance(event, Forward | Contribution):  # the formula, and the same with these numbers
            page.wait_for_function("() => document.querySelectorAll('.explain .line .katex').length >= 2")
        told = said(page, place)
        assert re.fullmatch(r"\S.+[.:]", told["sentence"], re.S), told["sentence"]
        assert told["wrong"] == 0
        if isinstance(event, Forward | Contribution):
            assert told["shapes"]
            assert all(re.fullmatch(r"\(.*\)", shape) for shape in told["shapes"])
