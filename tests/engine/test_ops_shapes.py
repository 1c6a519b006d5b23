"""Shapes nobody chose: what an op's shape rule takes, the op computes, and it is right; what it refuses, it names."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import OPS, ShapeError
from tests.engine import oracle
from tests.engine.definitions import DEFINITIONS
from tests.reference import ops_cases, windowed_cases
from tests.reference.ops_cases import DRAWN

ops = pytest.mark.parametrize("name", DRAWN)


def changed(shape, rng):
    """Another size, one axis more, or one less."""
    sizes, what = list(shape), rng.integers(0, 3 if shape else 1)
    if what == 0:
        sizes.insert(rng.integers(0, len(sizes) + 1), rng.integers(1, 4))
    elif what == 1:
        sizes[rng.integers(0, len(sizes))] = rng.integers(1, 4)
    else:
        sizes.pop(rng.integers(0, len(sizes)))
    return tuple(map(int, sizes))


def misfit(name, rng):
    """Shapes and options that fit together, but for one or two changes."""
    shapes, options = DRAWN[name](rng)
    for _ in range(rng.integers(1, 3)):
        k = rng.integers(0, len(shapes))
        shapes = [changed(s, rng) if i == k else s for i, s in enumerate(shapes)]
    return shapes, options


def taken(op, shapes, options):
    """The shape of the result, or None for operands that are refused by the op's name; never a nameless refusal."""
    try:
        return op.shape(*shapes, **options)
    except ShapeError as error:
        return None if str(error).startswith(f"{op.name}: ") else str(error)


def disagreement(op, shapes, options, rng):
    """How far the op is from its definition; its rule says which shape the result has."""
    xs = ops_cases.operands(op.name, shapes, options, rng)
    y = oracle.results(op, xs, options)[0]
    return max(oracle.disagreement(op, xs, options, rng).values()) if y.shape == taken(op, shapes, options) else np.inf


@ops
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_operands_fit_as_the_shape_rule_says_or_are_refused_by_name(name, seed):
    op, rng = OPS[name], np.random.default_rng(seed)
    shapes, options = misfit(name, rng)
    if taken(op, shapes, options) is not None:
        assert disagreement(op, shapes, options, rng) < 1e-7


BROAD = [name for name in DRAWN if OPS[name].family == "elementwise"]


@pytest.mark.parametrize("name", BROAD)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_refused_has_no_definition_either(name, seed):
    rng = np.random.default_rng(seed)
    shapes, options = misfit(name, rng)
    if taken(OPS[name], shapes, options) is None:
        xs = [rng.uniform(0.1, 0.9, shape) for shape in shapes]
        with pytest.raises(ValueError, match=r".+"):
            DEFINITIONS[name](*xs, **options)


def fitting(name):
    if name in windowed_cases.DRAWN:
        return [([x.shape for x in xs], options) for xs, options in windowed_cases.operations(name)]
    return [([x.shape for x in xs], options) for xs, options, _ in ops_cases.configurations(name)]


WRONG = {
    "one axis more": lambda shape: (*shape, 1),
    "one size more": lambda shape: (*shape[:-1], shape[-1] + 1) if shape else (2,),
}


@pytest.mark.parametrize("how", WRONG)
@pytest.mark.parametrize("name", OPS)
def test_a_planted_wrong_shape_rule_is_caught(name, how):
    op = OPS[name]
    planted = replace(op, shape=lambda *shapes, **options: WRONG[how](op.shape(*shapes, **options)))
    rng = np.random.default_rng(0)
    for shapes, options in fitting(name)[:3]:
        xs = [np.ones(shape) for shape in shapes]
        xs = ops_cases.operands(name, shapes, options, rng) if name in DRAWN else xs
        assert oracle.results(op, xs, options)[0].shape == op.shape(*shapes, **options)
        assert oracle.results(op, xs, options)[0].shape != planted.shape(*shapes, **options)
