"""Convolution, pooling and normalisation against PyTorch, on shapes nobody chose, and with rules that are wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import OPS, ShapeError
from engine.bind import rule_calls
from engine.op import Op
from engine.ops.windows import Axis
from engine.tape import Kernel, Scratch
from tests.engine import operands, oracle
from tests.reference.windowed_cases import COUNT, DRAWN, operations, sums, upstream

FILE = Path(__file__).parent.parent / "reference" / "windowed.npz"
TOLERANCE = 1e-9
NEAR = 1e-11  # of slopes by complex step: the rules sum up to some hundred products, normalisation cancels a few digits


def distance(ours, theirs):
    """Relative to the largest of the sums; what is far below 1 is rounding."""
    return float(np.max(np.abs(ours - theirs)) / max(np.max(np.abs(theirs)), 1e-3))


def computed(op: Op, xs, options):
    """The value and what every operand is sent."""
    y, saved = oracle.results(op, xs, options)
    g = upstream(y.shape)
    sent = (None if vjp is None else vjp(g, y, *saved, *xs, **options) for vjp in op.vjps)
    return [y, *(np.zeros(x.shape) if s is None else s for s, x in zip(sent, xs, strict=True))]


@pytest.mark.parametrize("name", DRAWN)
def test_operations_are_pytorchs(name):
    with np.load(FILE) as file:
        theirs = file[name]
    ours = [np.array([*map(sums, computed(OPS[name], *case))]) for case in operations(name)]
    assert len(ours) == len(theirs) == COUNT
    assert max(map(distance, ours, theirs)) < TOLERANCE


def test_one_wrong_number_shows_in_the_sums():
    y = computed(OPS["conv2d"], *next(iter(operations("conv2d"))))[0]
    off = y.copy()
    off_by_a_millionth((), off)
    assert distance(sums(off), sums(y)) > TOLERANCE


# --- fresh shapes ---

one_or_two = lambda low, high: st.integers(low, high) | st.tuples(st.integers(low, high), st.integers(low, high))  # noqa: E731
sides = st.tuples(st.integers(1, 5), st.integers(1, 5))


@st.composite
def convolutions(draw):
    groups, inputs, filters = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    x = (draw(st.integers(1, 2)), groups * inputs, *draw(sides))
    options = {"stride": draw(one_or_two(1, 3)), "padding": draw(one_or_two(0, 2)), "dilation": draw(one_or_two(1, 2))}
    return "conv2d", [x, (groups * filters, inputs, *draw(sides))], options | {"groups": groups}


@st.composite
def pools(draw):
    x = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *draw(sides))
    options = {"kernel": draw(one_or_two(1, 4)), "stride": draw(one_or_two(1, 3)), "padding": draw(one_or_two(0, 2))}
    return draw(st.sampled_from(["max_pool2d", "avg_pool2d"])), [x], options


@st.composite
def normalisations(draw):
    name = draw(st.sampled_from(["batch_norm", "batch_norm_eval", "layer_norm", "add_channel"]))
    x = tuple(draw(st.lists(st.integers(1, 4), min_size=2, max_size=4)))
    own = x[-draw(st.integers(1, len(x))) :] if name == "layer_norm" else x[1:2]
    options = {} if name == "add_channel" else {"eps": draw(st.sampled_from([1e-3, 0.1]))}
    return name, [x, *(own,) * (len(OPS[name].inputs) - 1)], options


def shape_or_refusal(op, shapes, options):
    try:
        return op.shape(*shapes, **options)
    except ShapeError as error:
        return str(error)


@settings(max_examples=150)
@given(convolutions() | pools() | normalisations(), st.integers(0, 2**32 - 1))
def test_any_configuration_agrees_with_its_definition_or_is_refused(configuration, seed):
    name, shapes, options = configuration
    op, rng = OPS[name], np.random.default_rng(seed)
    shape = shape_or_refusal(op, shapes, options)
    if isinstance(shape, str):
        assert shape.startswith(f"{name}: ")
        return
    xs = operands.draw(op, shapes, rng)
    assert np.shape(oracle.results(op, xs, options)[0]) == shape
    found = oracle.disagreement(op, xs, options, rng)
    assert max(found.values()) < (1e-9 if "norm" in name else NEAR), found


@given(st.builds(Axis, st.integers(1, 9), st.integers(1, 4), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3)))
def test_who_reads_whom_is_the_same_from_both_sides(axis):
    if axis.out < 1:
        return
    met = {(i, k, axis.read(i, k)) for i in range(axis.out) for k in range(axis.kernel)}
    met = {(i, k, at) for i, k, at in met if 0 <= at < axis.size}
    assert met == {(i, k, axis.read(i, k)) for i in range(axis.out) for k in axis.taps(i)}
    assert met == {(i, k, axis.read(i, k)) for k in range(axis.kernel) for i in axis.outputs(k)}
    assert met == {(i, k, at) for at in range(axis.size) for i, k in axis.readers(at)}


@pytest.mark.parametrize("name", DRAWN)
def test_calls_into_given_arrays_give_the_numbers_of_the_rule_and_the_same_bits_again(name):
    op = OPS[name]
    for xs, options in list(operations(name))[:8]:
        y, saved = oracle.results(op, xs, options)
        given_back = [upstream(y.shape), y, *saved, *map(np.asarray, xs)]
        rules = [(op.forward, xs, [y, *saved])]
        rules += [(v, given_back, [v(*given_back, **options)]) for v in op.vjps if v is not None]
        for rule, ins, expected in rules:
            outs = [np.full(np.shape(x), np.nan) for x in expected]
            calls = rule_calls(rule, list(ins), outs, Scratch(np.dtype(float)), tuple(options.items()))
            assert run_into(calls, outs) == run_into(calls, outs)
            assert all(oracle.distance(out, x) < NEAR for out, x in zip(outs, expected, strict=True))


def run_into(calls, outs):
    """The bits in `outs` after all calls."""
    for function, arguments in calls:
        function(*arguments)
    return [out.tobytes() for out in outs]


# --- planted ---


def spoiled(kernel: Kernel, change):
    """The kernel with a change to each of its results."""

    def write(ins, outs, scratch, **options):
        return [*kernel.write(ins, outs, scratch, **options), *((change, (ins, out)) for out in outs)]

    return Kernel(kernel.shapes, write)


def planted(name, slot, change):
    op = OPS[name]
    vjps = [spoiled(v, change) if k == slot else v for k, v in enumerate(op.vjps)]
    return replace(op, vjps=tuple(vjps))


def turned(ins, out):
    out[...] = out[..., ::-1, ::-1].copy()


def off_by_a_millionth(ins, out):
    out.reshape(-1)[np.argmax(np.abs(out))] *= 1 + 1e-6


def moved(ins, out):
    out += 1e-6


WRONG = {
    "filters turned round": planted("conv2d", 1, turned),
    "one entry of the input's gradient": planted("conv2d", 0, off_by_a_millionth),
    "gradient to a neighbour": planted("max_pool2d", 0, lambda ins, out: np.copyto(out, np.roll(out, 1))),
    "share of the window": planted("avg_pool2d", 0, lambda ins, out: np.multiply(out, 2, out)),
    "mean not taken away": planted("batch_norm", 0, moved),
    "gamma": planted("batch_norm", 1, off_by_a_millionth),
    "evaluation": planted("batch_norm_eval", 0, off_by_a_millionth),
    "bias": planted("add_channel", 1, off_by_a_millionth),
    "layer": replace(
        OPS["layer_norm"], vjps=(lambda g, y, *rest, eps: g / np.sqrt(rest[1] + eps), *OPS["layer_norm"].vjps[1:])
    ),
}


@pytest.mark.parametrize("op", WRONG.values(), ids=WRONG.keys())
def test_a_planted_wrong_rule_is_caught_by_both_oracles(op):
    rng = np.random.default_rng(0)
    xs, options = next(case for case in operations(op.name) if case[0][0].size > 1)
    xs = operands.draw(op, [x.shape for x in xs], rng)
    assert max(oracle.disagreement(op, xs, options, rng).values()) > 100 * NEAR
    with np.load(FILE) as file:
        theirs = file[op.name]
    ours = (np.array([*map(sums, computed(op, *case))]) for case in operations(op.name))
    assert max(map(distance, ours, theirs)) > TOLERANCE
