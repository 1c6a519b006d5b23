"""Vectors for whole numbers, and sines that tell places apart."""

import numpy as np
import pytest

from engine import Data, NetworkModel, ShapeError, Spec, build, check, verify
from engine.layers.embedding import positions
from tests.engine.models import gradient, traced, value
from tests.engine.sequences import layer, network

WORDS = [[0, 2, 2], [1, 0, 2]]


def embedded(*more, words=WORDS, vocabulary=5):
    targets = np.zeros((*np.shape(words), 2))
    return network(layer("embedding", vocabulary=vocabulary, units=2), *more, x=words, targets=targets)


def test_each_number_is_given_its_row():
    run = embedded()
    weight = value(run, "embedding1.weight")
    assert weight.shape == (5, 2)
    assert (value(run, "embedding1.e") == weight[np.array(WORDS)]).all()


def test_a_row_learns_as_often_as_it_was_taken_and_others_not_at_all():
    run = embedded()
    weight = value(run, "embedding1.weight").copy()
    counts = np.array([2, 1, 3, 0, 0])[:, np.newaxis]
    # The loss is the sum of squares: each time a row is taken, twice the row comes back.
    assert np.allclose(gradient(run, "embedding1.weight"), 2 * counts * weight, rtol=1e-14)


def test_whole_numbers_get_no_gradient():
    run = embedded()
    assert not run.graph.find("x").wanted
    assert verify(traced(run)).passed
    assert check(traced(run)).passed


@pytest.mark.parametrize("wrong", [5, -1, 1.5])
def test_a_number_without_a_row_is_named_with_the_rows_there_are(wrong):
    with pytest.raises(ShapeError, match=f"embedding1: {wrong} stands in the input; the rows are 0 to 4"):
        embedded(words=[[0, wrong]])


def test_a_number_without_a_row_is_found_in_whichever_batch_it_comes():
    model = NetworkModel(layers=[layer("embedding", vocabulary=3, units=2)], loss="mse")
    data = Data(x=np.array([[0.0], [2.0], [3.0]]), targets=np.zeros((3, 1, 2)), samples=range(2), batch=1)
    with pytest.raises(ShapeError, match="embedding1: 3 stands in the input; the rows are 0 to 2"):
        build(Spec(model=model), data)


def test_an_embedding_comes_first():
    with pytest.raises(ShapeError, match="embedding1: an embedding takes the input itself"):
        network(layer("relu"), layer("embedding", vocabulary=3, units=2), x=[[1.0]])


def test_places_are_told_by_sines_and_cosines_of_falling_frequency():
    found = positions(50, 6)
    t = np.arange(50)
    for k in range(3):
        angle = t / 10_000 ** (2 * k / 6)
        assert np.allclose(found[:, 2 * k], np.sin(angle), atol=1e-15)
        assert np.allclose(found[:, 2 * k + 1], np.cos(angle), atol=1e-15)


def test_an_odd_number_of_features_ends_with_a_sine():
    assert (positions(4, 3)[0] == [0, 1, 0]).all()


def test_places_are_added_and_are_no_parameters():
    run = embedded(layer("positional_encoding"))
    encoded, plain = value(run, "positional_encoding1.e"), value(run, "embedding1.e")
    assert (encoded == plain + positions(3, 2)).all()
    assert [n.label for n in run.graph.parameters] == ["embedding1.weight"]
    assert run.graph.find("positional_encoding1.positions").role == "constant"


def test_an_input_that_is_no_sequence_has_no_places():
    with pytest.raises(ShapeError, match=r"positional_encoding1: places are told of .* shape \(2, 3\)"):
        network(layer("positional_encoding"), x=np.ones((2, 3)))
