"""The course's numbers on remedies, optimizers, regularisation, cost, conventions and frameworks."""

from copy import deepcopy

import numpy as np
import pytest

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Meter, Run, StoppedError, cost, diagnose
from tests.engine.models import gallery, gradient, traced, value
from tests.engine.test_curriculum_depth import pre_activations

# The first layer's gradient norm over the last one's: of linear layers drawn by Xavier and LeCun, width 10, both are
# the same; He's weights are larger by √2 a layer: √2¹⁹ = 724 times that.
RATIOS = {"relu": 5.24e-3, "leaky-relu": 5.73e-3, "elu": 8.30, "selu": 0.106, "batch-norm": 2.20, "residual": 0.273,
          "xavier": 4.54, "lecun": 4.54, "he": 4.54 * 2**9.5 * 0.847}  # fmt: skip


def test_the_product_of_twenty_slopes_of_a_sigmoid():
    run = gallery("vanishing-slopes")
    a, product = [0.5], 1.0
    for _ in range(20):
        a.append(1 / (1 + np.exp(-a[-1])))
        product *= a[-1] * (1 - a[-1])
    assert gradient(run, "x") == pytest.approx(product, rel=1e-12)
    assert gradient(run, "x") == pytest.approx(1.4e-13, rel=0.3)
    assert gradient(run, "a15") < 1.4e-3 < gradient(run, "a16")


@pytest.mark.parametrize(("name", "ratio"), RATIOS.items())
def test_a_remedy_keeps_the_gradient_in_size_through_twenty_layers(name, ratio):
    norms = pre_activations(gallery(f"remedies-{name}"))
    assert len(norms) == 20
    assert norms[0] / norms[-1] == pytest.approx(ratio, rel=0.2)


@pytest.mark.parametrize("name", [n for n in RATIOS if n != "he"])
def test_the_doctor_finds_the_treated_network_healthy(name):
    assert diagnose(traced(gallery(f"remedies-{name}"))).verdict == "healthy"


@pytest.mark.parametrize(("name", "largest"), [("clip-norm", 1.0), ("clip-value", 1.0)])
def test_clipping_bounds_what_the_update_gets_and_not_what_comes_back(name, largest):
    run = gallery(f"remedies-{name}")
    trace = traced(run)
    clipped = [run.recording.view(e.value).reshape(-1) for e in run.schedule.events if e.kind == "clip"]
    whole = np.concatenate(clipped)
    assert (np.linalg.norm(whole) if name == "clip-norm" else np.abs(whole).max()) == pytest.approx(largest, rel=1e-6)
    before = trace.gradient(run.graph.find("dense1.weight").id, trace.backward_end)
    assert np.linalg.norm(before) > 1e10


def test_sixteen_dead_units_are_counted_and_named_and_get_exactly_nothing():
    run = gallery("dying-relu-units")
    told = diagnose(traced(run))
    assert told.verdict == "dying"
    assert told.dead == tuple(f"relu1 unit {k}" for k in range(16))
    assert (gradient(run, "dense1.weight") == 0).all()
    treated = gallery("remedies-dying")
    assert (gradient(treated, "dense1.weight") != 0).any()
    assert diagnose(traced(treated)).verdict == "healthy"


def test_units_that_begin_alike_stay_one_unit_and_learn_less_than_units_that_do_not():
    for steps in (0, 1, 10, 300, 1000):
        run = gallery("symmetry", steps)
        told = diagnose(traced(run))
        assert (told.verdict, told.findings[0].layer) == ("symmetric", "dense1")
        for name in ("dense1.weight", "dense1.bias"):
            for array in (value(run, name), gradient(run, name)):
                assert (array == array[..., :1]).all()
    assert not value(gallery("symmetry"), "dense1.weight").any()
    assert run.loss == pytest.approx(0.4, abs=0.001)  # the best that one unit does: it draws one line
    spec = deepcopy(EXAMPLES["symmetry"].spec)
    for layer in spec["model"]["layers"][::2]:
        layer["initializer"] = "he_normal"
    broken = Run(to_model(SpecRequest.model_validate(spec), Settings())[0])
    for _ in range(1000):
        broken.advance()
    assert broken.loss < 0.05


def test_momentum_leaves_the_local_minimum_and_plain_descent_does_not():
    assert value(gallery("escape-sgd", 300), "x") == pytest.approx(-1, abs=1e-6)
    assert value(gallery("escape-momentum", 300), "x") == pytest.approx(2, abs=1e-6)


def test_the_saddle_is_flat_and_the_places_of_rest_are_minima():
    def slope(x):
        return (x + 1) * (x + 0.5) * (x - 0.5) ** 2 * (x - 2)

    run = gallery("escape-sgd")
    assert gradient(run, "x") == pytest.approx(slope(-1.6), rel=1e-9)
    assert slope(0.5) == 0
    assert slope(0.4) < 0 > slope(0.6)


@pytest.mark.parametrize("name", ["optimizers-nesterov", "optimizers-rmsprop", "optimizers-adagrad", "optimizers-adam",
                                  "optimizers-adamw", "optimizers"])  # fmt: skip
def test_every_optimizer_gets_further_down_the_valley_in_60_steps_than_plain_descent(name):
    assert gallery(name, 60).loss < gallery("optimizers-sgd", 60).loss / 20


def followed(name, steps):
    run, told = gallery(name), []
    meter = Meter(run)
    meter.every = 1
    try:
        for _ in range(steps):
            told.append(meter())
            run.advance()
    except StoppedError:
        return told, run.iteration
    return told, None


def test_learning_by_heart_lowers_the_loss_and_raises_that_of_what_is_held_out():
    told, _ = followed("overfitting", 600)
    best = min(p.test_loss for p in told)
    assert told[-1].loss < told[150].loss / 2
    assert told[-1].test_loss > 2 * best


