"""Pictures: grey or coloured values from 0 to 1, as rows of numbers or as (samples, channels, height, width)."""

from __future__ import annotations

import gzip
from functools import cache

import numpy as np

from app.data.dataset import Dataset, Floats, Labels
from app.data.source import DataOption, Source, noise, samples
from app.places import WEB

SHAPES = ("circle", "square", "triangle", "cross")
SIDE = 32


@cache
def _digits8() -> tuple[Floats, Labels]:
    from sklearn.datasets import load_digits  # here, because it takes a second

    bunch = load_digits()
    return np.asarray(bunch.images, np.float64)[:, None] / 16.0, np.asarray(bunch.target, np.int64)


@cache
def _digits28() -> tuple[Floats, Labels]:
    with gzip.open(WEB / "static" / "vendor" / "digits28.npy.gz") as file:
        rows = np.load(file)
    return rows[:, 1:].reshape(-1, 1, 28, 28) / 255.0, rows[:, 0].astype(np.int64)


def digits8(flat: bool) -> Dataset:
    """(1797, 64), or (1797, 1, 8, 8)."""
    return _digits(*_digits8(), flat)


def digits28(flat: bool) -> Dataset:
    """(6000, 784), or (6000, 1, 28, 28)."""
    return _digits(*_digits28(), flat)


def _digits(pixels: Floats, labels: Labels, flat: bool) -> Dataset:
    x = pixels.reshape(len(pixels), -1) if flat else pixels
    size = pixels.shape[2], pixels.shape[3]
    return Dataset(x=x, labels=labels, classes=tuple("0123456789"), picture=size, shared=True)


def shapes(samples: int, noise: float, flat: bool, seed: int) -> Dataset:
    """(samples, 3, 32, 32), or (samples, 3072): a shape of any colour, size and place on a darker ground."""
    rng = np.random.default_rng(seed)
    labels = np.arange(samples) % len(SHAPES)
    x = np.stack([_drawn(SHAPES[label], rng) for label in labels])
    x = np.clip(x + noise * rng.standard_normal(x.shape), 0.0, 1.0)
    return Dataset(x=x.reshape(samples, -1) if flat else x, labels=labels, classes=SHAPES, picture=(SIDE, SIDE))


def _drawn(shape: str, rng: np.random.Generator) -> Floats:
    size, ground = rng.uniform(5.0, 11.0), rng.uniform(0.0, 0.3, 3)
    ink = np.roll([1.0, rng.uniform(0.2, 1.0), rng.uniform(0.2, 0.5)], rng.integers(3))
    across, down = rng.uniform(size + 1.0, SIDE - size - 1.0, 2)
    inside = _inside(shape, np.arange(SIDE) + 0.5 - across, (np.arange(SIDE) + 0.5 - down)[:, None], size)
    return np.where(inside, ink[:, None, None], ground[:, None, None])


def _inside(shape: str, right: Floats, below: Floats, size: float) -> np.ndarray:
    """Which pixels a shape of about this radius covers, by their distances from its middle: (height, width)."""
    far = np.maximum(np.abs(right), np.abs(below))
    if shape == "circle":
        return right**2 + below**2 <= size**2
    if shape == "square":
        return far <= 0.8 * size
    if shape == "triangle":
        return (np.abs(below) <= 0.9 * size) & (2.0 * np.abs(right) <= below + 0.9 * size)
    return (far <= size) & (np.minimum(np.abs(right), np.abs(below)) <= size / 3.0)


def _flat(default: bool) -> DataOption:
    doc = "each picture as one row of numbers, else as (channels, height, width)"
    return DataOption(name="flat", kind="boolean", doc=doc, default=default)


ROWS = (
    Source(
        name="digits8", family="picture", load=digits8, generated=False, single=True, options=(_flat(True),),
        doc="1,797 handwritten digits, 8×8 grey values (Alpaydin & Kaynak 1998, from scikit-learn).",
    ),
    Source(
        name="digits28", family="picture", load=digits28, generated=False, single=True, options=(_flat(True),),
        doc="6,000 handwritten digits, 28×28 grey values (MNIST: LeCun, Cortes & Burges 1998).",
    ),
    Source(
        name="shapes", family="picture", load=shapes, single=True,
        doc="Circles, squares, triangles and crosses in colour, 32×32, drawn anew for each seed.",
        options=(samples(100, 400), noise(0.02, "standard deviation of what is added to each value"), _flat(False)),
    ),
)  # fmt: skip
