"""Every event of every way is said: in sentences, in formulas with numbers, and in code that runs."""

import numpy as np
import pytest

from engine import Explainer, ExpressionModel, Run, Spec, build, explain_entry, nudge
from engine.firstbad import first_nonfinite
from engine.ops import OPS
from tests.engine.models import WAYS, events, gallery, gallery_model, traced
from tests.engine.ways import CENTRAL, FORWARD, ONE_SIDED, RTRL, another, gradients

examples = pytest.mark.parametrize("name", WAYS)


def every_explanation(run):
    explainer = Explainer(run.graph, run.schedule)
    return explainer, [explainer.explain(e.index) for e in run.schedule.events]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("neuron", FORWARD), ("linear-layer", FORWARD), ("softmax-ce", FORWARD), ("gradient-check", FORWARD),
        ("rnn", FORWARD), ("neuron", CENTRAL), ("gradient-check", CENTRAL), ("linear-layer", ONE_SIDED), ("rnn", RTRL),
        ("lstm", RTRL), ("gru", RTRL),
    ],
)  # fmt: skip
def test_the_listing_of_a_step_runs_and_gives_the_gradients(name, how):
    run = another(gallery_model(name), how)
    explainer, told = every_explanation(run)
    pairs = zip(run.schedule.events, told, strict=True)
    lines = [line for event, said in pairs if event.phase != "update" for line in said.code]
    names = explainer.words.code
    known = {"np": np, "OPS": OPS}
    known |= {names.value(n): np.array(run.recording.view(run.schedule.values[n.id])) for n in run.graph.leaves}
    exec("\n".join(lines), known)
    for label, gradient in gradients(run).items():
        found = known[names.gradient(run.graph.find(label))]
        assert np.allclose(found, gradient, rtol=1e-12, atol=1e-6 if how.mode == "difference" else 1e-14)


@examples
def test_every_event_is_said_in_a_sentence_with_numbers_that_are_there(name):
    run = gallery(name)
    _, told = every_explanation(run)
    for said in told:
        assert said.sentence.endswith(".")
        assert "{" not in said.sentence.replace(r"\num{", "")
    deep = [s for s, e in zip(told, run.schedule.events, strict=True) if e.kind in ("tangent", "influence", "quotient")]
    assert all(s.lines for s in deep)


def test_a_tangents_numbers_add_up_to_it():
    """Each term that is spelled out, multiplied and summed, makes the entry it stands for."""
    run = another(gallery_model("linear-layer"), FORWARD)
    explainer = Explainer(run.graph, run.schedule)
    buffer = run.recording.buffer
    checked = 0
    for event in events(run, "tangent"):
        for line in explainer.explain(event.index).lines:
            if line.numbers and "=" in line.numbers:
                left, right = line.numbers.split("=")
                text = right.replace(r"\num{", "buffer[").replace("}", "]")
                if r"\cdots" in right:
                    continue
                text = text.replace(r"\cdot", "*")
                assert eval(text) == pytest.approx(eval(left.replace(r"\num{", "buffer[").replace("}", "]")), abs=1e-15)
                checked += bool(buffer.size)
    assert checked > 20


@pytest.mark.parametrize(("name", "how"), [("gradient-check", FORWARD), ("neuron", CENTRAL), ("rnn", RTRL)])
def test_an_entry_has_the_same_paths_to_the_loss_whichever_way_its_gradient_was_found(name, how):
    model = gallery_model(name)
    told = []
    for run in (Run(model), another(model, how)):
        node = run.graph.parameters[0]
        index = (0,) * len(node.shape)
        told.append(explain_entry(traced(run), Explainer(run.graph, run.schedule), node.id, index))
    assert told[0].paths == told[1].paths
    assert told[0].gradient == pytest.approx(told[1].gradient, rel=1e-6)


@pytest.mark.parametrize(("name", "how"), [("gradient-check", FORWARD), ("neuron", CENTRAL), ("rnn", RTRL)])
def test_a_nudge_tells_the_same_change_whichever_way_its_gradient_was_found(name, how):
    model = gallery_model(name)
    runs = (Run(model), another(model, how))
    node = runs[0].graph.parameters[0]
    index = (0,) * len(node.shape)
    plain, other = (nudge(traced(run), node.id, index, 1e-2) for run in runs)
    assert plain.change == other.change
    assert plain.predicted == pytest.approx(other.predicted, rel=1e-6)


def test_a_tangent_that_is_not_finite_is_the_first_bad_number():
    run = Run(build(Spec(model=ExpressionModel(source="sqrt(x)", values={"x": 0.0}), mode="forward")))
    found = first_nonfinite(traced(run))
    assert (found.kind, found.label) == ("tangent", run.graph.loss.label)
    assert "in the tangent of" in found.sentence
