"""What training sees of a data set: samples, batches, rows held out; and what is refused, by name."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from app.data import SOURCES
from app.data.batches import resolve
from app.data.requests import DataRequest
from app.errors import SpecError, TooLargeError
from app.settings import Settings

READ = TypeAdapter(DataRequest)


def asked(spec, **limits):
    return resolve(READ.validate_python(spec), Settings(**limits), None)


def test_specs_from_before_mean_what_they_meant():
    data, dataset = asked({"name": "digits8", "sample": 17})
    assert (data.x[data.rows(0)] == dataset.x[[17]]).all()
    assert asked({"name": "digits8"})[0].chosen(0) == [0]
    data, dataset = asked({"name": "spiral", "points": 100, "classes": 3, "noise": 0.2, "seed": 42, "batch": 16})
    assert (data.size, data.steps, len(dataset.x)) == (16, 18, 300)
    data, _ = asked({"arrays": {"x": [[1, 2]], "y": [1]}})
    assert data.targets.tolist() == [[0, 1]]


@pytest.mark.parametrize("name", SOURCES)
def test_one_sample_by_number_of_any_data_set(name):
    data, dataset = asked({"name": name, "sample": 3, "batch": 2})
    assert (data.chosen(0), data.chosen(9), data.steps) == ([3], [3], 1)
    assert (data.x[data.rows(0)][0] == dataset.x[3]).all()


def test_rows_held_out_are_never_seen_in_training():
    spec = {"name": "iris", "split": 0.2, "batch": 16, "seed": 5}
    data, dataset = asked(spec)
    assert len(dataset.held) == 30
    seen = {k for iteration in range(3 * data.steps) for k in data.chosen(iteration)}
    assert seen.isdisjoint(dataset.held)
    assert seen | set(dataset.held) == set(range(150))
    assert asked(spec)[1].held == dataset.held != asked({**spec, "seed": 6})[1].held


@pytest.mark.parametrize(
    ("samples", "split", "held"), [(1, 0.9, 0), (2, 0.9, 1), (10, 0.0, 0), (10, 0.9, 9), (10, 0.01, 0)]
)
def test_training_keeps_a_row(samples, split, held):
    data, dataset = asked({"name": "curve", "samples": samples, "split": split})
    assert (len(dataset.held), len(data.samples)) == (held, samples - held)


def test_features_are_standardized_by_what_training_sees():
    data, dataset = asked({"name": "wine", "split": 0.3, "standardize": True})
    seen = data.x[data.rows(0)]
    assert np.abs(seen.mean(axis=0)).max() < 1e-12
    assert seen.std(axis=0) == pytest.approx(1.0)
    assert abs(dataset.x[list(dataset.held)].mean()) > 1e-6


def test_a_feature_that_never_changes_becomes_0():
    data, _ = asked({"name": "digits8", "batch": 32, "standardize": True})
    assert np.isfinite(data.x).all()
    assert (data.x[:, 0] == 0).all()  # the corner pixel is empty in every picture


def test_arrays_may_have_more_than_two_axes():
    data, _ = asked({"arrays": {"x": [[[1], [2]], [[3], [4]], [[5], [6]]], "y": [[[1], [2]], [[3], [4]], [[5], [6]]]}})
    assert (data.x.shape, data.targets.shape) == ((3, 2, 1), (3, 2, 1))


REFUSED = {
    "no such data set": ({"name": "mnist"}, "no data set 'mnist'"),
    "no name": ({"points": 3}, "name"),
    "no such option": ({"name": "moons", "classes": 3}, "moons has no option 'classes'; it has points, noise"),
    "no options at all": ({"name": "iris", "colour": 1}, "it has none"),
    "too many": ({"name": "spiral", "points": 1_025}, "from 1 to 1024"),
    "half a point": ({"name": "spiral", "points": 2.5}, "points must be of kind integer, got float"),
    "true for a number": ({"name": "spiral", "noise": True}, "noise must be of kind number"),
    "endless noise": ({"name": "spiral", "noise": float("inf")}, "noise is inf"),
    "noise that is none": ({"name": "spiral", "noise": float("nan")}, "noise is nan"),
    "text for a flag": ({"name": "digits8", "flat": "yes"}, "flat must be of kind boolean"),
    "no such function": ({"name": "curve", "function": "tan"}, "one of sine, cubic"),
    "long text": ({"name": "characters", "text": "x" * 1_001}, "text is 1001 characters long"),
    "everything held out": ({"name": "iris", "split": 1.0}, "less than or equal to 0.9"),
    "a batch of none": ({"name": "iris", "batch": 0}, "greater than or equal to 1"),
    "arrays of one axis": ({"arrays": {"x": [1, 2], "y": [1, 2]}}, "x must be (samples, …)"),
    "arrays that do not fit": ({"arrays": {"x": [[1], [2]], "y": [[1]]}}, "y must be (2,)"),
    "arrays without y": ({"arrays": {"x": [[1], [2]]}}, "y missing"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_data_that_cannot_be_is_refused_by_name(case):
    spec, said = REFUSED[case]
    with pytest.raises(ValidationError) as error:
        READ.validate_python(spec)
    assert said in str(error.value)


IMPOSSIBLE = {
    "a sample there is not": ({"name": "iris", "sample": 150}, SpecError, "0 to 149"),
    "a text that is too short": (
        {"name": "characters", "text": "abc", "length": 3},
        SpecError,
        "3 and its next need 4",
    ),
    "half a class": ({"arrays": {"x": [[1]], "y": [0.5]}}, SpecError, "whole"),
    "all points at once": ({"name": "spiral", "points": 1_000}, TooLargeError, "3000 samples in a batch"),
    "many classes for many samples": (
        {"arrays": {"x": [[0]] * 9_000, "y": [999] * 9_000}},
        TooLargeError,
        "9009000 numbers in a data set",
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_data_that_does_not_fit_is_refused_with_both_numbers(case):
    spec, kind, said = IMPOSSIBLE[case]
    with pytest.raises(kind, match=said):
        asked(spec)


def test_a_text_of_too_many_signs_is_refused():
    text = "".join(chr(0x100 + i) for i in range(65))
    with pytest.raises(SpecError, match="65 different characters; there may be 64"):
        asked({"name": "characters", "text": text})
