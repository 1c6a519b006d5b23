"""Several outputs: one Jacobian, by one pass for each input or for each output; and ways that do not fit."""

import numpy as np
import pytest

from engine import ExpressionModel, Run, Spec, build, cost, verify
from tests.engine.models import events, gallery, traced

JACOBIAN = {("u", "x"): 0.5, ("u", "y"): 1.0, ("u", "z"): np.cos(2.0),
            ("v", "x"): np.exp(0.5), ("v", "y"): np.exp(0.5), ("v", "z"): -4.0}  # fmt: skip


def test_forward_mode_finds_the_jacobian_in_one_pass_for_each_input():
    run = gallery("forward-reverse")
    label = [n.label for n in run.graph.nodes]
    found = {(label[e.node], label[e.into]): float(run.recording.view(e.value)) for e in events(run, "slope")}
    assert found == pytest.approx(JACOBIAN, rel=1e-15)
    assert {e.direction for e in events(run, "slope")} == {0, 1, 2}
    assert cost(run.graph, run.schedule).passes == {"forward": 1, "tangent": 3}


def test_reverse_mode_finds_it_in_one_pass_for_each_output():
    run = gallery("forward-reverse-back")
    trace, seeds = traced(run), events(run, "seed")
    ends = [*(e.index for e in seeds[1:]), run.schedule.length]
    found = {
        (run.graph.nodes[seed.node].label, leaf.label): float(trace.gradient(leaf.id, end))
        for seed, end in zip(seeds, ends, strict=True)
        for leaf in run.graph.leaves
        if leaf.wanted
    }
    assert found == pytest.approx(JACOBIAN, rel=1e-15)
    assert cost(run.graph, run.schedule).passes == {"forward": 1, "backward": 2}


def test_a_second_pass_begins_with_no_gradients():
    run = gallery("forward-reverse-back")
    second = events(run, "seed")[1]
    assert traced(run).gradient(run.graph.find("x").id, second.index) == 0.5
    assert traced(run).gradient(run.graph.find("x").id, second.index + 1) is None


def test_an_output_that_another_one_is_made_from_is_one_too():
    for mode in ("reverse", "forward"):
        model = ExpressionModel(source="u = x*y\nv = u*x", values={"x": 2.0, "y": 3.0}, outputs=("u", "v"))
        run = Run(build(Spec(model=model, mode=mode)))
        assert verify(traced(run)).passed
        assert float(traced(run).gradient(run.graph.find("x").id, run.schedule.length)) in (3.0, 12.0)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"mode": "rtrl"}, "needs a recurrent layer; this model has none"),
        ({"mode": "difference", "outputs": ("u", "v")}, "mode difference takes one output; 2 are named"),
        ({"outputs": ("u", "w")}, "there is no line 'w' to be an output"),
        ({"mode": "forward", "cut": ((2, 0),)}, "only reverse mode can be truncated; the mode is forward"),
    ],
)
def test_a_way_that_does_not_fit_is_refused_by_name(more, says):
    outputs = more.pop("outputs", ())
    model = ExpressionModel(source="u = x*y\nv = u*x", values={"x": 2.0, "y": 3.0}, outputs=outputs)
    with pytest.raises(ValueError, match=says):
        build(Spec(model=model, **more))
