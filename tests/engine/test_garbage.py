"""While many objects are made to stay, nobody looks for garbage; afterwards everything is as it was."""

import gc

import pytest

from engine.garbage import uncollected
from tests.engine.models import expression


@pytest.fixture(params=[True, False])
def enabled(request):
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def test_it_is_looked_for_afterwards_where_it_was_before(enabled):
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled() == enabled


def test_an_error_in_the_meantime_changes_nothing_of_that(enabled):
    with pytest.raises(ZeroDivisionError), uncollected():
        1 / 0  # noqa: B018
    assert gc.isenabled() == enabled


def test_a_run_is_made_so_and_leaves_it_as_it_was(enabled):
    assert expression("(w*x + b)**2", w=3.0, x=2.0, b=1.0).loss == 49
    assert gc.isenabled() == enabled
