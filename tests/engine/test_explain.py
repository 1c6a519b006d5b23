"""What is said of events: every number and every line of code is the engine's own."""

import math
import re
from itertools import islice

import numpy as np
import pytest

from engine import EntryError, Explainer
from tests.engine.latex import worked_out
from tests.engine.models import NAMES, events, expression, gallery, gradient

examples = pytest.mark.parametrize("name", NAMES)
PLACE = re.compile(r"\\num\{(\d+)\}")
MATRIX = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]]
TARGETS = [[0.0, 1.0, 0.0], [0.5, 0.25, 0.25]]
SOURCES = {
    "powers and quotients": ("(x**3 + (-2)**3*x)/(1.5 - x**-2)/7", {"x": 0.7}),
    "one value in many places": (
        "v = sum(x*w, axis=0) + sum(x)\nsum(v*v + v) + sum(x + x*w + w)",
        {"x": MATRIX, "w": 2.0},
    ),
    "sums and means": ("mean(sum(x, axis=1, keepdims=True)*x) + sum(mean(x, axis=-1)) + sum(2)*mean(x)", {"x": MATRIX}),
    "broadcasting": ("sum(x*b/c - b + s*(c + b))", {"x": MATRIX, "b": [1.0, 2.0, 3.0], "c": [[2.0], [3.0]], "s": 0.5}),
    "products": ("sum((x @ w + b)*(x @ w) - 3)", {"x": MATRIX, "w": [[1.0], [2.0], [-1.0]], "b": 0.5}),
    "functions": ("sum(exp(sin(x)) + log(square(cos(x))) - tanh(relu(x))*sigmoid(x))", {"x": MATRIX}),
    "softmax": ("sum(softmax(x)*log_softmax(x)*x)", {"x": MATRIX}),
    "cross-entropies": (
        "cross_entropy(softmax(x), t) + softmax_cross_entropy(x, t, reduction='sum') + cross_entropy(p, t)",
        {"x": MATRIX, "t": TARGETS, "p": [[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]]},
    ),
    "targets that do not add up to 1": (
        "softmax_cross_entropy(x, t) + softmax_cross_entropy(x, t, smoothing=0.1)",
        {"x": MATRIX, "t": [[1.0, 1.0, 0.0], [0.5, 0.25, 3.0]]},
    ),
    "squared errors": (
        "mse(x, y) + half_mse(x*y, y) + mse(y, x, reduction='batch') + mse(sum(x), 2)"
        " + half_mse(1, sum(y), reduction='sum')",
        {"x": [[0.5, -1.0]], "y": [[2.0, 0.1]]},
    ),
    "choices": (
        "sum(where(c, x, 2)*maximum(x, b) + minimum(x, b)/abs(x) + clip(x, low=-0.5, high=1.5) + sqrt(square(x) + 1))",
        {"x": MATRIX, "b": [1.0, -2.0, 0.75], "c": [[1.0, 0.0, 1.0]]},
    ),
    "activations": (
        "sum(leaky_relu(x, slope=0.2) + elu(x, alpha=0.5)*selu(x) + gelu(x) + gelu_tanh(x) + softplus(x) + silu(x)"
        " + hard_tanh(x))",
        {"x": MATRIX},
    ),
    "reductions": (
        "sum(max(x, axis=1)) + logsumexp(x, axis=(0, 1)) + sum(variance(x, axis=0, keepdims=True, correction=1))"
        " + sum(logsumexp(x, axis=0)*max(x, axis=0)) + variance(x) + sum(sum(x, axis=(0, 1), keepdims=True))",
        {"x": MATRIX},
    ),
    "structure": (
        "p = concatenate(reshape(x, shape=(3, 2)), transpose(x), axis=-1)\n"
        "q = stack(slice(p, axis=1, start=1, stop=4, step=2), slice(p, axis=1, start=2), axis=0)\n"
        "sum(q*pad(broadcast_to(b, shape=(2, 3, 1)), widths=((0, 0), (0, 0), (1, 0))))",
        {"x": MATRIX, "b": [[1.0], [2.0], [-1.0]]},
    ),
    "indices": (
        "sum(embedding(x, i)*2) + sum(gather(x, j, axis=1)**2)",
        {"x": MATRIX, "i": [1.0, 0.0, 1.0], "j": [[2.0, 2.0], [0.0, 1.0]]},
    ),
    "products by rank": (
        "v @ v + (v @ w) @ (x @ v) + sum((t @ w) @ stack(x, 2*x)) + sum(einsum(x, v, subscripts='ij,j->i'))"
        " + einsum(w, subscripts='ij->')",
        {"x": MATRIX, "w": [[1.0, 0.5], [2.0, -1.0], [-1.0, 0.25]], "v": [1.0, -2.0, 0.5], "t": [MATRIX, MATRIX]},
    ),
    "losses": (
        "mae(x, y) + huber(x, y, delta=0.5) + bce_logits(x, y, reduction='batch') + bce(p, y, reduction='sum')"
        " + hinge(x, s) + kl(log_softmax(x), p, reduction='batch') + nll(log_softmax(x), p)"
        " + softmax_cross_entropy(x, y, smoothing=0.1) + cross_entropy(p, y, smoothing=0.2)",
        {
            "x": MATRIX,
            "y": TARGETS,
            "p": [[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]],
            "s": [[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]],
        },
    ),
    "a long constant": ("0.1234567891*x - 1e-05*x**2 + -3*x", {"x": 2.0}),
    "names of unnamed values": ("(v1 + v2)*v2*v3 + v4*c1", {"v1": 1.0, "v2": 2.0, "v3": 3.0, "v4": 4.0, "c1": 5.0}),
    "names that code has for itself": (
        "np = x*d_x + math*d_d_x\nnorm = np*sum*d_np + v6\nlearning_rate = norm**2\nlearning_rate*min",
        {"x": 0.5, "d_x": 2.0, "d_d_x": 1.0, "math": 3.0, "sum": 0.25, "d_np": 1.5, "v6": 0.75, "min": 0.125},
    ),
    "statements": ("lambda_ = w*x\nresult = sigmoid(lambda_)*lambda_\nloss = (result - 1)**2", {"w": 0.5, "x": 2.0}),
}


