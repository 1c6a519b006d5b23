"""Every layer against torch.nn's, built from a spec: values committed beside the script that made them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import LAYERS, check, verify
from tests.engine.layered import results, run_of
from tests.engine.models import traced
from tests.reference.layer_cases import TYPES, case_of, cases, packed

FILE = Path(__file__).parent.parent / "reference" / "layers.npz"
TOLERANCE = 1e-9  # both sides round at 1e-16, hundreds of times where layers are unrolled


def distances(type, ours=results):
    """For every configuration, the largest distance of an array from PyTorch's, relative to what is kept of it."""
    with np.load(FILE, allow_pickle=False) as file:
        theirs = file[type]
    found = []
    for case in cases(type):
        worst = 0.0
        for x in (packed([x]) for x in ours(case)):
            exact, theirs = theirs[: x.size], theirs[x.size :]
            worst = max(worst, float(np.linalg.norm(x - exact) / max(np.linalg.norm(exact), 1e-3)))
        found.append(worst)
    assert theirs.size == 0
    return found


@pytest.mark.parametrize("type", LAYERS)
def test_thirty_configurations_of_every_layer_are_torch_nns(type):
    found = distances(type)
    assert len(found) == 30
    assert max(found) < TOLERANCE, cases(type)[int(np.argmax(found))].options


def test_configurations_differ():
    for type in TYPES:
        drawn = {(case.x.shape, str(case.options), case.layers) for case in cases(type)}
        assert len(drawn) > 15, type


def test_every_option_but_the_draw_of_weights_takes_several_values():
    for type, row in LAYERS.items():
        for option in row.options:
            if option.kind != "initializer" and (type, option.name) not in AT_THE_START:
                assert len({str(case.options.get(option.name)) for case in cases(type)}) > 1, (type, option.name)


AT_THE_START = {("lstm", "forget_bias")}  # where a bias begins, and all parameters are given here


@pytest.mark.parametrize("type", LAYERS)
@pytest.mark.parametrize("which", [0, -1])
def test_one_wrong_entry_of_the_output_or_the_last_gradient_shows(type, which):
    def spoiled(case):
        arrays = [x.copy() for x in results(case)]
        arrays[which].flat[arrays[which].size // 2] += 1e-6 * max(1, np.abs(arrays[which]).max())
        return arrays

    assert min(distances(type, spoiled)) > TOLERANCE


@pytest.mark.parametrize("type", LAYERS)
@settings(max_examples=3)
@given(seed=st.integers(0, 2**32 - 1))
def test_fresh_configurations_follow_from_their_leaves_and_agree_with_differences(type, seed):
    trace = traced(run_of(case_of(type, np.random.default_rng(seed))))
    assert verify(trace).passed
    found = check(trace, seconds=1)
    assert found.passed, found
