"""Points in the plane, in classes that a straight line cannot tell apart, and blobs, which it can."""

from __future__ import annotations

import numpy as np

from app.data.dataset import Dataset, classed
from app.data.source import DataOption, Source, integer, noise


def spiral(points: int, classes: int, noise: float, seed: int) -> Dataset:
    """`classes` arms of `points` points each, wound by 4 radians, angles blurred by `noise`."""
    rng = np.random.default_rng(seed)
    radius = np.tile(np.linspace(0.0, 1.0, points), classes)
    arm = np.repeat(np.arange(classes), points)
    angle = 4.0 * (arm + radius) + noise * rng.standard_normal(points * classes)
    return classed(np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), arm, classes)


def moons(points: int, noise: float, seed: int) -> Dataset:
    """Two half circles of radius 1 that reach into each other, `points` points each."""
    from sklearn.datasets import make_moons  # here, because it takes a second

    x, labels = make_moons((points, points), noise=noise, random_state=seed)
    return classed(x, labels, 2)


def circles(points: int, factor: float, noise: float, seed: int) -> Dataset:
    """A circle of radius 1 (class 0) around one of radius `factor` (class 1), `points` points each."""
    from sklearn.datasets import make_circles

    x, labels = make_circles((points, points), factor=factor, noise=noise, random_state=seed)
    return classed(x, labels, 2)


def blobs(points: int, classes: int, noise: float, seed: int) -> Dataset:
    """`classes` round clouds with centres drawn from −2…2 in both directions and standard deviation `noise`."""
    from sklearn.datasets import make_blobs

    counts = np.full(classes, points)
    centers = np.random.default_rng(seed).uniform(-2.0, 2.0, (classes, 2))
    x, labels = make_blobs(counts, centers=centers, cluster_std=noise, random_state=seed)
    return classed(x, labels, classes)


def xor(points: int, noise: float, seed: int) -> Dataset:
    """Four corners (±1, ±1), `points` points at each, blurred by `noise`: class 1 where the signs differ."""
    corners = np.tile([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]], (points, 1))
    blur = noise * np.random.default_rng(seed).standard_normal(corners.shape)
    return classed(corners + blur, corners[:, 0] != corners[:, 1], 2)


def _points(default: int, doc: str = "points of each class") -> DataOption:
    return integer("points", doc, default, 1, 1_024)


def _classes(default: int) -> DataOption:
    return integer("classes", "how many classes", default, 2, 10)


BLUR = "standard deviation of what is added to each coordinate"

ROWS = (
    Source(
        name="spiral", family="points", load=spiral, doc="Arms of a spiral in the plane, one class each.",
        options=(_points(100), _classes(3), noise(0.2, "standard deviation of the angles, in radians")),
    ),
    Source(
        name="moons", family="points", load=moons, doc="Two half moons in the plane that reach into each other.",
        options=(_points(100), noise(0.1, BLUR)),
    ),
    Source(
        name="circles", family="points", load=circles, doc="A circle inside another one.",
        options=(
            _points(100),
            DataOption(
                name="factor", kind="number", doc="radius of the inner circle; the outer one's is 1",
                default=0.5, low=0.0, high=0.99,
            ),
            noise(0.05, BLUR),
        ),
    ),
    Source(
        name="xor", family="points", load=xor, doc="Four corners of a square; opposite ones are of one class.",
        options=(_points(25, "points at each corner"), noise(0.2, BLUR)),
    ),
    Source(
        name="blobs", family="points", load=blobs, doc="Round clouds of points in the plane, one class each.",
        options=(_points(100), _classes(3), noise(0.4, BLUR)),
    ),
)  # fmt: skip
