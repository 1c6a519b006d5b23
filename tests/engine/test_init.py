"""First weights: their size, their shape, and that a seed decides them."""

from math import sqrt

import numpy as np
import pytest

from engine import INITIALIZERS

FAN_IN, FAN_OUT = 200, 50
VARIANCE = {
    "he_normal": 2 / FAN_IN,
    "he_uniform": 2 / FAN_IN,
    "xavier_normal": 2 / (FAN_IN + FAN_OUT),
    "xavier_uniform": 2 / (FAN_IN + FAN_OUT),
    "lecun_normal": 1 / FAN_IN,
    "lecun_uniform": 1 / FAN_IN,
    "orthogonal": 1 / FAN_IN,  # 50 columns of length 1
    "normal": 0.01**2,
    "uniform": 0.05**2 / 3,
    "constant": 0.0,
    "zeros": 0.0,
    "too_large": 4.0,
}
MEAN = {"constant": 0.1}

every = pytest.mark.parametrize("name", INITIALIZERS)


def drawn(name, fan_in=FAN_IN, fan_out=FAN_OUT, seed=0, **more):
    return INITIALIZERS[name].draw(np.random.default_rng(seed), fan_in, fan_out, **more)


@every
def test_first_weights_have_the_stated_variance_and_mean(name):
    weights = drawn(name)
    assert weights.shape == (FAN_IN, FAN_OUT)
    assert weights.var() == pytest.approx(VARIANCE[name], rel=0.05, abs=1e-30)  # of 10,000 draws
    deviation = sqrt(VARIANCE[name] / weights.size)
    assert weights.mean() == pytest.approx(MEAN.get(name, 0.0), rel=1e-12, abs=4 * deviation)


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name.endswith("uniform")])
def test_uniform_first_weights_stay_inside_their_bound_and_come_near_it(name):
    largest, bound = np.abs(drawn(name)).max(), sqrt(3 * VARIANCE[name])
    assert 0.99 * bound < largest <= bound


@every
def test_one_seed_gives_the_same_first_weights(name):
    assert (drawn(name, 3, 2, seed=7) == drawn(name, 3, 2, seed=7)).all()


@every
def test_a_layer_may_ask_for_another_shape_and_keeps_the_size_of_the_fans(name):
    weights = drawn(name, 9 * 20, 9 * 40, shape=(40, 20, 3, 3))
    assert weights.shape == (40, 20, 3, 3)
    # Rows of length 1 in orthogonal weights: 40 of them in 180 columns.
    fans = {"he": 2 / 180, "xavier": 2 / 540, "lecun": 1 / 180, "orthogonal": 1 / 180}
    assert weights.var() == pytest.approx(fans.get(name.split("_")[0], VARIANCE[name]), rel=0.06, abs=1e-30)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (4, 2, 3, 3)])
def test_orthogonal_weights_have_orthonormal_rows_or_columns(shape):
    flat = drawn("orthogonal", 1, 1, shape=shape, gain=3.0).reshape(shape[0], -1) / 3.0
    product = flat @ flat.T if shape[0] < flat.shape[1] else flat.T @ flat
    assert np.abs(product - np.eye(len(product))).max() < 1e-14  # rounding of a few products


def test_orthogonal_weights_prefer_no_sign():
    traces = [np.trace(drawn("orthogonal", 2, 2, seed=seed)) for seed in range(400)]
    assert abs(np.mean(traces)) < 4 / sqrt(400)  # the trace of such a matrix has mean 0 and variance 1


@pytest.mark.parametrize(
    ("name", "settings", "deviation"),
    [
        ("normal", {"std": 0.5}, 0.5),
        ("uniform", {"bound": 3.0}, sqrt(3.0)),
        ("too_large", {"std": 10.0}, 10.0),
        ("constant", {"value": -2.0}, 0.0),
    ],
)
def test_a_setting_replaces_its_default(name, settings, deviation):
    assert drawn(name, **settings).std() == pytest.approx(deviation, rel=0.05, abs=1e-15)


def test_a_constant_is_the_number_given():
    assert (drawn("constant", 2, 3, value=-2.0) == -2.0).all()


def test_a_setting_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="normal has no setting 'bound'; it has std"):
        drawn("normal", bound=1.0)
