"""The terms of matrix products and of the gradients that go back through them, added up."""

import numpy as np
import pytest

from engine import Contribution, ExpressionModel, LayerSpec, NetworkModel, Run, Spec, build
from engine.feeds import Data
from engine.products import products, sent_products
from tests.engine.models import traced

RNG = np.random.default_rng(5)
SHAPES = {
    "matrices": ((3, 4), (4, 2)),
    "a matrix and a vector": ((3, 4), (4,)),
    "a row of matrices": ((5, 3, 4), (5, 4, 2)),
    "one weight for many": ((5, 3, 4), (4, 2)),
    "more terms than are shown": ((2, 30), (30, 20)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_terms_add_up_to_the_entry_and_to_what_is_sent_back(name):
    a, b = (RNG.standard_normal(shape).tolist() for shape in SHAPES[name])
    run = Run(build(Spec(model=ExpressionModel(source="y = a @ b\nL = sum(y * y)", values={"a": a, "b": b}))))
    trace = traced(run)
    y = run.graph.find("y")
    for index in np.ndindex(*y.shape):
        found = products(trace, y.id, index)
        assert (found.left, found.right) == ("a", "b")
        assert_adds_up(found, trace.value(y.id, run.schedule.length)[index])
    sent = [e for e in run.schedule.events if isinstance(e, Contribution) and e.node == y.id]
    assert {event.slot for event in sent} == {0, 1}
    for event in sent:
        for index in np.ndindex(*event.value.shape):
            found = sent_products(trace, event, index)
            assert (found is None) == (
                name == "a matrix and a vector" and event.slot == 0
            )  # an outer product sums nothing
            if found:
                assert_adds_up(found, trace.view(event.value)[index])


@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1}, {"dilation": 2}, {"groups": 2}])
def test_the_terms_of_a_convolution_are_those_of_its_window(options):
    layers = [
        LayerSpec(type="conv2d", name="conv", options={"filters": 4, "kernel": 2, **options}),
        LayerSpec(type="flatten", name="flat"),
        LayerSpec(type="dense", name="out", options={"units": 2}),
    ]
    data = Data(x=RNG.standard_normal((2, 2, 5, 6)), targets=RNG.standard_normal((2, 2)), samples=[0, 1])
    run = Run(build(Spec(model=NetworkModel(layers=layers, loss="mse")), data))
    trace, y = traced(run), next(node for node in run.graph.nodes if node.op == "conv2d")
    window = np.prod(run.graph.find("conv.weight").shape[1:])
    for index in np.ndindex(*y.shape):
        found = products(trace, y.id, index)
        assert found.count <= window
        assert_adds_up(found, trace.value(y.id, run.schedule.length)[index])
    for event in (e for e in run.schedule.events if isinstance(e, Contribution) and e.node == y.id):
        for index in np.ndindex(*event.value.shape):
            found = sent_products(trace, event, index)
            if found:  # one term alone is not spelled out
                assert_adds_up(found, trace.view(event.value)[index])


def assert_adds_up(found, value):
    sizes = [abs(term.value) for term in found.shown]
    assert sizes == sorted(sizes, reverse=True)
    assert len(found.shown) + found.rest_count == found.count
    assert np.isclose(sum(term.value for term in found.shown) + found.rest, value, rtol=1e-12, atol=1e-12)


def test_any_other_operation_sends_back_no_products():
    run = Run(build(Spec(model=ExpressionModel(source="L = x * y", values={"x": 2, "y": 3}))))
    event = next(e for e in run.schedule.events if isinstance(e, Contribution))
    assert sent_products(traced(run), event, ()) is None