def walked(name):
    """A run by its name: a gallery entry, or one of the expressions above."""
    return gallery(name) if name in NAMES else expression(SOURCES[name][0], **SOURCES[name][1])


def explainer(run):
    return Explainer(run.graph, run.schedule)


everything = pytest.mark.parametrize("name", [*NAMES, *SOURCES])


def entries(event):
    """Entries of the event's array that are looked at: the first sixteen, and the last."""
    shape = event.value.shape if hasattr(event, "value") else ()
    return [*islice(np.ndindex(shape), 16), tuple(n - 1 for n in shape)]


def texts(explanation):
    yield explanation.sentence
    for line in explanation.lines:
        yield from filter(None, (line.formula, line.numbers))


@everything
def test_every_line_of_numbers_is_true(name):
    run = walked(name)
    explain = explainer(run).explain
    wrong = [
        (event.index, entry, line.numbers)
        for event in run.schedule.events
        for entry in entries(event)
        for line in explain(event.index, entry).lines
        if line.numbers and r"\cdots" not in line.numbers and not is_true(line.numbers, run.recording.buffer)
    ]
    assert wrong == []


def is_true(equation, numbers):
    """All sides of the equation are one number, to rounding."""
    left, *rights = (worked_out(side, numbers) for side in equation.split(" = "))
    if not np.isfinite(left):
        return True  # worked out with more room than a float64 has, the other side may well be a number
    return all(right == pytest.approx(left, rel=1e-10, abs=1e-13) for right in rights)


def test_a_false_line_of_numbers_is_noticed():
    assert is_true(r"\num{0} = \num{1} \cdot 2", np.array([2.0, 1.0]))
    assert not is_true(r"\num{0} = \num{1} \cdot 2", np.array([2.0, 1.00001]))


@everything
def test_the_lines_of_code_are_a_program_that_gives_the_numbers(name):
    """All lines one after another, run from the leaves, end with every value, gradient and new parameter."""
    run = walked(name)
    explain, names = explainer(run).explain, explainer(run).words.code
    code = "\n".join(line for event in run.schedule.events for line in explain(event.index).code)
    view, first = run.recording.view, run.schedule.values
    memory = {names.value(n): view(first[n.id]).copy() for n in run.graph.leaves if n.named or n.label.isidentifier()}
    memory |= {names.value(n): view(first[n.id]).copy() for n in run.graph.leaves if n.role != "constant"}
    rate = run.optimizer.learning_rate if run.optimizer else None
    memory |= {names.slot(run.graph.nodes[k], slot): view(ref).copy() for k, slot, ref, _ in run.schedule.slots}
    with np.errstate(all="ignore"):
        exec(code, {"np": np, "math": math, "learning_rate": rate, "t": run.iteration + 1.0}, memory)
    new = {e.param: view(e.value) for e in events(run, "assign") if e.target == "parameter"}
    joined = {e.param: view(e.value) for e in events(run, "assign") if e.target == "g"}  # by weight decay
    for node in run.graph.nodes:
        if node.role != "constant":
            assert np.allclose(
                memory[names.value(node)],
                new.get(node.id, view(first[node.id])),
                rtol=1e-10,
                atol=1e-13,
                equal_nan=True,
            )
        if node.wanted:
            got = memory[names.gradient(node)]
            expected = joined.get(node.id, gradient(run, str(node.id)))
            assert np.allclose(got, expected, rtol=1e-10, atol=1e-13, equal_nan=True), f"{node.label}\n{code}"
            assert np.shape(got) == node.shape


