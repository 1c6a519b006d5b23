"""Training steps: reuse, accumulation, repetition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Model, Run
from engine.build import Builder
from engine.derived import ALIGNMENT
from engine.op import unbroadcast
from engine.recording import ArrayRef, Recording
from tests.engine.models import NAMES, events, expression, gallery, gallery_model, gradient, value, verified

examples = pytest.mark.parametrize("name", NAMES)
trained = pytest.mark.parametrize("name", [name for name in NAMES if gallery_model(name).optimizer])


@examples
def test_two_runs_of_one_model_are_bit_equal(name):
    assert gallery(name, 2).recording.buffer.tobytes() == gallery(name, 2).recording.buffer.tobytes()


@trained
def test_a_restored_iteration_is_bit_equal_to_having_walked_there(name):
    walked = gallery(name, 2)
    snapshot, there = walked.snapshot(), walked.recording.buffer.tobytes()
    walked.advance()
    fresh = gallery(name)
    for run in (walked, fresh):
        run.restore(2, snapshot)
        assert run.iteration == 2
        assert run.recording.buffer.tobytes() == there


@trained
def test_each_step_begins_with_the_parameters_the_last_one_made(name):
    before, after = gallery(name), gallery(name, 1)
    for event in (e for e in events(before, "assign") if e.target == "parameter"):
        new = before.recording.view(event.value)
        assert (after.recording.view(after.schedule.values[event.param]) == new).all()


@trained
def test_an_update_goes_against_the_gradient_by_the_learning_rate(name):
    run = gallery(name)
    for event in events(run, "assign") if run.optimizer.name == "sgd" and not run.schedule.slots else ():
        label = run.graph.nodes[event.param].label
        expected = value(run, label) - run.optimizer.learning_rate * gradient(run, label)
        assert (run.recording.view(event.value) == expected).all()


@examples
def test_every_total_is_what_had_arrived_plus_this_part(name):
    run = gallery(name)
    so_far = {}
    for event in events(run, "contribution"):
        part = run.recording.view(event.value)
        expected = so_far[event.into] + part if event.into in so_far else part
        np.testing.assert_array_equal(run.recording.view(event.total), expected)
        so_far[event.into] = expected


def test_each_use_of_a_value_adds_to_its_gradient():
    run = expression("x*x*x + x + x", x=2.0)
    totals = [float(run.recording.view(e.total)) for e in events(run, "contribution") if e.into == 0]
    assert len(totals) == 5
    assert totals[-1] == gradient(run, "x") == 3 * 2.0**2 + 2


def test_samples_and_learning_rate_are_in_the_recording():
    run = gallery("spiral")
    (batch,) = events(run, "batch")
    assert (run.recording.view(batch.samples) == np.arange(300)).all()
    assert run.recording.view(batch.learning_rate) == 1.0


def test_a_model_that_nothing_trains_has_one_iteration():
    with pytest.raises(ValueError, match="one iteration only"):
        gallery("square").advance()


def test_a_chain_of_five_thousand_nodes_runs():
    builder = Builder()
    out = x = builder.leaf("x", 1.0, "parameter")
    for _ in range(5_000):
        out = out + x
    run = Run(Model(graph=builder.build(out), values=builder.values, optimizer=None))
    assert run.loss == 5_001
    assert gradient(run, "x") == 5_001
    assert verified(run).passed


@pytest.mark.parametrize(("a", "b"), [((), (2, 3)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((2, 1), (3,)), ((1, 1), (2, 3))])
@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_gradients_are_summed_over_what_broadcasting_repeated(a, b, sign):
    rng = np.random.default_rng(0)
    x, y = rng.uniform(1, 2, a), rng.uniform(1, 2, b)
    run = expression(f"sum(x {sign} y)", x=x, y=y)
    one = np.ones(np.broadcast_shapes(a, b))
    slopes = {"+": (one, one), "-": (one, -one), "*": (one * y, one * x), "/": (one / y, -one * x / y**2)}[sign]
    for name, shape, slope in (("x", a, slopes[0]), ("y", b, slopes[1])):
        expected = np.zeros(shape)
        for index in np.ndindex(slope.shape):
            own = tuple(0 if n == 1 else i for i, n in zip(index[slope.ndim - len(shape) :], shape, strict=True))
            expected[own] += slope[index]
        assert gradient(run, name).shape == shape
        assert np.allclose(gradient(run, name), expected, rtol=1e-14)


@given(st.lists(st.integers(1, 3), max_size=3), st.data())
def test_unbroadcasting_is_the_adjoint_of_broadcasting(big, data):
    small = [n if data.draw(st.booleans()) else 1 for n in big[data.draw(st.integers(0, len(big))) :]]
    rng = np.random.default_rng(1)
    x, g = rng.standard_normal(small), rng.standard_normal(big)
    assert np.sum(np.broadcast_to(x, big) * g) == pytest.approx(np.sum(x * unbroadcast(g, tuple(small))), abs=1e-12)


def test_overflow_is_a_result_and_no_warning():
    assert expression("exp(x)", x=1000.0).loss == np.inf
    assert np.isnan(expression("exp(x) - exp(x)", x=1000.0).loss)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_recording_begins_at_an_aligned_address_and_is_copied_whole(size):
    recording = Recording(size)
    recording.buffer[:] = np.arange(size)
    copy = recording.copy()
    assert recording.buffer.ctypes.data % ALIGNMENT == copy.buffer.ctypes.data % ALIGNMENT == 0
    assert (copy.buffer == recording.buffer).all()
    assert not np.shares_memory(copy.buffer, recording.buffer)


def test_a_view_is_no_copy():
    recording = Recording(10)
    recording.view(ArrayRef(4, (2, 3)))[1, 2] = 7.0
    assert recording.buffer[9] == 7.0
    assert recording.view(ArrayRef(9, ())).shape == ()
