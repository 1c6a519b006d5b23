"""First weights: their size, their shape, and that a seed decides them."""

import re
from math import sqrt

import numpy as np
import pytest
from scipy.stats import kstest, norm, uniform

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


# --- the whole distribution, for several sizes of layers ---

FORMULAS = {  # deviation or bound, from fan_in and fan_out, as the sources give them
    "he_normal": lambda n, m: norm(scale=sqrt(2 / n)),
    "he_uniform": lambda n, m: within(sqrt(6 / n)),
    "xavier_normal": lambda n, m: norm(scale=sqrt(2 / (n + m))),
    "xavier_uniform": lambda n, m: within(sqrt(6) / sqrt(n + m)),
    "lecun_normal": lambda n, m: norm(scale=n**-0.5),
    "lecun_uniform": lambda n, m: within(sqrt(3 / n)),
    "normal": lambda n, m: norm(scale=0.01),
    "uniform": lambda n, m: within(0.05),
    "too_large": lambda n, m: norm(scale=2.0),
}
EXACT = {"orthogonal", "constant", "zeros"}  # held to what they are, not to how they are spread


def within(bound):
    return uniform(loc=-bound, scale=2 * bound)


@pytest.mark.parametrize("fans", [(3, 2000), (2000, 3), (75, 80)])
@pytest.mark.parametrize("name", FORMULAS)
def test_first_weights_are_spread_as_the_formula_of_their_source_says(name, fans):
    found = kstest(drawn(name, *fans).reshape(-1), FORMULAS[name](*fans).cdf)
    assert found.pvalue > 1e-4


@pytest.mark.parametrize("name", FORMULAS)
def test_a_spread_off_by_a_twentieth_is_seen(name):
    found = kstest(1.05 * drawn(name, 100, 200).reshape(-1), FORMULAS[name](100, 200).cdf)
    assert found.pvalue < 1e-4


def test_every_initializer_is_held_to_a_formula():
    assert set(INITIALIZERS) == set(FORMULAS) | EXACT


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name.startswith(("he", "xavier", "lecun", "orth"))])
def test_an_initializer_names_its_paper_and_says_its_formula(name):
    row = INITIALIZERS[name]
    assert re.search(r"(19|20)\d\d", row.source)
    assert re.search(r"eq\.|section", row.source)
    assert "fan_in" in row.doc or name == "orthogonal"
