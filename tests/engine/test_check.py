"""Whether a trace follows from its leaves, and its gradients from its loss."""

from dataclasses import replace

import numpy as np
import pytest

from engine import OPS, check
from engine.check import EPSILON
from engine.contract import Adjoint
from engine.trace import places
from tests.engine.models import NAMES, expression, gallery, gallery_model, traced, verified

FEW = 300  # recordings up to this size are tried number by number
SAMPLE = 40
ENDS = 100  # of the first and last numbers of all arrays

examples = pytest.mark.parametrize("name", NAMES)


def checked(run, seconds=0.4):
    return check(traced(run), seconds=seconds)


# --- verify ---


@examples
@pytest.mark.parametrize("steps", [0, 3])
def test_every_example_follows_from_its_leaves(name, steps):
    assert verified(gallery(name, steps)).passed


def writers(run):
    """For every number of the recording the first event that speaks of it, and whether an event computed it."""
    first = np.full(run.schedule.size, -1)
    given = {run.schedule.values[n.id] for n in run.graph.leaves}
    for event in run.schedule.events:
        refs = places(event).values()
        given |= set(refs) if event.kind == "batch" else {event.value} if event.kind == "stop" else set()
        for ref in set(refs) - given:
            part = first[ref.offset : ref.offset + ref.size]
            part[part < 0] = event.index
    return first


def chosen(run, first):
    """Numbers that an event computed: all of a small recording; of a large one ends of its arrays and others."""
    computed = np.flatnonzero((first >= 0) & np.isfinite(run.recording.buffer))  # nothing comes next after infinity
    if run.schedule.size <= FEW:
        return computed
    refs = [ref for event in run.schedule.events for ref in places(event).values()]
    ends = {
        k
        for ref in refs
        for k in (ref.offset, ref.offset + ref.size - 1)
        if first[k] >= 0 and not np.isnan(run.recording.buffer[k])
    }
    draw = np.random.default_rng(5)
    ends = draw.permutation(sorted(ends))[:ENDS].tolist()
    return sorted({*ends, *draw.choice(computed, SAMPLE).tolist()})


@examples
def test_one_changed_number_is_found_at_its_own_event(name):
    run = gallery(name)
    first, buffer = writers(run), run.recording.buffer
    for k in chosen(run, first):
        right = buffer[k]
        buffer[k] = np.nextafter(right, np.inf)
        found = verified(run)
        buffer[k] = right
        assert (found.passed, found.event) == (False, first[k])
        assert any(r.offset <= k < r.offset + r.size for r in [places(run.schedule.events[found.event])[found.field]])


@examples
def test_every_number_is_given_or_computed_by_an_event(name):
    run = gallery(name)
    first = writers(run)
    given = sum(run.schedule.values[n.id].size for n in run.graph.leaves)
    given += sum(ref.size for e in run.schedule.events if e.kind == "batch" for ref in places(e).values())
    given += sum(e.value.size for e in run.schedule.events if e.kind == "stop")  # samples held out are in no trace
    given += sum(ref.size for _, _, ref, _ in run.schedule.slots)
    assert np.count_nonzero(first < 0) == given


@pytest.mark.parametrize("source", ["log(x)", "log(x)*0 + x", "exp(1000*x) - exp(1000*x)", "(x + 1)/0"])
def test_numbers_that_are_not_finite_follow_too(source):
    run = expression(source, x=-1.0)
    assert verified(run).passed


def test_a_number_in_place_of_nan_is_found():
    run = expression("log(x)", x=-1.0)
    assert np.isnan(run.loss)
    run.recording.view(run.schedule.values[run.graph.loss.id])[...] = 0.0
    assert verified(run).event == 0


def test_the_field_and_the_kind_are_named():
    run = gallery("neuron")
    assign = run.schedule.events[-1]
    run.recording.view(assign.value)[...] += 1.0
    found = verified(run)
    assert (found.event, found.kind, found.field) == (assign.index, "assign", "value")
    assert f"event {assign.index}" in found.detail


# --- gradient check ---


def test_gradients_cut_short_are_not_the_slopes_and_the_check_says_so():
    assert not checked(gallery("truncated-bptt")).passed


@pytest.mark.parametrize("name", [name for name in NAMES if not gallery_model(name).backward.cut])
def test_gradients_of_every_example_are_slopes_of_its_loss(name):
    result = checked(gallery(name))
    assert result.passed, result
    assert [row.label for row in result.parameters] == [n.label for n in gallery_model(name).graph.leaves if n.wanted]


SMALL = [
    name for name in NAMES if sum(gallery_model(name).values[n.id].size for n in gallery_model(name).graph.leaves) < 100
]


@pytest.mark.parametrize("name", SMALL)
def test_every_entry_of_a_small_example_is_compared(name):
    assert checked(gallery(name), seconds=600).complete


def test_a_check_that_ran_out_of_time_says_so():
    result = checked(gallery("spiral"), seconds=0.0)
    assert not result.complete
    assert [row.checked for row in result.parameters] == [1] * 4


def test_a_check_leaves_the_trace_as_it_was():
    run = gallery("softmax-ce")
    before = run.recording.buffer.tobytes()
    checked(run)
    assert run.recording.buffer.tobytes() == before


