"""Rules run on symbols: what is written down, and the calls it becomes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bind import bind, rule_calls
from engine.calls import reduction_calls
from engine.ops import OPS
from engine.tape import Ref, Scratch, Symbol, UntraceableError, trace
from tests.engine import operands, oracle

SCRATCH = Scratch(np.dtype(float))


def computed(rule, ins, options=()):
    """The rule's results, by the calls of its tape."""
    tape = trace(rule, tuple(x.shape for x in ins), options)
    shapes = [
        tape.lines[r - tape.inputs].shape if isinstance(r, Ref) and r >= tape.inputs else () for r in tape.results
    ]
    outs = [np.full(shape, np.nan) for shape in shapes]
    for function, arguments in bind(tape, ins, outs, SCRATCH):
        function(*arguments)
    return outs


def test_a_tape_holds_what_numpy_was_asked_to_do():
    tape = trace(lambda y, x: y * (1 - y) + np.exp(x), ((2, 1), (3,)))
    assert [(line.ufunc, line.args, line.shape) for line in tape.lines] == [
        (np.subtract, (1, 0), (2, 1)),
        (np.multiply, (0, 2), (2, 1)),
        (np.exp, (1,), (3,)),
        (np.add, (3, 4), (2, 3)),
    ]
    assert tape.results == (5,)


def test_a_number_among_the_operands_is_told_from_a_reference():
    (line,) = trace(lambda x: 0 + x, ((),)).lines
    assert [isinstance(a, Ref) for a in line.args] == [False, True]


@pytest.mark.parametrize(
    ("axis", "keepdims", "shape"),
    [(None, False, ()), (None, True, (1, 1)), (0, False, (3,)), (-1, True, (2, 1)), ((0, 1), False, ())],
)
def test_reductions_have_numpys_shapes(axis, keepdims, shape):
    assert trace(lambda x: x.sum(axis=axis, keepdims=keepdims), ((2, 3),)).lines[0].shape == shape


def test_a_symbol_knows_its_shape():
    x = Symbol([], 0, (2, 3), 1)
    assert (x.ndim, x.size, len(x)) == (2, 6, 2)


@pytest.mark.parametrize(
    "rule",
    [
        lambda x: np.concatenate([x, x]),
        lambda x: np.add.reduce(x),
        lambda x: x * np.ones(3),
        lambda x: np.add(x, 1, where=True),
    ],
)
def test_what_a_tape_cannot_hold_is_refused(rule):
    with pytest.raises(UntraceableError):
        trace(rule, ((3,),))


CALLED_AS_THEY_ARE = {  # their forward rules do more than ufuncs
    *("where", "reshape", "transpose", "slice", "select", "broadcast_to", "pad", "concatenate", "stack"),
    *("embedding", "gather"),
}


def traceable(op):
    xs, options = operands.cases(op, np.random.default_rng(0))[0]
    try:
        trace(op.forward, tuple(x.shape for x in xs), tuple(options.items()))
    except UntraceableError:
        return False
    return True


SUMS = {name for name, op in OPS.items() if op.family == "contraction"}  # they have calls of their own


def test_rules_run_in_place_but_for_those_that_rearrange():
    assert {name for name, op in OPS.items() if name not in SUMS and not traceable(op)} == CALLED_AS_THEY_ARE


@pytest.mark.parametrize("op", [op for name, op in OPS.items() if name not in SUMS], ids=lambda op: op.name)
def test_calls_give_the_bits_of_the_rule(op):
    for xs, options in operands.cases(op, np.random.default_rng(0)):
        with np.errstate(all="ignore"):
            y, saved = oracle.results(op, xs, options)
            found = [np.full(x.shape, np.nan) for x in (y, *saved)]
            for function, arguments in rule_calls(op.forward, xs, found, SCRATCH, tuple(options.items())):
                function(*arguments)
        for a, b in zip(found, (y, *saved), strict=True):
            assert np.allclose(a, b, rtol=1e-14, atol=1e-15, equal_nan=True) if adds_up(op) else same_bits(a, b)


def same_bits(a, b):
    return a.tobytes() == b.tobytes()


def adds_up(op):
    """Whether the rule has a sum: it is taken in another order."""
    shapes = tuple(np.shape(x) for x in op.example)
    return traceable(op) and any(
        line.ufunc is np.add and line.reduce is not None for line in trace(op.forward, shapes, op.options).lines
    )


REDUCED = [
    ((3, 4), axis, keepdims) for axis in (None, 0, 1, -1, (0, 1)) for keepdims in (False, True)
] + [((2, 3, 4), axis, False) for axis in (0, 1, 2, (0, 1), (1, 2), (0, 2), None)] + [((2, 9), -1, True)]  # fmt: skip


@pytest.mark.parametrize(("shape", "axis", "keepdims"), REDUCED)
@pytest.mark.parametrize("turned", [False, True])
def test_sums_and_maxima_over_any_axes_are_numpys(shape, axis, keepdims, turned):
    x = np.random.default_rng(0).standard_normal(shape)
    x = x.T.copy().T if turned else x
    for ufunc in (np.add, np.maximum):
        expected = ufunc.reduce(x, axis=axis, keepdims=keepdims)
        out = np.full(expected.shape, np.nan)
        for function, arguments in reduction_calls(ufunc, x, axis, keepdims, out):
            function(*arguments)
        assert np.allclose(out, expected, rtol=1e-14, atol=1e-15)


def test_a_maximum_passes_on_what_is_not_a_number():
    x, out = np.array([[1.0, np.nan, 2.0], [np.nan, np.inf, 0.0]]), np.zeros(2)
    for function, arguments in reduction_calls(np.maximum, x, -1, False, out):
        function(*arguments)
    assert np.isnan(out).all()


def long_rule(choices):
    """A rule that uses and drops many intermediate values."""

    def rule(x, y):
        values = [x, y]
        for ufunc, i, j in choices:
            values.append(ufunc(values[i % len(values)], values[j % len(values)]))
        return values[-1], values[len(values) // 2] * 1.0

    return rule


steps = st.tuples(st.sampled_from([np.add, np.subtract, np.multiply, np.maximum]), st.integers(0), st.integers(0))


@given(st.lists(steps, min_size=1, max_size=15), st.sampled_from([((3,), (3,)), ((2, 1), (3,)), ((), (2, 2))]))
def test_reused_scratch_arrays_never_hold_a_value_still_needed(choices, shapes):
    rng = np.random.default_rng(0)
    ins = [rng.standard_normal(shape) for shape in shapes]
    before = [x.copy() for x in ins]
    with np.errstate(all="ignore"):
        assert all(
            (a == b).all() for a, b in zip(computed(long_rule(choices), ins), long_rule(choices)(*before), strict=True)
        )
    assert all((a == b).all() for a, b in zip(ins, before, strict=True))


def test_a_result_that_is_an_operand_or_a_number_is_copied():
    assert computed(lambda x: (2.0, x + 1), [np.array(3.0)]) == [2.0, 4.0]
    x, out = np.arange(3.0), np.zeros(3)
    for function, arguments in bind(trace(lambda x: x, ((3,),)), [x], [out], Scratch(x.dtype)):
        function(*arguments)
    assert (out == x).all()


def test_one_line_may_be_two_results():
    def rule(x):
        y = x + 1
        return y, y

    assert computed(rule, [np.array(1.0)]) == [2.0, 2.0]
