"""Every way to the gradients finds the same numbers, and each of its events follows."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from engine import Run, verify
from engine.ops import OPS
from engine.trace import places
from tests.engine.models import WAYS, events, gallery, gallery_model, traced
from tests.engine.sequences import UNITS, layer, network, twin
from tests.engine.ways import CENTRAL, FORWARD, ONE_SIDED, RTRL, SMALL, another, distance, gradients

small = pytest.mark.parametrize("name", SMALL)
examples = pytest.mark.parametrize("name", WAYS)
RECURRENT = ("rnn", "lstm", "gru")

# --- the same gradients ---


@small
def test_forward_mode_gives_the_gradients_of_reverse_mode(name):
    model = gallery_model(name)
    assert distance(gradients(another(model, FORWARD)), gradients(Run(model))) < 1e-14


@small
@pytest.mark.parametrize(("how", "most"), [(CENTRAL, 1e-8), (ONE_SIDED, 1e-5)])
def test_differences_come_near_the_gradients(name, how, most):
    model = gallery_model(name)
    assert 0 < distance(gradients(another(model, how)), gradients(Run(model))) < most


@pytest.mark.parametrize("type", RECURRENT)
def test_real_time_recurrent_learning_equals_full_backpropagation_through_time(type):
    model = twin(type).model
    assert distance(gradients(another(model, RTRL)), gradients(Run(model))) < 1e-14


@pytest.mark.parametrize("type", RECURRENT)
def test_it_does_so_through_stacked_layers_and_layers_between_and_with_a_loss_at_every_time_step(type):
    stacked = network(layer(type, 1, units=4, return_sequences=True), layer(type, 2, units=UNITS))
    between = network(layer(type, 1, units=4, return_sequences=True), layer("relu"), layer("gru", 2, units=UNITS))
    always = network(layer(type, units=UNITS, return_sequences=True), targets=np.ones((2, 6, UNITS)))
    for run in (stacked, between, always):
        assert distance(gradients(another(run.model, RTRL)), gradients(run)) < 1e-13


@pytest.mark.parametrize("how", [FORWARD, CENTRAL, ONE_SIDED, RTRL], ids=lambda how: how.mode + how.sides)
def test_the_optimizer_goes_on_with_what_any_way_has_found(how):
    plain, other = Run(gallery_model("rnn")), another(gallery_model("rnn"), how)
    for _ in range(5):
        plain.advance()
        other.advance()
        assert verify(traced(other)).passed
    assert other.loss == pytest.approx(plain.loss, rel=1e-4 if how is ONE_SIDED else 1e-8)
    assert other.iteration == 5


def test_gradients_that_are_clipped_may_come_any_way():
    model = twin("rnn").model
    clipped = replace(model, optimizer=replace(model.optimizer, clip=gallery_model("training-loop").optimizer.clip))
    plain, other = Run(clipped), another(clipped, FORWARD)
    plain.advance(), other.advance()
    assert other.loss == pytest.approx(plain.loss, rel=1e-12)


# --- what an event says ---


def test_a_pass_asks_for_one_direction_and_delivers_one_entry():
    run = another(gallery_model("gradient-check"), FORWARD)
    tangents, slopes = events(run, "tangent"), events(run, "slope")
    leaves = [n for n in run.graph.leaves if n.wanted]
    assert len(slopes) == sum(int(np.prod(n.shape)) for n in leaves)
    assert [e.direction for e in slopes] == list(range(len(slopes)))
    assert {e.direction for e in tangents} == set(range(len(slopes)))
    for slope in slopes:
        first, *_, last = [e for e in tangents if e.direction == slope.direction]
        seed = run.recording.view(first.value)
        assert (first.node, first.leaf, seed[first.entry], seed.sum()) == (slope.into, slope.into, 1, 1)
        assert (last.node, last.value) == (run.graph.loss.id, slope.value)


def test_a_gradient_is_there_once_its_last_entry_is():
    for how in (FORWARD, CENTRAL):
        run = another(gallery_model("gradient-check"), how)
        trace, weight = traced(run), run.graph.find("dense1.weight")
        (whole,) = [e for e in run.schedule.events if getattr(e, "into", None) == weight.id and e.total is not None]
        assert trace.gradient(weight.id, whole.index) is None
        assert trace.gradient(weight.id, whole.index + 1).shape == weight.shape


def test_a_probe_is_the_loss_of_the_model_with_one_number_moved():
    model = gallery_model("gradient-check")
    run = another(model, CENTRAL)
    for probe in events(run, "probe")[::7]:
        values = {id: np.array(x) for id, x in model.values.items()}
        values[probe.node][probe.entry] += probe.shift
        assert Run(replace(model, values=values)).loss == float(run.recording.view(probe.value))


@pytest.mark.parametrize("epsilon", [1e-3, 1e-6])
def test_the_step_of_a_difference_is_what_was_asked_for(epsilon):
    run = another(gallery_model("neuron"), replace(CENTRAL, epsilon=epsilon))
    assert {abs(e.shift) for e in events(run, "probe")} == {epsilon}
    assert {e.step for e in events(run, "quotient")} == {2 * epsilon}


def test_an_influence_is_how_the_state_answers():
    """Against forward mode, which moves one entry of a weight and looks at the state."""
    model = twin("gru").model
    carried, run = another(model, RTRL), another(model, FORWARD)
    last = {(e.node, e.param): e.total for e in events(carried, "influence")}
    compared = 0
    for e in events(run, "tangent"):
        if (e.node, e.leaf) in last:
            influence = carried.recording.view(last[e.node, e.leaf])
            there = influence[(..., *e.entry)]
            assert np.abs(there - run.recording.view(e.value)).max() < 1e-14
            compared += 1
    assert compared == sum(np.prod(run.graph.nodes[leaf].shape, dtype=int) for _, leaf in last)


def test_states_come_in_the_order_of_time():
    stacked = network(layer("rnn", 1, units=4, return_sequences=True), layer("rnn", 2, units=UNITS))
    run = another(stacked.model, RTRL)
    times = [int(run.graph.nodes[e.node].group[1][1:]) for e in events(run, "influence")]
    assert times == sorted(times)
    assert set(times) == set(range(1, 7))


# --- events in their places ---


@examples
def test_places_neither_overlap_nor_leave_gaps(name):
    plan = gallery(name).schedule
    refs = {*plan.values, *(r for e in plan.events for r in places(e).values())} | {s[2] for s in plan.slots}
    spans = {(ref.offset, ref.offset + ref.size) for ref in refs}  # equal numbers share a place, whatever their shapes
    covered = np.zeros(plan.size, int)
    for first, last in spans:
        entry_of_a_gradient = last - first == 1 and any(a <= first < b for a, b in spans - {(first, last)})
        covered[first:last] += not entry_of_a_gradient
    assert (covered == 1).all()


@examples
def test_grains_are_ordinals_and_a_coarser_one_never_cuts_a_finer(name):
    found = gallery(name).schedule.events
    for a, b in pairwise(found):
        assert b.operation - a.operation in (0, 1)
        assert b.layer - a.layer in (0, 1)
        assert a.operation != b.operation or a.layer == b.layer
        assert a.layer != b.layer or a.phase == b.phase


# --- verified ---


@examples
def test_every_number_follows(name):
    run = gallery(name)
    for _ in range(3 if run.optimizer else 1):
        assert verify(traced(run)).passed
        if run.optimizer:
            run.advance()


@examples
def test_one_changed_number_of_every_kind_of_event_is_found_there(name):
    run = gallery(name)
    first = {}
    for event in run.schedule.events:
        for ref in places(event).values():
            for k in range(ref.offset, ref.offset + ref.size):
                first.setdefault(k, event)
    given = {*range(sum(run.schedule.values[n.id].size for n in run.graph.leaves))}
    kinds = {}
    for k, event in first.items():
        if k not in given and event.kind not in ("batch", "forward", "assign"):
            kinds.setdefault(event.kind, []).append(k)
    new = {"tangent", "probe", "quotient", "influence", "credit", "seed", "contribution"}
    assert kinds.keys() <= new
    buffer = run.recording.buffer
    for chosen in kinds.values():
        for k in chosen[:: max(1, len(chosen) // 12)]:
            right = buffer[k]
            buffer[k] = np.nextafter(right, np.inf)
            found = verify(traced(run))
            buffer[k] = right
            assert (found.passed, found.event) == (False, first[k].index)


def test_all_new_kinds_of_events_are_walked_through_here():
    kinds = {e.kind for name in WAYS for e in gallery(name).schedule.events}
    assert {"tangent", "slope", "probe", "quotient", "influence", "credit"} <= kinds


def test_a_wrong_rule_for_tangents_shows_in_the_gradients(monkeypatch):
    row = OPS["tanh"]
    monkeypatch.setitem(OPS, "tanh", replace(row, jvp=lambda dxs, y, x: 2 * row.jvp(dxs, y, x)))
    model = gallery_model("gradient-check")
    assert distance(gradients(another(model, FORWARD)), gradients(Run(model))) > 0.1