def test_a_kink_is_named_and_is_no_error():
    result = checked(expression("sum(relu(x)*c)", roles={"c": "constant"}, x=[-1.0, 0.0, 2.0], c=[1.0, 2.0, 3.0]))
    assert result.passed
    assert result.parameters[0].kinks == (1,)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.17, 0.2, 0.23, 0.33, 0.4, 0.6, 0.9])
def test_a_kink_nearby_is_stepped_around(share):
    """Whatever share of the step away it lies: a kink at a fifth of it looks like a curve to one shorter step."""
    distance = share * EPSILON
    result = checked(expression("relu(x - d) + exp(x)", roles={"d": "constant"}, x=0.0, d=distance))
    assert result.passed
    assert result.parameters[0].kinks == ()


def test_what_rounding_explains_is_no_error():
    result = checked(expression("(x + big) - x", roles={"big": "constant"}, x=0.1, big=1000.0))
    assert result.passed


def test_all_leaves_get_their_share_of_the_time():
    rows = checked(gallery("spiral"), seconds=2.0).parameters
    assert all(row.checked > 1 for row in rows)


def test_a_curve_is_no_kink():
    result = checked(expression("sum((1000*x)**2)", x=[0.0, 1e-3, 5.0]))
    assert result.parameters[0].kinks == ()
    assert result.passed


WRONG = {
    "sigmoid": {"partials": (lambda y, x: y * (1 + y),)},
    "matmul": {"vjps": (Adjoint("ik,kj->ij", 0), OPS["matmul"].vjps[1])},
    "sum": {"vjps": (lambda g, y, x, **o: np.broadcast_to(2 * g, x.shape),)},
    "softmax": {"vjps": (lambda g, y, z: g * y,)},
}
SOURCES = {"sigmoid": "sum(sigmoid(x))", "matmul": "sum(x @ x)", "sum": "sum(x)", "softmax": "sum(softmax(x)*x)"}


@pytest.mark.parametrize("name", WRONG)
def test_a_planted_wrong_rule_fails_the_check(name, monkeypatch):
    monkeypatch.setitem(OPS, name, replace(OPS[name], **WRONG[name]))
    result = checked(expression(SOURCES[name], x=[[0.3, -0.7], [1.1, 0.4]]))
    assert not result.passed
    assert result.parameters[0].relative_error > 1e-4


def test_the_entry_with_the_largest_gradient_is_shown_three_ways():
    run = expression("L = sum(w**2)", w=[0.5, -3.0, 1.0])
    (row,) = checked(run).parameters
    assert (row.shown.index, row.shown.reverse, row.shown.forward) == ((1,), -6.0, -6.0)
    assert row.shown.difference == pytest.approx(-6.0, abs=1e-9)


def test_where_the_ways_do_not_agree_the_entry_furthest_apart_is_shown():
    run = expression("L = sum(w**2)", w=[0.5, -3.0, 1.0])
    event = next(e for e in run.schedule.events if e.kind == "contribution" and e.into == run.graph.find("w").id)
    run.recording.view(event.total)[2] = 2.5
    (row,) = checked(run).parameters
    assert (row.shown.index, row.shown.reverse, row.shown.forward) == ((2,), 2.5, 2.0)


@pytest.mark.parametrize("name", ["neuron", "reuse", "chain", "batch-norm", "gradient-check"])
def test_gradients_of_what_operations_made_are_slopes_too(name):
    run = gallery(name)
    found = check(traced(run), seconds=600, between=True)
    arrived = {n.id for n in run.graph.nodes if n.op and n.wanted and n.id != run.graph.loss.id}
    assert found.passed
    assert found.complete
    assert {row.node for row in found.between} == arrived


def test_a_wrong_gradient_between_leaves_is_found():
    run = expression("L = sum(sqrt(x*x*2)*3)", x=[0.3, -0.7])
    first = next(e for e in run.schedule.events if e.kind == "contribution" and run.graph.nodes[e.node].op == "sqrt")
    run.recording.view(first.total)[...] *= 1.001
    found = check(traced(run), between=True)
    wrong = [row.node for row in found.between if row.relative_error > 1e-6]
    assert not found.passed
    assert wrong == [first.into]


def test_what_is_not_asked_for_between_leaves_is_not_compared():
    assert checked(gallery("neuron")).between == ()


def test_without_time_the_leaves_are_compared_first():
    found = check(traced(gallery("rnn-full")), seconds=1e-6, between=True)
    assert found.parameters
    assert not found.between
    assert not found.complete


def test_the_number_that_does_not_follow_stands_beside_the_one_that_does():
    run = gallery("linear-layer")
    event = next(e for e in run.schedule.events if e.kind == "forward" and e.value.size > 1)
    view = run.recording.view(event.value)
    right = float(view.reshape(-1)[1])
    view.reshape(-1)[1] = 99.0
    found = verified(run)
    assert (found.event, found.stands, found.follows) == (event.index, 99.0, right)
    assert int(np.ravel_multi_index(found.index, event.value.shape)) == 1
    view.reshape(-1)[1] = np.nan
    assert np.isnan(verified(run).stands)


def test_a_planted_wrong_jvp_fails_the_check(monkeypatch):
    row = OPS["softmax"]
    monkeypatch.setitem(OPS, "softmax", replace(row, jvp=lambda dxs, y, z: 2 * row.jvp(dxs, y, z)))
    result = checked(expression("sum(softmax(x)*x)", x=[0.3, -0.7]))
    assert not result.passed
    assert result.parameters[0].relative_error < 1e-8 < result.parameters[0].forward_error
