"""Data sets: what each holds, and the same for the same seed."""

import subprocess
import sys

import numpy as np
import pytest

from app.bootstrap import ROOT
from app.data import SOURCES, load
from app.data.pictures import SHAPES, _inside
from app.settings import Settings


def made(name, seed=1, **options):
    return load(name, **SOURCES[name].complete(options, seed))


SHAPES_MADE = {
    "spiral": ({"points": 7}, (21, 2), (21, 3)),
    "moons": ({"points": 7}, (14, 2), (14, 2)),
    "circles": ({"points": 7}, (14, 2), (14, 2)),
    "xor": ({"points": 7}, (28, 2), (28, 2)),
    "blobs": ({"points": 7, "classes": 4}, (28, 2), (28, 4)),
    "curve": ({}, (20, 1), (20, 1)),
    "parity": ({"samples": 9, "length": 5}, (9, 5, 1), (9, 2)),
    "copy": ({"samples": 9, "length": 5, "symbols": 3, "delay": 2}, (9, 12, 5), (9, 12, 4)),
    "sine": ({"samples": 9, "length": 5}, (9, 5, 1), (9, 1)),
    "waves": ({"samples": 9, "length": 30}, (9, 30, 1), (9, 10)),
    "characters": ({"text": "abracadabra", "length": 4}, (7, 4, 5), (7, 5)),
    "digits8": ({}, (1797, 64), (1797, 10)),
    "digits28": ({"flat": False}, (6000, 1, 28, 28), (6000, 10)),
    "shapes": ({"samples": 8}, (8, 3, 32, 32), (8, 4)),
    "iris": ({}, (150, 4), (150, 3)),
    "wine": ({}, (178, 13), (178, 3)),
}


def test_the_table_of_shapes_names_every_data_set():
    assert SHAPES_MADE.keys() == SOURCES.keys()


@pytest.mark.parametrize("name", SHAPES_MADE)
def test_inputs_and_targets_have_the_shapes_they_should(name):
    options, x, targets = SHAPES_MADE[name]
    dataset = made(name, **options)
    assert (dataset.x.shape, dataset.targets().shape) == (x, targets)
    assert dataset.entries == dataset.x.size + dataset.targets().size


@pytest.mark.parametrize("name", SOURCES)
def test_numbers_are_finite_and_labels_are_classes(name):
    dataset = made(name)
    assert np.isfinite(dataset.x).all()
    assert np.isfinite(dataset.targets()).all()
    if dataset.labels is not None:
        assert set(np.unique(dataset.labels)) == set(range(len(dataset.classes)))
        assert (dataset.targets().argmax(axis=-1) == dataset.labels).all()
        assert len(set(dataset.classes)) == len(dataset.classes)


@pytest.mark.parametrize("name", SOURCES)
def test_the_same_seed_gives_the_same_arrays_and_another_one_others(name):
    first, again = made(name), made(name)
    load.cache_clear()
    anew, other = made(name), made(name, seed=2)
    assert first is again is not anew
    assert (first.x == anew.x).all()
    assert (first.targets() == anew.targets()).all()
    same = (first.x == other.x).all() and (first.targets() == other.targets()).all()
    assert same != SOURCES[name].generated


@pytest.mark.parametrize("name", SOURCES)
def test_nobody_can_change_a_data_set_that_others_share(name):
    with pytest.raises(ValueError, match="read-only"):
        made(name).x[0] = 0.0


@pytest.mark.parametrize("name", SOURCES)
def test_the_largest_a_data_set_can_be_is_allowed(name):
    options = {o.name: o.high for o in SOURCES[name].options if o.kind == "integer"}
    if name == "characters":
        options["text"] = "".join(chr(33 + i % 64) for i in range(1_000))
    dataset = SOURCES[name].load(**SOURCES[name].complete(options, 1))
    assert dataset.entries <= Settings().data_numbers


