"""Why a gradient is 0, with the numbers that say so."""

import numpy as np
import pytest

from engine import EntryError, Explainer, LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, build, explain_entry
from engine.backward import Backward
from engine.build import Builder
from engine.feeds import Data
from engine.spec import Model
from tests.engine.models import NAMES, expression, gallery, traced


def insight(run, name, *index):
    return explain_entry(traced(run), Explainer(run.graph, run.schedule), run.graph.find(name).id, index)


def reasons(run, name, *index):
    return insight(run, name, *index).why_zero


def test_a_dead_relu_says_how_far_below_zero_it_is():
    (reason,) = reasons(gallery("dying-relu"), "z", 3)
    assert (reason.kind, reason.label, reason.numbers["largest input"]) == ("dead relu", "a", -2.0)
    assert "-2" in reason.sentence


def test_a_living_entry_asks_no_why():
    assert reasons(gallery("dying-relu"), "z", 2) == ()


def test_a_sigmoid_that_is_flat_to_the_last_bit_is_saturated():
    (reason,) = reasons(expression("L = sigmoid(x)", x=800), "x")
    assert (reason.kind, reason.numbers["largest input"]) == ("saturated", 800)


def test_a_sigmoid_that_is_almost_flat_is_saturated_and_says_how_flat():
    (reason,) = reasons(expression("L = sigmoid(x)", x=20), "x")
    share = 4 * np.exp(-20) / (1 + np.exp(-20)) ** 2
    assert reason.kind == "saturated"
    assert reason.numbers["largest share of the steepest slope"] == pytest.approx(share, rel=1e-6)


def test_a_factor_of_zero_is_named():
    (reason,) = reasons(expression("L = w*x", w=3, x=0), "w")
    assert (reason.kind, "x" in reason.sentence) == ("zero factor", True)


def test_a_blank_pixel_is_why_its_weight_gets_nothing():
    (reason,) = reasons(gallery("digits8"), "dense1.weight", 0, 0)
    assert reason.kind == "zero factor"


def test_a_maximum_says_that_it_chose_another():
    (reason,) = reasons(expression("L = maximum(a, b)", a=1, b=2), "a")
    assert reason.kind == "not chosen"


def test_a_slope_of_zero_at_the_bottom_is_flat():
    (reason,) = reasons(expression("L = x**2", x=0), "x")
    assert (reason.kind, reason.numbers["largest input"]) == ("flat", 0)


def test_ways_that_add_up_to_nothing_cancel():
    (reason,) = reasons(expression("L = x - x", x=3), "x")
    assert (reason.kind, reason.numbers["ways"]) == ("cancelled", 2)


def test_a_dropped_entry_is_masked():
    data = Data(x=np.ones((1, 8)), targets=np.eye(8)[:1], samples=[0])
    model = NetworkModel(layers=[LayerSpec(type="dropout", name="dropout1", options={"p": 0.5}),
                                 LayerSpec(type="dense", name="dense1", options={"units": 8})],
                         loss="mse")  # fmt: skip
    run = Run(build(Spec(model=model, optimizer=OptimizerSpec(name="sgd", learning_rate=0.1)), data))
    mask = run.recording.view(run.schedule.values[run.graph.find("dropout1.mask").id])[0]
    for k, kept in enumerate(mask):
        assert [r.kind for r in reasons(run, "x", 0, k)] == ([] if kept else ["masked"])


def test_a_small_product_of_many_slopes_is_faint_and_not_zero():
    (reason,) = reasons(gallery("vanishing"), "dense1.weight", 0, 0)
    assert reason.kind == "faint"
    assert 0 < abs(reason.numbers["gradient"]) < 1e-9


def test_a_target_gets_no_gradient_because_none_is_asked_for():
    told = insight(gallery("neuron"), "y")
    assert (told.gradient, told.why_zero[0].kind, told.paths.count) == (None, "not wanted", 0)


def built(last, **how):
    graph = last.builder.build(last, wanted_roles=frozenset({"parameter"}))
    return Run(Model(graph=graph, values=last.builder.values, **how))


def test_a_cut_way_is_named():
    builder = Builder()
    x = builder.leaf("x", 0.5, "parameter")
    h = builder.op("tanh", x).named("h")
    last = h * builder.leaf("w", 2.0, "parameter")
    (reason,) = reasons(built(last, backward=Backward(cut=((last.id, 0),))), "h")
    assert (reason.kind, reason.numbers["cuts"]) == ("cut", 1)


def test_an_early_time_step_is_cut_off_by_truncation():
    (reason,) = reasons(gallery("truncated-bptt"), "lstm1.i1", 0, 0)
    assert reason.kind == "cut"


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_an_entry_add_up_to_its_gradient_and_a_zero_has_a_reason(name):
    run = gallery(name)
    trace, explainer = traced(run), Explainer(run.graph, run.schedule)
    for node in run.graph.nodes[:: max(1, len(run.graph.nodes) // 8)]:
        told = explain_entry(trace, explainer, node.id, (0,) * len(node.shape))
        assert told.node == node.id
        assert all(part.gate.endswith(".") for part in told.parts)
        if told.parts:
            parts = sum(part.value for part in told.parts)
            assert parts == pytest.approx(told.gradient, rel=1e-12, abs=1e-15, nan_ok=True)
        assert bool(told.why_zero) == (told.gradient is None or abs(told.gradient) < 1e-6)
        assert bool(told.terms) == (node.op is not None)


def test_an_entry_that_is_not_there_is_refused_with_the_shape():
    with pytest.raises(EntryError, match=r"\(5,\)"):
        insight(gallery("dying-relu"), "z", 5)
