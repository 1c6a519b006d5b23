"""Every op against PyTorch, on values committed beside the script that made them, and on shapes nobody chose."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import OPS
from engine.run import rule_calls
from engine.tape import Scratch
from tests.engine import oracle
from tests.reference import windowed_cases
from tests.reference.ops_cases import COUNT, DRAWN, compact, configuration, configurations

FILE = Path(__file__).parent.parent / "reference" / "ops.npz"
TOLERANCE = 1e-9  # both sides round at 1e-16 and cancel a few digits

ops = pytest.mark.parametrize("name", DRAWN)


def distance(ours, theirs):
    """Relative to the largest of the numbers; what is far below 1 is rounding."""
    return float(np.max(np.abs(ours - theirs)) / max(np.max(np.abs(theirs)), 1e-3))


def written(rule, operands, options, shapes):
    """What the calls of a rule write into arrays that held something else before."""
    outs = [np.full(shape, np.nan) for shape in shapes]
    with np.errstate(all="ignore"):
        for function, arguments in rule_calls(rule, operands, outs, Scratch(np.dtype(float)), tuple(options.items())):
            function(*arguments)
    return outs


def computed(name, xs, options, rng):
    """The value and the gradient of every operand, by the calls that a training step makes."""
    op = OPS[name]
    shapes = [x.shape for x in oracle.results(op, xs, options)[1]]
    y, *saved = written(op.forward, xs, options, [op.shape(*(x.shape for x in xs), **options), *shapes])
    g = np.asarray(rng.standard_normal(y.shape))
    rules = [op.vjps[k] for k in range(len(xs))]
    sent = [
        written(rule, [g, y, *saved, *xs], options, [x.shape])[0] if rule else np.zeros(x.shape)
        for rule, x in zip(rules, xs, strict=True)
    ]
    return compact([y, *sent])


@ops
def test_values_and_gradients_are_pytorchs(name):
    with np.load(FILE, allow_pickle=False) as file:
        theirs = file[name]
    ours = [computed(name, *case) for case in configurations(name)]
    assert len(ours) == COUNT
    ends = np.cumsum([x.size for x in ours])
    assert ends[-1] == theirs.size
    assert max(map(distance, ours, np.split(theirs, ends[:-1]))) < TOLERANCE


def committed(name):
    """How many configurations are committed: numbers of PyTorch's that end where the last of ours does."""
    if name in windowed_cases.DRAWN:
        with np.load(FILE.with_name("windowed.npz"), allow_pickle=False) as file:
            return len(file[name]) if len(file[name]) == len(list(windowed_cases.operations(name))) else 0
    with np.load(FILE, allow_pickle=False) as file:
        sizes = [computed(name, *case).size for case in configurations(name)]
        return len(sizes) if file[name].size == sum(sizes) else 0


@pytest.mark.parametrize("name", OPS)
def test_thirty_configurations_of_every_op_are_committed(name):
    assert committed(name) >= 30


@pytest.mark.parametrize("name", OPS)
def test_the_configurations_of_an_op_differ(name):
    drawn = windowed_cases.operations(name) if name in windowed_cases.DRAWN else configurations(name)
    assert len({(tuple(x.shape for x in xs), str(options)) for xs, options, *_ in drawn}) >= 8


def test_one_wrong_number_shows_in_what_is_kept():
    x = np.random.default_rng(0).standard_normal(50)
    off = x.copy()
    off[17] += 1e-6
    assert distance(compact([off]), compact([x])) > TOLERANCE


@ops
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_fresh_shapes_agree_with_the_definition(name, seed):
    rng = np.random.default_rng(seed)
    xs, options = configuration(name, rng)
    found = oracle.disagreement(OPS[name], xs, options, rng)
    # A sum of random numbers may cancel some digits; a wrong rule is off by far more.
    assert max(found.values()) < 1e-7, found