def test_nothing_waits_for_scikit_learn_until_a_data_set_needs_it():
    code = (
        "import sys; from app.main import create_app; from app.data import load; create_app();"
        "load('spiral', points=5, classes=2, noise=0.1, seed=1); load('digits28', flat=True);"
        "assert 'sklearn' not in sys.modules; load('iris'); assert 'sklearn' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# Each against what it says it is, by other means than those that made it.


def test_a_parity_is_that_of_its_bits():
    dataset = made("parity", length=9, modulo=3)
    assert [int(sum(bits)) % 3 for bits in dataset.x[:, :, 0].tolist()] == dataset.labels.tolist()


def test_a_copy_answers_with_the_symbols_it_was_shown():
    dataset = made("copy", length=4, symbols=3, delay=5)
    shown = dataset.x.argmax(axis=-1)
    assert (dataset.labels[:, 9:] == shown[:, :4]).all()
    assert (dataset.labels[:, :9] == 0).all()
    assert (shown[:, 8] == 4).all()  # the sign to begin, at the end of the pause
    assert (np.delete(shown[:, 4:], 4, axis=1) == 0).all()


def test_a_sine_goes_on_as_a_sine_does():
    dataset = made("sine", length=20)
    for wave in np.hstack([dataset.x[:, :, 0], dataset.values]):
        sums, middles = wave[:-2] + wave[2:], wave[1:-1]  # s(t−1) + s(t+1) = 2 cos ω · s(t)
        assert sums == pytest.approx(sums @ middles / (middles @ middles) * middles, abs=1e-12)


def test_a_wave_has_the_periods_of_its_class():
    dataset = made("waves")
    strongest = np.abs(np.fft.rfft(dataset.x[:, :, 0], axis=1)).argmax(axis=1)
    assert (strongest == dataset.labels + 1).all()
    assert dataset.classes[:2] == ("1 period", "2 periods")


def test_stretches_of_a_text_read_as_the_text_does():
    text = "abracadabra"
    dataset = made("characters", text=text, length=4)
    for start, (stretch, label) in enumerate(zip(dataset.x.argmax(axis=-1), dataset.labels, strict=True)):
        assert "".join(dataset.classes[k] for k in stretch) == text[start : start + 4]
        assert dataset.classes[label] == text[start + 4]
    assert (made("characters", text=text, length=4, one_hot=False).x == dataset.x.argmax(axis=-1)).all()


def test_a_circle_lies_inside_the_other():
    dataset = made("circles", factor=0.4, noise=0.0)
    radius = np.hypot(*dataset.x.T)
    assert radius == pytest.approx(np.where(dataset.labels == 1, 0.4, 1.0))


def test_opposite_corners_are_of_one_class():
    dataset = made("xor", noise=0.1)
    assert ((dataset.x[:, 0] * dataset.x[:, 1] < 0) == dataset.labels).all()


def test_moons_without_noise_are_half_circles():
    dataset = made("moons", noise=0.0)
    centre = np.where(dataset.labels[:, None] == 1, [1.0, 0.5], [0.0, 0.0])
    assert np.hypot(*(dataset.x - centre).T) == pytest.approx(1.0)


def test_a_blob_lies_around_one_centre():
    dataset = made("blobs", points=400, noise=0.1)
    for label in range(3):
        assert dataset.x[dataset.labels == label].std(axis=0) == pytest.approx([0.1, 0.1], rel=0.15)


@pytest.mark.parametrize(
    ("function", "at_half"), [("sine", 1), ("cubic", -1), ("absolute", 0), ("step", 1), ("line", 0.5)]
)
def test_a_curve_without_noise_is_its_function(function, at_half):
    dataset = made("curve", function=function, samples=5, noise=0.0)
    assert dataset.x.ravel().tolist() == [-1, -0.5, 0, 0.5, 1]
    assert dataset.values[3, 0] == pytest.approx(at_half)


def test_digits_can_be_read_by_the_picture_they_resemble_on_average():
    """Labels that did not belong to their pictures would be right in one of ten."""
    for name in ("digits8", "digits28"):
        dataset = made(name)
        x, labels = dataset.x, dataset.labels
        average = np.stack([x[:600][labels[:600] == k].mean(axis=0) for k in range(10)])
        nearest = ((average**2).sum(axis=1) - 2 * x[600:] @ average.T).argmin(axis=1)
        assert (nearest == labels[600:]).mean() > 0.75


def test_the_packed_digits_are_600_of_each_in_grey_values_from_0_to_1():
    dataset = made("digits28")
    assert np.bincount(dataset.labels).tolist() == [600] * 10
    assert (dataset.x.min(), dataset.x.max()) == (0.0, 1.0)
    assert (np.round(dataset.x * 255) == dataset.x * 255).all()


def test_flat_pictures_are_the_same_pictures():
    for name in ("digits8", "digits28", "shapes"):
        flat, deep = made(name, flat=True), made(name, flat=False)
        assert (flat.x == deep.x.reshape(len(deep.x), -1)).all()


AREAS = {"circle": np.pi, "square": 1.6**2, "triangle": 1.8 * 1.8 / 2, "cross": 2 * 4 / 3 - 4 / 9}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_covers_the_area_it_should(shape):
    grid = (np.arange(400) + 0.5) / 200 - 1.0
    assert 4 * _inside(shape, grid, grid[:, None], 1.0).mean() == pytest.approx(AREAS[shape], rel=0.01)


def test_a_shape_stands_whole_on_a_ground_it_differs_from():
    for picture in made("shapes", noise=0.0).x:
        colours = np.unique(picture.reshape(3, -1).T, axis=0)
        assert len(colours) == 2
        assert np.abs(colours[0] - colours[1]).max() > 0.5
        border = np.concatenate([picture[:, 0], picture[:, -1], picture[:, :, 0], picture[:, :, -1]], axis=1)
        assert len(np.unique(border.T, axis=0)) == 1
