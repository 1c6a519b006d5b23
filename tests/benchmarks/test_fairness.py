"""The engine and the hand-written floor do the same work: their losses agree, step by step."""

import pytest

from tests.benchmarks.table import bytes_ratio
from tests.benchmarks.workloads import WORKLOADS


@pytest.mark.parametrize("work", [w for w in WORKLOADS if w.name not in ("W9b", "W9c")], ids=lambda w: w.name)
def test_engine_and_floor_compute_the_same_losses(work):
    run, floor = work.make()
    for _ in range(4):
        assert run.loss == pytest.approx(floor.step(), rel=1e-9)
        run.advance()


# In single numbers many are equal by chance, and in 200 sigmoid layers most gradients are 0.
@pytest.mark.parametrize(
    "work", [w for w in WORKLOADS if w.name not in ("W1", "W2", "W9b", "W9c")], ids=lambda w: w.name
)
def test_hardly_any_array_is_kept_twice(work):
    run, _ = work.make()
    run.advance()
    assert bytes_ratio(run) <= 1.1
