"""The engine and the hand-written floor do the same work: their losses agree, step by step."""

import pytest

from tests.benchmarks.workloads import WORKLOADS


@pytest.mark.parametrize("work", [w for w in WORKLOADS if w.name not in ("W9b", "W9c")], ids=lambda w: w.name)
def test_engine_and_floor_compute_the_same_losses(work):
    run, floor = work.make()
    for _ in range(4):
        assert run.loss == pytest.approx(floor.step(), rel=1e-9)
        run.advance()
