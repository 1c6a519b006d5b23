"""Who gets what at a tie, at the border and where nothing varies; what is refused."""

import numpy as np
import pytest

from engine import OPS, ShapeError


def pooled(x, **options):
    x = np.array(x, float)[None, None]
    y, taken = OPS["max_pool2d"].forward(x, **options)
    sent = OPS["max_pool2d"].vjps[0](np.ones(y.shape), y, taken, x, **options)
    return y[0, 0], taken[0, 0], sent[0, 0]


def test_among_equals_the_first_input_row_by_row_gets_the_gradient():
    y, taken, sent = pooled([[1, 3, 3], [3, 0, 3]], kernel=(2, 3), stride=1, padding=0)
    assert (y.item(), taken.item()) == (3, 1)
    assert sent.tolist() == [[0, 1, 0], [0, 0, 0]]


def test_padding_never_wins_a_maximum():
    y, taken, _ = pooled([[-1, -2], [-3, -4]], kernel=2, stride=2, padding=1)
    assert y.tolist() == [[-1, -2], [-3, -4]]
    assert taken.tolist() == [[0, 1], [2, 3]]


def test_an_infinite_gradient_goes_to_the_maximum_alone():
    x = np.arange(4.0).reshape(1, 1, 2, 2)
    options = {"kernel": 2, "stride": 2, "padding": 0}
    y, taken = OPS["max_pool2d"].forward(x, **options)
    assert OPS["max_pool2d"].vjps[0](np.full(y.shape, np.inf), y, taken, x, **options).tolist() == [
        [[[0, 0], [0, np.inf]]]
    ]


def test_what_is_not_a_number_comes_through_a_maximum():
    y, taken, _ = pooled([[0, np.nan], [2, 3]], kernel=2, stride=2, padding=0)
    assert np.isnan(y).all()
    assert taken.item() in range(4)


def test_padding_counts_as_zeros_in_an_average():
    y = OPS["avg_pool2d"].forward(np.full((1, 1, 2, 2), 4.0), kernel=2, stride=2, padding=1)
    assert (y == 1).all()


def test_a_channel_without_spread_becomes_beta():
    y = OPS["batch_norm"].forward(np.full((3, 1), 1e3), np.array([2.0]), np.array([0.5]), eps=1e-5)[0]
    assert (y == 0.5).all()


@pytest.mark.parametrize(
    ("name", "shapes", "options", "message"),
    [
        ("conv2d", [(1, 3, 5, 5), (2, 2, 3, 3)], {}, "axis channels is 3 in the input; the filters take 2"),
        ("conv2d", [(1, 4, 5, 5), (3, 2, 3, 3)], {"groups": 2}, "3 filters do not divide into 2 groups"),
        ("conv2d", [(1, 1, 5, 5), (2, 3, 3)], {}, "the filters have 3 axes"),
        ("conv2d", [(5, 5), (2, 1, 3, 3)], {}, r"the input has 2 axes \(5, 5\)"),
        ("conv2d", [(1, 1, 5, 5), (2, 1, 3, 3)], {"stride": 0}, "at least 1"),
        ("max_pool2d", [(1, 1, 5, 5)], {"padding": 2}, "height is padded by 2; a window of 2 allows 1"),
        ("batch_norm", [(4, 3), (2,), (3,)], {}, r"axis channels is 3 in the input; gamma has shape \(2,\)"),
        ("batch_norm_eval", [(4, 3), (3,), (3,), (3,), (1,)], {}, r"variance has shape \(1,\)"),
        ("layer_norm", [(4, 3), (4,), (4,)], {}, r"the input \(4, 3\) are normalised; gamma has shape \(4,\)"),
        ("layer_norm", [(4, 3), (3,), (1,)], {}, r"gamma has shape \(3,\) and beta \(1,\)"),
        ("add_channel", [(4, 3), (4,)], {}, r"axis channels is 3 in the input; the bias has shape \(4,\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(name, shapes, options, message):
    with pytest.raises(ShapeError, match=f"{name}: .*{message}"):
        OPS[name].shape(*shapes, **(dict(OPS[name].options) | options))


def test_the_first_input_is_taken_where_all_are_minus_infinity():
    _, taken, _ = pooled(np.full((3, 3), -np.inf), kernel=2, stride=2, padding=1)
    assert taken.tolist() == [[0, 1], [3, 4]]
