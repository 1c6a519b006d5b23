"""Every path from an entry to the loss, counted, summed, and the largest named."""

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.build import Builder
from engine.links import Spread
from engine.paths import paths
from engine.run import Run
from engine.spec import Model
from tests.engine.models import NAMES, expression, gallery, traced

BINARY, UNARY = ("add", "sub", "mul"), ("tanh", "sigmoid", "square", "relu", "sin")


@st.composite
def scalar_graphs(draw):
    """A run of a random graph of numbers: values are used again, and products of a value with itself occur."""
    builder = Builder()
    number = st.floats(-2, 2).map(lambda x: round(x, 3))
    refs = [builder.leaf(name, draw(number), "parameter") for name in "ab"]
    for _ in range(draw(st.integers(1, 9))):
        some = st.sampled_from(refs)
        if draw(st.booleans()):
            refs.append(builder.op(draw(st.sampled_from(BINARY)), draw(some), draw(some)))
        else:
            refs.append(builder.op(draw(st.sampled_from(UNARY)), draw(some)))
    last = refs[-1] * refs[0] + refs[1]
    graph = builder.build(last, wanted_roles=frozenset({"parameter"}))
    return Run(Model(graph=graph, values=builder.values))


def walked(run, start):
    """All paths by walking each of them: the independent way, for small graphs."""
    spread, loss = Spread(traced(run)), run.graph.loss.id
    waiting, found = [(start, 1.0)], []
    while waiting:
        id, so_far = waiting.pop()
        if id == loss:
            found.append(so_far)
        for user, slot in spread.users.get(id, ()):
            slope = float(spread.push(run.graph.nodes[user], slot, np.ones(())))
            waiting.append((user, so_far * slope))
    return found


@settings(max_examples=150)
@given(scalar_graphs())
def test_the_paths_of_a_random_graph_are_those_a_walk_finds_and_add_up_to_its_gradient(run):
    for leaf in run.graph.leaves:
        if not leaf.wanted:
            continue
        told, every = paths(traced(run), leaf.id, ()), walked(run, leaf.id)
        gradient = float(traced(run).gradient(leaf.id, run.schedule.length))
        scale = max(1.0, float(np.sum(np.abs(every))))
        assert told.count == len(every) == len(told.shown) + told.rest_count
        assert abs(told.total - gradient) <= 1e-12 * scale
        largest = sorted(map(abs, every), reverse=True)[:12]
        np.testing.assert_allclose([abs(p.product) for p in told.shown], largest, rtol=1e-12, atol=1e-300)
        assert abs(sum(p.product for p in told.shown) + told.rest - told.total) <= 1e-12 * scale


@pytest.mark.parametrize("name", NAMES)
def test_the_paths_of_every_leaf_of_the_gallery_add_up_to_its_gradient(name):
    run = gallery(name)
    trace = traced(run)
    for leaf in [n for n in run.graph.leaves if n.wanted][:6]:
        gradient = trace.gradient(leaf.id, trace.backward_end)
        index = (0,) * len(leaf.shape)
        told = paths(trace, leaf.id, index)
        scale = np.max(np.abs(gradient[np.isfinite(gradient)]), initial=0.0)
        if np.isfinite(gradient[index]):
            assert abs(told.total - gradient[index]) <= 1e-12 * max(1.0, scale), leaf.label
        assert len(told.shown) == min(12, told.count) or not told.exact


def test_a_number_that_enters_a_product_twice_has_two_paths():
    told = paths(traced(expression("z = 3*x*x", x=2)), 0, ())
    assert (told.count, told.total) == (2, 12)
    assert [p.product for p in told.shown] == [6, 6]


def test_the_factors_of_a_path_are_its_slopes():
    (path,) = paths(traced(expression("L = sin(x**2)**2", x=1.3)), 0, ()).shown
    square = 1.3**2
    assert [s.op for s in path.steps] == ["square", "sin", "square"]
    np.testing.assert_allclose([s.factor for s in path.steps], [2.6, np.cos(square), 2 * np.sin(square)], rtol=1e-12)


def test_the_paths_of_a_weight_go_through_every_output():
    run = gallery("digits8")
    told = paths(traced(run), run.graph.find("dense1.bias").id, (3,))
    assert (told.level, told.count) == ("entry", 10)
    ends = {step.index for path in told.shown for step in path.steps if step.label == "z2"}
    assert ends == {(0, k) for k in range(10)}


def doubled(times, slope=1.0):
    builder = Builder()
    x = first = builder.leaf("x", slope, "parameter")
    for _ in range(times):
        x = x + x
    builder.build(x, wanted_roles=frozenset({"parameter"}))
    return Run(Model(graph=builder.build(x, wanted_roles=frozenset({"parameter"})), values=builder.values)), first.id


@pytest.mark.parametrize("times", [60, 1_000])
def test_a_graph_with_more_paths_than_can_be_walked_answers_at_once(times):
    run, x = doubled(times)
    start = time.perf_counter()
    told = paths(traced(run), x, ())
    assert time.perf_counter() - start < 2.0
    assert (told.count, told.total, len(told.shown)) == (2**times, 2.0**times, 12)
    assert {p.product for p in told.shown} == {1.0}
    assert told.rest == pytest.approx(2.0**times - 12)


def test_paths_of_product_zero_are_paths_too():
    builder = Builder()
    x = first = builder.leaf("x", -1.0, "parameter")
    for _ in range(60):
        x = x + x
    last = builder.op("relu", x)
    run = Run(Model(graph=builder.build(last, wanted_roles=frozenset({"parameter"})), values=builder.values))
    told = paths(traced(run), first.id, ())
    assert (told.count, told.total, len(told.shown)) == (2**60, 0.0, 12)
    assert {p.product for p in told.shown} == {0.0}


def test_a_large_graph_is_walked_from_array_to_array():
    run = gallery("modular")
    trace = traced(run)
    weight = run.graph.find("dense1.weight")
    for index in product(range(2), (0, 5)):
        told = paths(trace, weight.id, index)
        assert (told.level, told.count, told.exact) == ("array", 1, True)
        exact = trace.gradient(weight.id, trace.backward_end)[index]
        assert abs(told.total - exact) <= 1e-12
        (path,) = told.shown
        assert float(np.prod([s.factor for s in path.steps])) == pytest.approx(path.product, rel=1e-9, abs=1e-15)


def test_a_path_that_begins_at_the_loss_has_no_step():
    run = expression("L = x*x", x=3)
    told = paths(traced(run), run.graph.loss.id, ())
    assert (told.count, told.total, told.shown[0].steps) == (1, 1.0, ())
