"""A network as it answers: other inputs, nothing dropped out, and the samples held out."""

import numpy as np
import pytest

from engine import Data, LayerSpec, Meter, NetworkModel, OptimizerSpec, Run, ShapeError, Spec, build, evaluate
from tests.engine.models import expression, gallery

RNG = np.random.default_rng(5)
X = RNG.standard_normal((10, 3))
CLASSES = np.eye(2)[RNG.integers(0, 2, 10)]
DENSE = [("dense", {"units": 4}), ("tanh", {}), ("dense", {"units": 2})]


def run_of(layers, held=(), batch=None, y=CLASSES, loss="softmax_cross_entropy"):
    specs = [LayerSpec(type=type, name=f"l{k}", options=options) for k, (type, options) in enumerate(layers)]
    seen = [k for k in range(len(X)) if k not in held]
    data = Data(x=X, targets=y, samples=seen, batch=batch, held=held)
    optimizer = OptimizerSpec(name="sgd", learning_rate=0.5)
    return Run(build(Spec(model=NetworkModel(layers=specs, loss=loss), optimizer=optimizer), data))


def leaf(run, name):
    return run.recording.view(run.schedule.values[run.graph.find(name).id])


def by_hand(run, x):
    hidden = np.tanh(x @ leaf(run, "l0.weight") + leaf(run, "l0.bias"))
    return hidden @ leaf(run, "l2.weight") + leaf(run, "l2.bias")


def test_any_number_of_samples_is_answered_with_the_present_parameters():
    run = run_of(DENSE, batch=4)
    for rows in (1, 7):
        x = RNG.standard_normal((rows, 3))
        run.advance()
        assert evaluate(run, x) == pytest.approx(by_hand(run, x), rel=1e-13)


def test_nothing_is_dropped_out():
    run = run_of([DENSE[0], DENSE[1], ("dropout", {"p": 0.9}), DENSE[2]])
    hidden = np.tanh(X @ leaf(run, "l0.weight") + leaf(run, "l0.bias"))
    assert evaluate(run, X) == pytest.approx(hidden @ leaf(run, "l3.weight") + leaf(run, "l3.bias"), rel=1e-13)


@pytest.mark.parametrize("name", ["cnn", "rnn", "lstm", "gru", "digits8", "spiral"])
def test_every_kind_of_network_answers_the_inputs_it_trains_on_as_its_step_did(name):
    run = gallery(name, 2)
    x, output = leaf(run, "x"), run.recording.view(run.schedule.values[run.graph.loss.inputs[0]])
    assert evaluate(run, x) == pytest.approx(output, rel=1e-12, abs=1e-14)


def test_inputs_that_do_not_fit_are_named():
    with pytest.raises(
        ShapeError, match=r"inputs of shape \(2, 5\) do not fit: l0.weight would be \(5, 4\), is \(3, 4\)"
    ):
        evaluate(run_of(DENSE), np.ones((2, 5)))


def test_an_expression_answers_nothing_but_its_own_values():
    with pytest.raises(ValueError, match="only a network"):
        evaluate(expression("w*x", rate=0.1, w=1, x=2), np.ones((1, 1)))


def test_the_loss_of_samples_held_out_stands_beside_that_of_the_batch():
    held = [1, 4]
    run, seen = run_of(DENSE, held=held), np.setdiff1d(np.arange(10), held)
    meter = Meter(run)
    for iteration in range(3):
        told, z = meter(), by_hand(run, X)
        losses = -((z - np.log(np.exp(z).sum(axis=1, keepdims=True))) * CLASSES).sum(axis=1)
        right = z.argmax(axis=1) == CLASSES.argmax(axis=1)
        assert (told.iteration, told.accuracy, told.test_accuracy) == (
            iteration,
            right[seen].mean(),
            right[held].mean(),
        )
        assert [told.loss, told.test_loss] == pytest.approx([losses[seen].mean(), losses[held].mean()], rel=1e-12)
        run.advance()


def test_without_samples_held_out_there_is_no_test_loss():
    told = Meter(run_of(DENSE))()
    assert (told.test_loss, told.test_accuracy) == (None, None)


def test_where_numbers_are_predicted_no_answer_is_right_or_wrong():
    told = Meter(run_of(DENSE, held=[0], y=RNG.standard_normal((10, 2)), loss="mse"))()
    assert (told.accuracy, told.test_accuracy) == (None, None)
    assert told.test_loss > 0


def test_measuring_changes_nothing():
    run, plain = run_of(DENSE, held=[2]), run_of(DENSE, held=[2])
    meter = Meter(run)
    for _ in range(5):
        meter()
        run.advance()
        plain.advance()
    assert (run.recording.buffer == plain.recording.buffer).all()
