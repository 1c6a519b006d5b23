"""Mistakes made on purpose compute what they would compute in earnest, and the honest rules name where they begin."""

import numpy as np
import pytest

from engine import (
    FAULTS,
    Clip,
    Data,
    ExpressionModel,
    LayerSpec,
    NetworkModel,
    OptimizerSpec,
    Run,
    Spec,
    Trace,
    build,
    check,
    resume,
    state_of,
    verify,
    why_absent,
)

RNG = np.random.default_rng(4)
X, Y = RNG.normal(size=(6, 3)), np.eye(2)[[0, 1, 1, 0, 1, 0]]
LAYERS = (("dense", {"units": 8}), ("tanh", {}), ("dropout", {"p": 0.5}), ("dense", {"units": 2}))


def run_of(source, fault, optimizer=None, **values):
    optimizer = optimizer or OptimizerSpec(name="sgd", learning_rate=0.1)
    return Run(build(Spec(model=ExpressionModel(source=source, values=values), optimizer=optimizer, fault=fault)))


def network(fault, layers=LAYERS, x=X, optimizer="sgd", **more):
    made = tuple(LayerSpec(type=t, name=f"{t}{k}", options=o) for k, (t, o) in enumerate(layers))
    optimizer = OptimizerSpec(name=optimizer, learning_rate=0.1, **more)
    model = NetworkModel(layers=made, loss="softmax_cross_entropy")
    return Run(build(Spec(model=model, optimizer=optimizer, fault=fault), Data(x=x, targets=Y, samples=range(6))))


def trace_of(run):
    return Trace(run.graph, run.schedule, run.recording)


def weights(run, steps, name="w"):
    place, found = run.schedule.values[run.graph.find(name).id], []
    for _ in range(steps):
        found.append(float(run.recording.view(place)))
        run.advance()
    return found


def wrong(run):
    """The first event that does not follow."""
    said = verify(trace_of(run))
    assert not said.passed
    return run.schedule.events[said.event]


def by_hand(w, step, steps):
    found = []
    for _ in range(steps):
        found.append(w)
        w = step(w)
    return found


def test_with_equals_for_plus_equals_only_the_last_contribution_stays():
    run = run_of("L = w*w", "overwrite", w=3.0)
    assert weights(run, 5) == by_hand(3.0, lambda w: w - 0.1 * w, 5)
    event = wrong(run)
    assert (event.kind, event.slot) == ("contribution", 1)
    assert float(run.recording.view(event.total)) == float(run.recording.view(event.value))


def test_a_weight_shared_over_time_keeps_the_gradient_of_one_time_step():
    x = RNG.normal(size=(6, 4, 3))
    run = network("overwrite", (("rnn", {"units": 5, "returns": "last"}), ("dense", {"units": 2})), x)
    shared = run.graph.find("rnn0.weight_hh").id
    sent = [e for e in run.schedule.events if e.kind == "contribution" and e.into == shared]
    assert len(sent) > 1
    last = run.recording.view(sent[-1].value)
    assert np.array_equal(trace_of(run).gradient(shared, trace_of(run).backward_end), last)
    assert np.any(run.recording.view(sent[0].value))
    assert wrong(run).kind == "contribution"


def test_gradients_that_nobody_clears_add_up_and_are_wrong_from_the_second_step_on():
    run = run_of("L = w*w", "no_zero_grad", w=3.0)
    assert verify(trace_of(run)).passed
    kept, found = 0.0, []
    w = 3.0
    for _ in range(5):
        found.append(w)
        kept += 2 * w
        w -= 0.1 * kept
    assert weights(run, 5) == found
    assert (wrong(run).kind, wrong(run).target) == ("assign", "kept")


def test_a_forgotten_slope_leaves_the_gradient_as_it_was():
    run = run_of("L = 0.5*(sigmoid(w*x) - y)**2", "no_slope", w=2.0, x=1.5, y=1.0)
    sigmoid = 1 / (1 + np.exp(-3.0))
    gradient = float(trace_of(run).gradient(run.graph.find("w").id, run.schedule.length))
    assert gradient == pytest.approx((sigmoid - 1.0) * 1.5, rel=1e-14)
    event = wrong(run)
    assert run.graph.nodes[event.node].op == "sigmoid"
    assert not check(trace_of(run)).passed


def test_plus_for_minus_climbs():
    assert weights(run_of("L = w*w", "uphill", w=1.0), 4) == by_hand(1.0, lambda w: w + 0.1 * (2 * w), 4)


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adagrad", "adam", "adamw"])
def test_every_optimizer_climbs_by_the_step_it_would_have_gone_down(optimizer):
    up, down = network("uphill", optimizer=optimizer), network(None, optimizer=optimizer)
    event = next(e for e in up.schedule.events if e.kind == "assign" and e.target == "parameter")
    before = up.recording.view(up.schedule.values[event.param])
    climbed, fallen = (run.recording.view(event.value) - before for run in (up, down))
    if optimizer != "adamw":  # which shrinks the weights as well
        assert climbed == pytest.approx(-fallen, rel=1e-9)
    assert wrong(up) == event
    assert up.loss == down.loss
    for _ in range(20):
        up.advance()
        down.advance()
    assert up.loss > down.loss


