"""Every row of the op table against definitions that owe it nothing, and its texts against its numbers."""

import math

import numpy as np
import pytest

from engine import OPS
from engine.explanation import Places
from engine.notation import Text
from engine.ops import merged
from engine.recording import ArrayRef
from tests.engine import operands, oracle
from tests.engine.latex import worked_out

# Complex steps and extended precision are exact to a few units in the last place; a rule rounds a few more times.
TOLERANCE = 1e-12
rows = pytest.mark.parametrize("op", OPS.values(), ids=OPS.keys())


def cases(op, seed=0):
    """(operands, options): the row's example and random operands, under every combination of options."""
    return operands.cases(op, np.random.default_rng(seed))


def worst(op):
    """The largest disagreement over all cases, and with what."""
    rng = np.random.default_rng(1)
    found = [oracle.disagreement(op, xs, options, rng) for xs, options in cases(op)]
    return max((error, name) for errors in found for name, error in errors.items())


def computed(op, xs, options):
    """y, saved results, an upstream gradient and what each vjp makes of it (None where there is none)."""
    with np.errstate(all="ignore"):
        y, saved = oracle.results(op, xs, options)
        g = np.random.default_rng(2).uniform(0.5, 1.5, y.shape)
        rules = (op.vjps[k] for k in range(len(xs)))
        return y, saved, g, [rule and np.asarray(rule(g, y, *saved, *xs, **options)) for rule in rules]


@rows
def test_value_and_slopes_are_those_of_the_definition(op):
    assert worst(op)[0] < TOLERANCE, worst(op)


def test_every_row_has_a_definition_to_be_held_to():
    assert set(OPS) == set(oracle.DEFINITIONS)


@rows
def test_awkward_operands_give_finite_results(op):
    for xs, options in operands.examples(op):
        y, saved, _, sent = computed(op, xs, options)
        assert all(np.isfinite(x).all() for x in (y, *saved, *sent) if x is not None)


@rows
def test_shape_rule_predicts_the_shape_of_the_result(op):
    for xs, options in cases(op):
        assert op.shape(*(x.shape for x in xs), **options) == computed(op, xs, options)[0].shape


@rows
def test_a_contribution_has_its_inputs_shape(op):
    for xs, options in cases(op):
        sent = computed(op, xs, options)[3]
        assert all(c is None or c.shape == x.shape for c, x in zip(sent, xs, strict=True))


@rows
def test_cost_is_a_whole_number_of_operations(op):
    for xs, options in cases(op):
        flops = op.flops(*(x.shape for x in xs), **options)
        assert isinstance(flops, int)
        assert flops >= 0


@rows
def test_every_slot_has_all_its_texts(op):
    count = len(op.inputs)
    assert len(op.vjps) == len(op.local) == len(op.numpy_vjp) == len(op.sends) == count == len(op.example)
    assert len(op.numpy_saved) == len(op.saved)
    assert not op.partials or len(op.partials) == count
    assert len(op.entry_vjp) in (0, count)


def test_a_second_row_of_the_same_name_is_refused():
    with pytest.raises(ValueError, match="'relu' has two rows"):
        merged([OPS["relu"]], [OPS["relu"]])


def test_relu_at_its_kink_has_slope_0():
    assert OPS["relu"].vjps[0](np.ones(1), np.zeros(1), np.zeros(1)) == 0


# --- texts ---


def executed(line, names, op, options):
    written = line([Text(n) for n in names], tuple((dict(op.options) | options).items()))
    with np.errstate(all="ignore"):
        return np.asarray(eval(written, {"np": np, "math": math}, names))


def named(prefix, arrays):
    return {f"{prefix}{k}": x for k, x in enumerate(arrays)}


def close(ours, exact):
    return oracle.distance(ours, exact) < TOLERANCE


def summed_to(x, shape):
    """What un-broadcasting does, term by term."""
    out = np.zeros(shape)
    back = np.broadcast_to(np.arange(out.size).reshape(shape), x.shape)
    np.add.at(out.reshape(-1), back.reshape(-1), x.reshape(-1))
    return out


@rows
def test_numpy_line_of_the_value_gives_the_same_numbers(op):
    for xs, options in cases(op):
        y, saved, _, _ = computed(op, xs, options)
        names = named("x", xs)
        assert close(executed(op.numpy, names, op, options), y)
        for line, exact in zip(op.numpy_saved, saved, strict=True):
            assert close(executed(line, names, op, options), exact)


@rows
def test_numpy_line_of_every_contribution_gives_the_same_numbers(op):
    for xs, options in cases(op):
        y, saved, g, sent = computed(op, xs, options)
        names = {"g": g, "y": y} | named("s", saved) | named("x", xs)
        for k, exact in enumerate(sent):
            if exact is None:
                continue
            line = op.numpy_vjp[k]
            got = executed(line, names, op, options)
            if op.family == "elementwise":
                got = summed_to(np.broadcast_to(got, y.shape), exact.shape)
            assert close(got, exact)


@pytest.mark.parametrize("name", [name for name, op in OPS.items() if op.family in ("elementwise", "structural")])
def test_numpy_line_is_bit_equal_where_it_is_the_rule_itself(name):
    """Elementwise and structural rows. Products go through BLAS in one and einsum in the other; plain rows are
    written more shortly than they are computed.
    """
    for xs, options in cases(OPS[name]):
        y = computed(OPS[name], xs, options)[0]
        assert executed(OPS[name].numpy, named("x", xs), OPS[name], options).tobytes() == y.tobytes()


def laid_out(arrays):
    """The arrays in one buffer, and their places."""
    starts = np.cumsum([0, *(a.size for a in arrays)])
    refs = [ArrayRef(int(start), a.shape) for start, a in zip(starts, arrays, strict=False)]
    return np.concatenate([a.reshape(-1) for a in arrays]), refs


def small(op):
    """Cases whose sums are written out to the last term."""
    return operands.cases(op, np.random.default_rng(3), operands.SMALL)


@rows
def test_spelled_out_entries_are_the_entries(op):
    for xs, options in small(op):
        y, saved, g, sent = computed(op, xs, options)
        numbers, (y_ref, g_ref, *refs) = laid_out([y, g, *saved, *xs])
        pick = Places(y_ref, tuple(refs[len(saved) :]), options, g_ref, tuple(refs[: len(saved)]))
        check_entries(op.entry, pick, numbers, y)
        for k, exact in enumerate(sent):
            if op.entry_vjp and exact is not None:
                check_entries(op.entry_vjp[k], pick, numbers, exact)


def check_entries(entry, pick, numbers, exact):
    for index in np.ndindex(exact.shape):
        text = entry(pick, index)
        assert worked_out(text, numbers) == pytest.approx(exact[index], rel=1e-12, abs=1e-14), text
