"""Predicting a number: right answers are right, and each usual mistake, entered, draws its own sentence."""

import numpy as np
import pytest

from engine import EntryError, predict_sign, predict_size, predict_value
from engine.predict import NEAR, mistakes
from tests.engine.models import NAMES, expression, gallery, traced

X, W, B, Y = 2.0, 0.5, 0.25, 1.0


@pytest.fixture
def neuron():
    """z = w·x + b, a = σ(z), L = (a − y)², trained by a rate of 0.1."""
    return traced(expression("L = (sigmoid(w*x + b) - y)**2", rate=0.1, w=W, x=X, b=B, y=Y))


def event(trace, kind, op, slot=0):
    """The number of the first event of a kind at a node of an op."""
    nodes = trace.graph.nodes
    for e in trace.schedule.events:
        if e.kind == kind and nodes[e.node].op == op and getattr(e, "slot", slot) == slot:
            return e.index
    raise AssertionError(f"no {kind} of {op}")


Z = W * X + B
A = 1 / (1 + np.exp(-Z))
SENT = 2 * (A - Y)  # arrives at σ
SLOPE = A * (1 - A)
DZ = SENT * SLOPE

WRONG = {
    "slope": ("contribution", "sigmoid", 0, SENT),
    "upstream": ("contribution", "sigmoid", 0, SLOPE),
    "added": ("contribution", "sigmoid", 0, SENT + SLOPE),
    "place": ("contribution", "sigmoid", 0, SENT * Z * (1 - Z)),
    "sign": ("contribution", "sigmoid", 0, -DZ),
    "factor": ("contribution", "mul", 0, DZ * W),
    "unchanged": ("forward", "sigmoid", 0, Z),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_by_hand_is_recognised_by_its_name(neuron, name):
    kind, op, slot, number = WRONG[name]
    told = predict_value(neuron, event(neuron, kind, op, slot), (), number)
    assert (told.right, told.mistake) == (False, name)


def test_in_a_product_adding_and_in_a_sum_multiplying_are_recognised(neuron):
    product, sum_ = event(neuron, "forward", "mul"), event(neuron, "forward", "add")
    assert predict_value(neuron, product, (), W + X).mistake == "added"
    assert predict_value(neuron, sum_, (), W * X * B).mistake == "multiplied"


def test_mistakes_of_the_update_are_recognised(neuron):
    last = next(e for e in neuron.schedule.events if e.kind == "assign")
    assert neuron.graph.nodes[last.param].label == "w"
    gradient = DZ * X
    answers = {
        W - 0.1 * gradient: None, W + 0.1 * gradient: "uphill", W: "before", -0.1 * gradient: "step",
        0.1 * gradient: "step", W - gradient: "rate", gradient: "gradient",
    }  # fmt: skip
    for answer, mistake in answers.items():
        told = predict_value(neuron, last.index, (), answer)
        assert (told.right, told.mistake) == (mistake is None, mistake)


def test_one_path_of_several_is_recognised():
    trace = traced(expression("L = x*x", x=3.0))
    sent = [e for e in trace.schedule.events if e.kind == "contribution"]
    assert predict_value(trace, sent[1].index, (), 6.0, total=True).right
    assert predict_value(trace, sent[1].index, (), 3.0, total=True).mistake == "path"
    assert predict_value(trace, sent[1].index, (), 3.0).right
    assert predict_value(trace, sent[1].index, (), 6.0).mistake == "total"


def test_one_term_of_a_sum_over_units_is_recognised():
    trace = traced(expression("L = sum((x @ w)**2)", x=[[1.0, 2.0]], w=[[1.0, 2.0], [3.0, 5.0]]))
    sent = event(trace, "contribution", "matmul")
    arriving = 2 * np.array([7.0, 12.0])
    assert predict_value(trace, sent, (0, 1), float(arriving @ [3.0, 5.0])).right
    for term in arriving * [3.0, 5.0]:
        assert predict_value(trace, sent, (0, 1), float(term)).mistake == "path"


def test_a_mean_without_its_division_is_recognised():
    trace = traced(expression("L = mean(x**2)", x=[1.0, 2.0, 4.0, 5.0]))
    sent = event(trace, "contribution", "mean")
    assert predict_value(trace, sent, (2,), 0.25).right
    assert predict_value(trace, sent, (2,), 1.0).mistake == "mean"


def test_a_loss_forgets_its_mean_over_samples_and_of_one_sample_there_is_none_to_forget():
    scores = [[0.5, -1.0, 2.0], [1.0, 0.0, -0.5]]
    for rows, mistake in ((2, "mean"), (1, None)):
        source = "L = softmax_cross_entropy(z, t)"
        trace = traced(expression(source, roles={"t": "target"}, z=scores[:rows], t=np.eye(3)[:rows].tolist()))
        sent = event(trace, "contribution", "softmax_cross_entropy")
        number = float(trace.view(trace.schedule.events[sent].value)[0, 1])
        assert predict_value(trace, sent, (0, 1), 2 * number).mistake == mistake
        assert predict_value(trace, sent, (0, 1), 3 * number).mistake is None


def test_what_is_no_usual_mistake_is_told_where_to_look(neuron):
    forward = event(neuron, "forward", "sigmoid")
    assert predict_value(neuron, forward, (), 0.1).sentence == "The number is larger in size."
    assert predict_value(neuron, forward, (), 77.0).sentence == "The number is smaller in size."
    assert predict_value(neuron, forward, (), -0.1).sentence == "The sign is another one."


def test_rounded_answers_are_right(neuron):
    forward = event(neuron, "forward", "sigmoid")
    assert predict_value(neuron, forward, (), round(A, 2)).right
    assert not predict_value(neuron, forward, (), A * (1 + 2 * NEAR)).right


def test_signs_and_sizes_are_told_right_from_wrong(neuron):
    sent = event(neuron, "contribution", "sigmoid")
    assert predict_sign(neuron, sent, (), -1).right
    assert predict_sign(neuron, sent, (), 1).sentence == "The number is negative."
    assert [predict_size(neuron, sent, (), size).right for size in (-3, -2, -1, 0)] == [False, True, False, False]
    assert predict_size(neuron, sent, (), 0).sentence == "The number is smaller than that."


@pytest.mark.parametrize("name", NAMES)
def test_of_every_example_the_number_is_right_and_every_mistake_has_a_sentence(name):
    trace = traced(gallery(name))
    kinds = {}
    for e in trace.schedule.events:
        kinds.setdefault((e.kind, getattr(e, "node", None) and trace.graph.nodes[e.node].op), e)
    for e in kinds.values():
        ref = getattr(e, "value", None)
        if e.kind == "batch" or ref is None:
            continue
        entry = (0,) * len(ref.shape)
        number = float(trace.view(ref)[entry])
        if np.isfinite(number):
            assert predict_value(trace, e.index, entry, number).right
        for mistake in mistakes(trace, e.index, entry):
            assert mistake.says.endswith(".")


@pytest.mark.parametrize(
    ("index", "entry", "says"), [(0, (), "no such number"), (99, (), "event 99"), (1, (0,), "shape")]
)
def test_what_cannot_be_predicted_is_named(neuron, index, entry, says):
    with pytest.raises(EntryError, match=says):
        predict_value(neuron, index, entry, 1.0)
