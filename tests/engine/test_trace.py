"""A training step looked up at a cursor."""

import numpy as np
import pytest

from engine import places, summary
from tests.engine.models import NAMES, WAYS, events, expression, gallery, traced

examples = pytest.mark.parametrize("name", NAMES)


@examples
def test_a_value_is_there_from_its_own_event_on(name):
    run = gallery(name)
    for event in events(run, "forward"):
        assert traced(run).value(event.node, event.index) is None
        assert traced(run).value(event.node, event.index + 1) is not None


@examples
def test_a_leaf_has_its_value_from_the_beginning(name):
    run = gallery(name)
    assert all(traced(run).value(n.id, 0).shape == n.shape for n in run.graph.leaves)


# Expressions with one output and several, a running statistic, gradients that are kept, and every way to a gradient.
@pytest.mark.parametrize(
    "name", ["neuron", "softmax-ce", "batch-norm", "cnn", "lstm", "training-loop-uncleared", "checkpointing", *WAYS]
)
def test_all_places_at_a_cursor_are_those_told_node_by_node(name):
    trace = traced(gallery(name, steps=1))
    length = trace.schedule.length
    for cursor in {*range(0, length, max(1, length // 10)), length}:
        for told, refs in zip((trace.value, trace.gradient), trace.standing(cursor), strict=True):
            for node, ref in zip(trace.graph.nodes, refs, strict=True):
                one = told(node.id, cursor)
                assert (one is None) == (ref is None)
                assert one is None or np.array_equal(one, trace.view(ref), equal_nan=True)


@examples
def test_a_gradient_is_absent_until_an_event_has_delivered_it(name):
    run = gallery(name)
    delivered = {}
    for event in run.schedule.events:
        into = event.into if event.kind == "contribution" else event.node if event.kind == "seed" else None
        if into is not None:
            delivered.setdefault(into, event.index)
    for node in run.graph.nodes:
        first = delivered.get(node.id)
        assert (first is not None) == node.wanted
        assert traced(run).gradient(node.id, run.schedule.length if first is None else first) is None
        assert first is None or traced(run).gradient(node.id, first + 1) is not None


def test_a_gradient_grows_with_every_contribution():
    run = expression("x*x + x", x=3.0)
    seen = [traced(run).gradient(0, k) for k in range(run.schedule.length + 1)]
    assert [None if g is None else float(g) for g in seen] == [None, None, None, None, None, 1.0, 4.0, 7.0]


def test_a_parameter_shows_its_new_value_after_its_update():
    run = gallery("neuron")
    assign = events(run, "assign")[0]
    before, after = (float(traced(run).value(assign.param, k)) for k in (assign.index, assign.index + 1))
    assert before == 0.5
    assert after == run.recording.view(assign.value) != before


@examples
def test_magnitudes_are_root_mean_squares_of_what_events_carry(name):
    run = gallery(name)
    for event, found in zip(run.schedule.events, traced(run).magnitudes(), strict=True):
        if "value" in places(event):
            x = run.recording.view(event.value)
            assert found == pytest.approx(np.sqrt((x**2).sum() / x.size), rel=1e-14, nan_ok=True)
        else:
            assert found is None


def test_a_magnitude_that_is_not_finite_is_said():
    assert np.isinf(traced(expression("exp(x)*1", x=1000.0)).magnitudes()[0])


def test_a_summary_speaks_of_finite_entries_and_counts_the_others():
    found = summary(np.array([[3.0, np.nan, 0.0], [-4.0, np.inf, 0.0]]))
    assert (found.shape, found.min, found.max, found.mean, found.norm) == ((2, 3), -4.0, 3.0, -0.25, 5.0)
    assert found.std == pytest.approx(np.std([3, 0, -4, 0]))
    assert (found.zeros, found.nonfinite) == (2 / 6, 2)


def test_a_summary_without_finite_entries_has_no_statistics():
    found = summary(np.array(np.nan))
    assert (found.min, found.max, found.mean, found.std, found.norm) == (None,) * 5
    assert (found.zeros, found.nonfinite, found.shape) == (0.0, 1, ())


@pytest.mark.parametrize(("size", "inline"), [(1, True), (64, True), (65, False)])
def test_a_summary_carries_the_numbers_of_small_arrays(size, inline):
    assert (summary(np.arange(float(size))).data == list(range(size))) is inline
