"""The time triangle: what the loss at one time step sends back to each one before it."""

import numpy as np
import pytest

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Run, kept_cells, triangles, truncated, truncation
from tests.engine.models import gallery_model, traced

LAYERS = {"rnn": "rnn1", "lstm": "lstm1", "gru": "gru1"}
EACH = pytest.mark.parametrize("name", LAYERS)


def run_of(layers, **more):
    spec = EXAMPLES["rnn"].spec
    return Run(
        to_model(
            SpecRequest.model_validate({**spec, "model": {**spec["model"], "layers": layers}, **more}), Settings()
        )[0]
    )


def norm(x):
    return float(np.linalg.norm(x))


@EACH
def test_a_loss_at_the_end_is_one_row_whose_sizes_are_those_of_the_whole_gradient(name):
    run = Run(gallery_model(name))
    trace = traced(run)
    (found,) = triangles(trace, run.graph)
    assert (found.layer, found.steps, found.rows) == (LAYERS[name], 6, (6,))
    for step in range(1, 7):
        node = run.graph.find(f"{found.layer}.{found.state}{step}")
        whole = trace.gradient(node.id, trace.backward_end)
        assert found.sizes[0][step - 1] == pytest.approx(norm(whole), rel=1e-12)
        assert found.totals[step - 1] == pytest.approx(norm(whole), rel=1e-12)


@pytest.mark.parametrize("kind", LAYERS)
def test_rows_of_a_layer_below_another_are_what_numpy_carries_back(kind):
    units = {"type": kind, "units": 3}
    run = run_of([{**units, "return_sequences": True}, units, {"type": "dense", "units": 2}])
    trace = traced(run)
    below, above = triangles(trace, run.graph)
    assert (below.rows, above.rows) == (tuple(range(1, 7)), (6,))
    for t, row in zip(below.rows, below.sizes, strict=True):
        assert [size is None for size in row] == [s > t for s in range(1, 7)]
    assert below.sizes[5][0] < sum(below.sizes[k][0] for k in range(6))
    assert all(total <= sum(row[s] or 0.0 for row in below.sizes) + 1e-12 for s, total in enumerate(below.totals))


def test_a_row_of_a_simple_network_is_the_product_of_its_jacobians():
    run = run_of(
        [
            {"type": "rnn", "units": 3, "return_sequences": True},
            {"type": "rnn", "units": 3},
            {"type": "dense", "units": 2},
        ]
    )
    trace = traced(run)
    (below, _), end = triangles(trace, run.graph), trace.backward_end
    h = {k: trace.value(run.graph.find(f"rnn1.h{k}").id, end) for k in range(1, 7)}
    weight, upper = (trace.value(run.graph.find(f"{n}").id, 0) for n in ("rnn1.weight_hh", "rnn2.weight_ih"))
    z = {k: trace.gradient(run.graph.find(f"rnn2.z{k}").id, end) for k in range(1, 7)}
    for t, row in zip(below.rows, below.sizes, strict=True):
        carried = z[t] @ upper
        for s in range(t, 0, -1):
            assert row[s - 1] == pytest.approx(norm(carried), rel=1e-10)
            carried = (carried * (1 - h[s] ** 2)) @ weight


@EACH
@pytest.mark.parametrize("every", [1, 2, 4])
def test_what_a_truncation_would_lose_is_what_it_loses(name, every):
    spec = {**EXAMPLES[name].spec, "backward": {"truncate": every}}
    cut = Run(to_model(SpecRequest.model_validate(spec), Settings())[0])
    whole = Run(gallery_model(name))
    assert truncated(traced(whole), whole.graph, every) == truncation(traced(cut), cut.model.uncut)


def test_a_truncation_longer_than_the_sequence_loses_nothing():
    run = Run(gallery_model("rnn"))
    found = truncated(traced(run), run.graph, 6)
    assert found.cuts == ()
    assert {leaf.share for leaf in found.leaves} == {0.0}


def test_a_model_that_is_cut_has_the_same_triangle_as_the_whole_one():
    spec = {**EXAMPLES["lstm"].spec, "backward": {"truncate": 2}}
    cut, whole = Run(to_model(SpecRequest.model_validate(spec), Settings())[0]), Run(gallery_model("lstm"))
    assert triangles(traced(cut), cut.model.uncut) == triangles(traced(whole), whole.graph)


def test_cells_are_kept_where_no_border_lies_between():
    assert kept_cells((2, 5), 5, 2) == ((True, True, None, None, None), (False, False, False, False, True))


def test_a_model_without_time_has_no_triangle():
    run = Run(gallery_model("digits8"))
    assert triangles(traced(run), run.graph) == ()