@pytest.mark.parametrize("name", ["regularisation", "regularisation-l2"])
def test_dropout_and_l2_keep_the_test_loss_down(name):
    assert followed(name, 600)[0][-1].test_loss < 0.7 * followed("overfitting", 600)[0][-1].test_loss


def test_early_stopping_ends_30_steps_after_the_best_test_loss():
    told, ended = followed("regularisation-early-stopping", 600)
    best = min(range(len(told)), key=lambda k: told[k].test_loss)
    assert ended == best - 1 + 30  # the loss after a step is the next one's at its beginning
    assert told[-1].test_loss < 0.6 * followed("overfitting", 600)[0][-1].test_loss


def test_without_zero_grad_the_loss_rises_and_with_it_falls():
    spec = EXAMPLES["training-loop-uncleared"].spec
    cleared = {**spec, "optimizer": {**spec["optimizer"], "zero_grad": True}}
    means = []
    for run in (gallery("training-loop-uncleared"), Run(to_model(SpecRequest.model_validate(cleared), Settings())[0])):
        losses = []
        for _ in range(300):
            losses.append(run.loss)
            run.advance()
        means.append([np.mean(losses[:50]), np.mean(losses[-50:])])
    (first, last), (cleared_first, cleared_last) = means
    assert last > 1.5 * first
    assert cleared_last < 0.6 * cleared_first


def wide(units, batch=32):
    """2 → units → 3 on a batch of the spiral."""
    spec = EXAMPLES["modular"].spec
    layers = [{"type": "dense", "units": units}, {"type": "relu"}, {"type": "dense", "units": 3}]
    model = {**spec["model"], "layers": layers}
    run = Run(to_model(SpecRequest.model_validate({**spec, "model": model, "data": {**spec["data"], "batch": batch}}),
                       Settings())[0])  # fmt: skip
    return cost(run.graph, run.schedule), run


@pytest.mark.parametrize("name", ["spiral", "modular", "deep-digits"])
def test_the_backward_pass_costs_one_to_two_and_a_half_forward_passes(name):
    run = gallery(name)
    told = cost(run.graph, run.schedule)
    assert 1 < told.backward / told.forward < 2.5


def test_work_and_memory_grow_in_a_straight_line_with_the_width():
    told = [wide(n)[0] for n in (50, 100, 150)]
    for what in ("forward", "backward", "peak"):
        first, second, third = (getattr(c, what) for c in told)
        assert second - first == third - second > 0


def test_one_by_one_takes_the_same_operations_in_as_many_times_more_events():
    (batched, run), (single, alone) = wide(100, 32), wide(100, 1)
    assert batched.forward == pytest.approx(32 * single.forward, rel=0.01)
    assert run.schedule.length == alone.schedule.length  # so 32 samples one by one take 32 times as many
    assert batched.peak > 20 * single.peak


def test_dividing_at_the_parameters_is_dividing_at_the_loss():
    """Every gradient of the sum, over m, is that of the mean."""
    summed, mean = gallery("single-layer-start"), gallery("single-layer-start-mean")
    for name in ("W1", "b1", "W2", "b2"):
        assert gradient(summed, name) / 4 == pytest.approx(gradient(mean, name), rel=1e-13, abs=1e-17)
    assert np.abs(value(mean, "W1")).max() < 0.05
    assert mean.loss == pytest.approx(np.log(3), abs=1e-3)  # from nearly equal scores


@pytest.mark.parametrize(
    ("loss", "reduction", "factor"),
    [("mse", "sum", 1.0), ("mse", "mean", 1 / 12), ("mse", "batch", 1 / 4), ("half_mse", "sum", 0.5)],
)
def test_conventions_differ_by_a_factor_and_nothing_else(loss, reduction, factor):
    """Σ, Σ/N over 12 numbers, Σ/B over 4 samples, and ½Σ."""

    def spec(loss, reduction):
        layers = [{"type": "dense", "units": 3, "initializer": {"name": "normal", "std": 0.01}}]
        model = {"kind": "network", "layers": layers, "loss": {"name": loss, "reduction": reduction}}
        data = {"arrays": {"x": [[1, 2], [0, 1], [2, -1], [1, 1]], "y": np.eye(4)[:, :3].tolist()}}
        return SpecRequest.model_validate({"model": model, "data": data, "seed": 3})

    told, plain = (Run(to_model(spec(*how), Settings())[0]) for how in ((loss, reduction), ("mse", "sum")))
    assert told.loss == pytest.approx(factor * plain.loss, rel=1e-14)
    assert gradient(told, "dense1.weight") == pytest.approx(factor * gradient(plain, "dense1.weight"), rel=1e-13)


def test_a_detached_way_carries_nothing_and_the_other_one_goes_on():
    run = gallery("frameworks")
    h = np.tanh(0.7 * 1.5)
    assert gradient(run, "w") == pytest.approx(0.2 * (h - 0.3) * (1 - h * h) * 1.5, rel=1e-13)


def test_frozen_layers_stay_as_they_are_while_the_head_learns():
    before, after = gallery("frameworks-freeze"), gallery("frameworks-freeze", 20)
    for name in ("dense1.weight", "dense1.bias", "dense2.weight"):
        assert (value(before, name) == value(after, name)).all()
        assert traced(after).gradient(after.graph.find(name).id, after.schedule.length) is None
    assert (value(before, "dense3.weight") != value(after, "dense3.weight")).any()
    into = {after.graph.nodes[e.into].group[0] for e in after.schedule.events if e.kind == "contribution"}
    assert into == {"loss", "dense3"} or into == {"dense3"}