@everything
def test_every_place_of_a_number_lies_in_the_recording(name):
    run = walked(name)
    explain = explainer(run).explain
    for event in run.schedule.events:
        said = explain(event.index)
        assert said.event == event.index
        assert all(int(k) < run.schedule.size for text in texts(said) for k in PLACE.findall(text))
        refs = [operand.ref for operand in said.operands if operand.ref]
        assert all(r.offset + r.size <= run.schedule.size for r in refs)
        assert all((operand.ref is None) != (operand.number is None) for operand in said.operands)


@everything
def test_texts_are_complete(name):
    run = walked(name)
    for event in run.schedule.events:
        said = explainer(run).explain(event.index)
        assert said.title
        assert said.sentence.endswith((".", "*."))
        assert said.sentence.count("*") % 2 == 0
        assert not re.search(r"(?<!num)\{\d?\}|None|<", said.sentence)
        assert all(text.count("{") == text.count("}") and text.count("(") == text.count(")") for text in texts(said))
        assert all(t.count(r"\left(") == t.count(r"\right)") for t in texts(said))


@examples
def test_the_entry_is_named_where_there_are_several(name):
    run = gallery(name)
    for event in run.schedule.events:
        shape = event.value.shape if hasattr(event, "value") else ()
        assert explainer(run).explain(event.index).entry == (tuple(0 for _ in shape) if shape else None)


@pytest.mark.parametrize("entry", [(), (0,), (4, 0), (0, 2), (-1, 0), (0, 0, 0)])
def test_an_entry_that_the_array_does_not_have_is_refused(entry):
    run = gallery("linear-layer")
    assert run.schedule.events[0].value.shape == (4, 2)
    with pytest.raises(EntryError, match=r"has shape \(4, 2\)"):
        explainer(run).explain(0, entry)


def test_the_same_event_speaks_of_the_entry_asked_for():
    run = gallery("linear-layer")
    first, last = (explainer(run).explain(0, entry) for entry in ((0, 0), (3, 1)))
    assert (first.entry, last.entry) == ((0, 0), (3, 1))
    assert first.lines[-1].numbers != last.lines[-1].numbers
    assert first.lines[0].formula == last.lines[0].formula


def test_a_sum_of_many_products_keeps_its_first_terms_and_its_last():
    run = gallery("digits8")
    product = next(e for e in events(run, "forward") if run.graph.nodes[e.node].op == "matmul")
    numbers = explainer(run).explain(product.index).lines[-1].numbers
    x, weight = run.schedule.values[:2]
    assert r"+ \cdots +" in numbers
    assert numbers.endswith(rf"\num{{{x.offset + 63}}} \cdot \num{{{weight.offset + 63 * 16}}}")


def test_the_neurons_sigmoid_is_explained_both_ways():
    run = gallery("neuron")
    explain, sigmoid = explainer(run).explain, run.graph.find("a").id
    forward = next(e for e in events(run, "forward") if e.node == sigmoid)
    back = next(e for e in events(run, "contribution") if e.node == sigmoid)
    assert explain(forward.index).lines[0].formula == r"a = \sigma(z)"
    sent = r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \cdot (a \cdot (1 - a))"
    assert explain(back.index).lines[0].formula == sent
    assert explain(back.index).code == ("d_z = d_a * (a * (1 - a))",)
    assert [o.says for o in explain(back.index).operands] == ["input", "output", "upstream", "local", "sent back"]


def test_a_second_contribution_is_said_to_be_added():
    run = expression("x*x", x=3.0)
    _, second = events(run, "contribution")
    said = explainer(run).explain(second.index)
    assert "Added to what had arrived before" in said.sentence
    assert said.lines[-1].says == "added up"
