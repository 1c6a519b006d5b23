"""The loss as a function of all parameters, and directions through them."""

from dataclasses import replace

import numpy as np
import pytest

from engine import (
    Data,
    Landscape,
    LayerSpec,
    NetworkModel,
    OptimizerSpec,
    Run,
    Spec,
    Trace,
    build,
    orthonormal,
    point,
    principal,
)

DATA = Data(
    x=np.random.default_rng(5).normal(size=(12, 3)), targets=np.eye(2)[np.arange(12) % 2], samples=range(12), batch=4
)
LAYERS = (
    LayerSpec(type="dense", name="hidden", options={"units": 4}),
    LayerSpec(type="tanh", name="squash"),
    LayerSpec(type="dropout", name="drop", options={"rate": 0.5}),
    LayerSpec(type="dense", name="head", options={"units": 2}),
)
MODEL = NetworkModel(layers=LAYERS, loss="softmax_cross_entropy")
SPEC = Spec(model=MODEL, optimizer=OptimizerSpec(name="adam", learning_rate=0.1), seed=4)


def run_of(spec=SPEC, iterations=3):
    run = Run(build(spec, DATA))
    for _ in range(iterations):
        run.advance()
    return run


def trace_of(run):
    return Trace(run.graph, run.schedule, run.recording)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_loss_where_the_step_begins_is_the_recorded_one_bit_for_bit(dtype):
    run = run_of(replace(SPEC, dtype=dtype))
    before = run.recording.buffer.tobytes()
    land = Landscape(trace_of(run))
    assert land.loss(land.here) == run.loss
    assert land.loss(land.here + 1.0) != run.loss
    assert land.loss(land.here) == run.loss
    assert run.recording.buffer.tobytes() == before
    assert land.evaluations == 3


def test_the_loss_elsewhere_is_that_of_a_run_which_begins_there():
    plain = replace(SPEC, model=replace(MODEL, layers=(LAYERS[0], LAYERS[1], LAYERS[3])))
    run = run_of(plain, 0)
    land = Landscape(trace_of(run))
    there = land.here + np.random.default_rng(1).normal(size=land.here.size)
    names = [n.label for n in run.graph.parameters]
    parts = np.split(there, np.cumsum([v.size for v in map(run.model.values.get, ids(run))])[:-1])
    moved = {n: p.reshape(run.model.values[i].shape) for n, p, i in zip(names, parts, ids(run), strict=True)}
    other = run_of(replace(plain, model=replace(plain.model, parameters=moved)), 0)
    assert land.loss(there) == other.loss
    assert (point(trace_of(other)) == there).all()


def ids(run):
    return [n.id for n in run.graph.parameters]


def test_along_the_gradient_the_loss_rises_by_its_length():
    land = Landscape(trace_of(run_of()))
    gradient = land.gradient()
    length = np.linalg.norm(gradient)
    step = 1e-6 * gradient / length
    slope = (land.loss(land.here + step) - land.loss(land.here - step)) / 2e-6
    assert slope == pytest.approx(length, rel=1e-6)


def test_the_update_leads_to_where_the_next_step_begins():
    run = run_of()
    land = Landscape(trace_of(run))
    run.advance()
    assert land.here + land.update() == pytest.approx(point(trace_of(run)), rel=1e-15)


def test_what_does_not_learn_is_in_no_drawn_direction():
    run = run_of(replace(SPEC, frozen=("hidden",)))
    land = Landscape(trace_of(run))
    assert land.learning == 4 * 2 + 2
    assert not land.random(1)[: 3 * 4 + 4].any()
    assert not land.gradient()[: 3 * 4 + 4].any()


def test_a_drawn_direction_is_as_long_within_each_parameter_as_the_parameter_is():
    run = run_of()
    land, place = Landscape(trace_of(run)), 0
    drawn = land.random(7)
    assert (drawn == land.random(7)).all()
    assert (drawn != land.random(8)).any()
    for n in run.graph.parameters:
        size = int(np.prod(n.shape))
        here, there = land.here[place : place + size], drawn[place : place + size]
        assert np.linalg.norm(there) == pytest.approx(np.linalg.norm(here), rel=1e-14)
        place += size


def test_an_entry_is_a_direction_of_one_number():
    run = run_of()
    land = Landscape(trace_of(run))
    found = land.entry(run.graph.find("head.weight"), (2, 1))
    assert np.flatnonzero(found).tolist() == [3 * 4 + 4 + 2 * 2 + 1]
    assert found.sum() == 1


def test_no_plane_lies_closer_to_a_path_than_the_two_directions_found():
    rng = np.random.default_rng(2)
    here = rng.normal(size=9)
    path = here + np.cumsum(rng.normal(size=(20, 9)), axis=0) * np.array([5, 3, 1, 1, 1, 1, 1, 1, 1])
    found = np.stack(principal(path, here))
    assert found @ found.T == pytest.approx(np.eye(2), abs=1e-12)
    away = path - here
    inside = np.sum((away @ found.T) ** 2)
    others = (np.linalg.qr(found.T + 0.1 * rng.normal(size=(9, 2)))[0] for _ in range(50))
    assert all(np.sum((away @ q) ** 2) < inside for q in others)
    singular = np.linalg.svd(away, compute_uv=False)
    assert inside == pytest.approx(np.sum(singular[:2] ** 2), rel=1e-10)


@pytest.mark.parametrize(("points", "directions"), [([0.0], 0), ([0.0, 1.0], 1), ([0.0, 1.0, 3.0], 1)])
def test_a_path_has_as_many_directions_as_it_goes_in(points, directions):
    path = np.outer(points, [1.0, 2.0, 2.0])
    found = principal(path, path[-1])
    assert len(found) == directions
    assert all(direction == pytest.approx([1 / 3, 2 / 3, 2 / 3]) for direction in found)  # onwards, not back


def test_two_directions_are_made_perpendicular_and_the_first_keeps_its_own():
    across, up, left = orthonormal(np.array([3.0, 4.0, 0.0]), np.array([2.0, 0.0, 0.0]))
    assert across.tolist() == [0.6, 0.8, 0.0]
    assert up == pytest.approx([0.8, -0.6, 0.0], abs=1e-15)
    assert left == pytest.approx(0.8)
    assert abs(across @ up) < 1e-16


@pytest.mark.parametrize(
    ("x", "y", "why"),
    [([1.0, 2.0], [2.0, 4.0], "parallel"), ([0.0, 0.0], [1.0, 0.0], "length 0"), ([1.0, 0.0], [np.inf, 0.0], "inf")],
)
def test_directions_that_make_no_plane_are_refused(x, y, why):
    with pytest.raises(ValueError, match=why):
        orthonormal(np.array(x), np.array(y))