def test_a_fresh_mask_lets_other_units_learn_than_those_that_answered():
    run, masks = network("fresh_mask"), []
    event = wrong(run)
    mask = run.graph.nodes[event.node].inputs[1]
    assert run.graph.nodes[mask].label == "dropout2.mask"
    for _ in range(3):
        kept = run.recording.view(run.schedule.values[mask]).copy()
        sent, upstream = run.recording.view(event.value), run.recording.view(event.upstream)
        other = sent / upstream
        assert sorted(other.ravel()) == sorted(kept.ravel())
        assert not np.array_equal(other, kept)
        masks.append(other.tobytes())
        run.advance()
    assert len(set(masks)) == 3


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_any_step_with_a_fault_is_made_again_to_the_last_bit(fault, dtype):
    layers = (LayerSpec(type="dense", name="d", options={"units": 4}), LayerSpec(type="tanh", name="t"),
              LayerSpec(type="dropout", name="o", options={"p": 0.5}),
              LayerSpec(type="residual", name="r", options={"units": 3, "activation": "tanh"}),
              LayerSpec(type="dense", name="e", options={"units": 2}))  # fmt: skip
    model = NetworkModel(layers=layers, loss="softmax_cross_entropy")
    spec = Spec(model=model, optimizer=OptimizerSpec(name="adam", learning_rate=0.1), fault=fault, dtype=dtype, seed=2)
    run, again = (Run(build(spec, Data(x=X, targets=Y, samples=range(6), batch=4))) for _ in range(2))
    honest = Run(build(Spec(model=model, optimizer=spec.optimizer, dtype=dtype, seed=2),
                       Data(x=X, targets=Y, samples=range(6), batch=4)))  # fmt: skip
    for _ in range(3):
        run.advance()
        honest.advance()
    state = state_of(run)
    run.advance()
    resume(again, 3, state)
    again.advance()
    assert run.recording.buffer.tobytes() == again.recording.buffer.tobytes()
    assert run.loss != honest.loss
    event = wrong(run)
    assert FAULTS[fault].touches(run.graph, event)
    assert verify(trace_of(honest)).passed


@pytest.mark.parametrize(
    ("fault", "source", "said"),
    [
        ("overwrite", "L = w*x", "no node here is sent two contributions"),
        ("no_slope", "L = w*x", "there is no activation here"),
        ("fresh_mask", "L = w*w", "there is no dropout here"),
        ("plus", "L = w*w", "there is no fault 'plus'; there are overwrite, no_zero_grad, no_slope, uphill, fresh_m"),
    ],
)
def test_a_model_that_cannot_go_wrong_so_says_why(fault, source, said):
    with pytest.raises(ValueError, match=said):
        run_of(source, fault, w=1.0, **({"x": 2.0} if "x" in source else {}))


def test_what_does_not_go_together_with_a_fault_is_named():
    uncleared = OptimizerSpec(name="sgd", learning_rate=0.1, zero_grad=False)
    with pytest.raises(ValueError, match="nothing clears the gradients of this model anyway"):
        run_of("L = w*w", "no_zero_grad", uncleared, w=1.0)
    with pytest.raises(ValueError, match="gradients that are not cleared cannot be clipped"):
        run_of("L = w*w", "no_zero_grad", OptimizerSpec(name="sgd", learning_rate=0.1, clip=Clip(norm=1.0)), w=1.0)
    model = ExpressionModel(source="L = w*w", values={"w": 1.0})
    with pytest.raises(ValueError, match="only reverse mode can be broken; the mode is forward"):
        build(Spec(model=model, mode="forward", fault="overwrite"))
    for fault, said in (("uphill", "there is no update"), ("no_zero_grad", "no gradients of a step before")):
        with pytest.raises(ValueError, match=said):
            Run(build(Spec(model=model, fault=fault)))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_model_that_cannot_go_wrong_so_says_why_and_one_that_can_is_built(fault):
    able = network(None)
    shared = network(
        None, (("rnn", {"units": 5, "returns": "last"}), ("dense", {"units": 2})), RNG.normal(size=(6, 4, 3))
    )
    able = shared if fault == "overwrite" else able
    optimizer = OptimizerSpec(name="sgd", learning_rate=0.1)
    assert why_absent(FAULTS[fault], able.graph, optimizer, able.schedule.backward) is None
    plain = run_of("L = (w*x - y)**2", None, w=0.5, x=1.0, y=2.0)
    absent = why_absent(FAULTS[fault], plain.graph, None, plain.schedule.backward)
    assert absent == FAULTS[fault].absent


def test_where_gradients_are_not_cleared_anyway_that_is_said():
    run = run_of("L = w*w", None, w=3.0)
    optimizer = OptimizerSpec(name="sgd", learning_rate=0.1, zero_grad=False)
    absent = why_absent(FAULTS["no_zero_grad"], run.graph, optimizer, run.schedule.backward)
    assert absent == "nothing clears the gradients of this model anyway"
