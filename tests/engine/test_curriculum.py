"""The numbers the course states for its first nine systems."""

from math import cos, sin

import numpy as np
import pytest

from tests.engine.models import events, gallery, gradient, traced, value


def test_square_has_value_49_and_slopes_42_28_14():
    run = gallery("square")
    assert run.loss == 49
    assert [gradient(run, name) for name in "xwb"] == [42, 28, 14]
    assert [n.op for n in run.graph.nodes if n.op] == ["mul", "add", "square"]


def test_polynomial_adds_the_slopes_of_two_paths():
    run = gallery("polynomial")
    parts = [run.recording.view(e.value) for e in events(run, "contribution") if e.into == run.graph.find("x").id]
    assert run.loss == 18
    assert sorted(map(float, parts)) == [5, 12]
    assert gradient(run, "x") == 17


def test_reuse_has_two_edges_into_one_product():
    run = gallery("reuse")
    x = run.graph.find("x").id
    assert run.loss == 12
    assert gradient(run, "x") == 12
    assert sum(e.into == x for e in events(run, "contribution")) == 2


def test_chain_has_the_slope_of_its_formula():
    run = gallery("chain")
    assert gradient(run, "x") == pytest.approx(-0.6140038338, abs=5e-11)
    assert gradient(run, "x") == pytest.approx(2 * sin(1.69) * cos(1.69) * 2 * 1.3, rel=1e-14)


def test_neuron_begins_with_the_stated_loss_and_gradients():
    run = gallery("neuron")
    assert run.loss == pytest.approx(0.0627797, abs=5e-8)
    assert [gradient(run, name) for name in "wb"] == pytest.approx([-0.0810683] * 2, abs=5e-8)


def test_neuron_learns_as_a_loop_of_its_formulas_does():
    w, b, expected = 0.5, 0.1, []
    for _ in range(11):
        a = 1 / (1 + np.exp(-(w + b)))
        expected.append((a - 1) ** 2 / 2)
        slope = (a - 1) * a * (1 - a)
        w, b = w - 0.5 * slope, b - 0.5 * slope
    assert [gallery("neuron", step).loss for step in range(11)] == pytest.approx(expected, rel=1e-13)


def test_neuron_has_the_stated_numbers_before_and_after_ten_updates():
    losses = [gallery("neuron", step).loss for step in range(11)]
    assert [losses[0], losses[9], losses[10]] == pytest.approx([0.062780, 0.028731, 0.026875], abs=5e-7)
    after = gallery("neuron", 10)
    assert [value(after, "w"), value(after, "b")] == pytest.approx([0.7990, 0.3990], abs=5e-5)


def test_neuron_without_the_half_has_twice_the_gradients():
    with_half, without = gallery("neuron"), gallery("neuron-square")
    assert without.loss == pytest.approx(2 * with_half.loss, rel=1e-15)
    assert gradient(without, "w") == pytest.approx(2 * gradient(with_half, "w"), rel=1e-15)


def test_only_weight_and_bias_of_the_neuron_are_trained():
    run = gallery("neuron")
    assert [run.graph.nodes[e.param].label for e in events(run, "assign")] == ["w", "b"]


@pytest.mark.parametrize(("name", "first", "last"), [("spiral", (1.0, 1.6), 0.06), ("modular", (1.0, 1.6), 0.05)])
def test_a_spiral_is_learned_in_1001_steps(name, first, last):
    run = gallery(name)
    assert first[0] < run.loss < first[1]
    for _ in range(1000):
        run.advance()
    scores = run.recording.view(run.schedule.values[run.graph.loss.inputs[0]])
    hits = scores.argmax(axis=1) == value(run, "y").argmax(axis=1)
    assert run.loss < last
    assert hits.mean() >= 0.99


@pytest.mark.parametrize("name", ["spiral", "modular", "digits8"])
def test_scores_receive_probability_minus_target_over_the_batch(name):
    run = gallery(name)
    scores = run.graph.nodes[run.graph.loss.inputs[0]]
    z, y = value(run, scores.label), value(run, "y")
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    assert np.abs(gradient(run, scores.label) - (p - y) / len(z)).max() < 1e-16


def test_linear_layer_sends_back_the_products_of_its_formulas():
    run = gallery("linear-layer")
    x, w, g = (value(run, name) for name in ("x", "W", "g"))
    assert (gradient(run, "z") == g).all()
    assert np.allclose(gradient(run, "W"), x.T @ g, rtol=1e-15)
    assert np.allclose(gradient(run, "x"), g @ w.T, rtol=1e-15)
    assert np.allclose(gradient(run, "b"), g.sum(axis=0), rtol=1e-15)


def test_linear_layer_by_loops_gives_the_same_term_by_term():
    run = gallery("linear-layer")
    x, w, g = (value(run, name).tolist() for name in ("x", "W", "g"))
    samples, features, units = range(4), range(3), range(2)
    dw = [[sum(x[s][i] * g[s][k] for s in samples) for k in units] for i in features]
    dx = [[sum(g[s][k] * w[i][k] for k in units) for i in features] for s in samples]
    db = [sum(g[s][k] for s in samples) for k in units]
    for name, loops in (("W", dw), ("x", dx), ("b", db)):
        assert np.abs(gradient(run, name) - loops).max() < 1e-15


def test_fused_and_unfused_send_the_same_probability_minus_target():
    run = gallery("softmax-ce")
    expected = (value(run, "p") - value(run, "y")) / 2
    assert np.abs(gradient(run, "z1") - expected).max() < 1e-16
    assert np.abs(gradient(run, "z2") - expected).max() < 1e-16
    assert value(run, "two_steps") == pytest.approx(float(value(run, "one_step")), rel=1e-15)


def test_targets_and_constants_receive_nothing():
    run = gallery("softmax-ce")
    assert traced(run).gradient(run.graph.find("y").id, run.schedule.length) is None


def share(name, layer):
    """How long the gradient at a layer's first state is, over that at its last; None where nothing comes back."""
    run = gallery(name)
    ends = [traced(run).gradient(run.graph.find(f"{layer}.h{k}").id, run.schedule.length) for k in (1, 100)]
    return None if ends[0] is None else np.linalg.norm(ends[0]) / np.linalg.norm(ends[1])


def test_over_100_time_steps_an_lstm_hands_more_back_than_a_plain_recurrent_layer():
    assert share("rnn-full", "rnn2") < 1e-6
    assert share("lstm-full", "lstm2") > 1e-3


def test_cut_every_20_steps_only_the_last_20_of_100_contribute():
    assert share("truncated-full", "lstm2") is None
    for name, count in (("lstm-full", 100), ("truncated-full", 20)):
        run = gallery(name)
        weight = run.graph.find("lstm1.weight_hh").id
        assert sum(e.into == weight for e in events(run, "contribution")) == count
