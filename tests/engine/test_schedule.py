"""The events of a training step, and the places of their numbers."""

from collections import Counter
from itertools import pairwise

import pytest

from engine.trace import places
from tests.engine.models import NAMES, events, expression, gallery

examples = pytest.mark.parametrize("name", NAMES)
ORDER = ["forward", "loss", "backward", "update"]
PHASES = {
    "recompute": {"backward"},
    "clip": {"backward"},
    "batch": {"forward"},
    "forward": {"forward", "loss"},
    "statistics": {"forward"},
    "zero_grad": {"backward"},
    "seed": {"backward"},
    "contribution": {"backward"},
    "assign": {"update"},
    "stop": {"update"},
}


@examples
def test_events_are_numbered_and_phases_come_in_order(name):
    schedule = gallery(name).schedule
    phases = [ORDER.index(e.phase) for e in schedule.events]
    assert [e.index for e in schedule.events] == list(range(schedule.length))
    assert phases == sorted(phases)
    assert all(e.phase in PHASES[e.kind] for e in schedule.events)


@examples
def test_operations_and_layers_are_ordinals_without_gaps(name):
    found = gallery(name).schedule.events
    for numbers in ([e.operation for e in found], [e.layer for e in found]):
        assert numbers[0] == 0
        assert all(b - a in (0, 1) for a, b in pairwise(numbers))


@examples
def test_a_grain_never_cuts_a_finer_one(name):
    found = gallery(name).schedule.events
    pairs = list(pairwise(found))
    assert all(a.operation != b.operation for a, b in pairs if a.layer != b.layer)
    assert all(a.layer != b.layer for a, b in pairs if a.phase != b.phase)


@examples
def test_every_place_lies_inside_the_recording_and_arrays_do_not_overlap(name):
    schedule = gallery(name).schedule
    refs = {*schedule.values, *(r for e in schedule.events for r in places(e).values())}
    refs |= {ref for _, _, ref, _ in schedule.slots}
    spans = sorted({(r.offset, r.offset + r.size) for r in refs})
    assert all(0 <= a < b <= schedule.size for a, b in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert sum(b - a for a, b in spans) == schedule.size


@examples
def test_every_wanted_input_gets_one_contribution_from_every_slot(name):
    run = gallery(name)
    nodes = run.graph.nodes
    sent = Counter((e.node, e.slot, e.into) for e in events(run, "contribution"))
    slots = [(n.id, slot, i) for n in nodes if n.wanted for slot, i in enumerate(n.inputs) if nodes[i].wanted]
    assert sent == Counter(slots)


@examples
def test_a_node_sends_once_all_its_own_gradients_have_arrived(name):
    arrived, sent = {}, {}
    for event in events(gallery(name), "contribution"):
        arrived[event.into] = event.index
        sent.setdefault(event.node, event.index)
    assert all(arrived[node] < first for node, first in sent.items() if node in arrived)


@examples
def test_constants_and_targets_receive_nothing(name):
    run = gallery(name)
    into = {e.into for e in events(run, "contribution")}
    assert not into & {n.id for n in run.graph.nodes if n.role in ("constant", "target") or not n.wanted}


@examples
def test_only_a_trained_model_has_batch_zero_grad_and_updates(name):
    run = gallery(name)
    kinds = Counter(e.kind for e in run.schedule.events)
    lines = len(run.optimizer.steps) if run.optimizer else 0
    trained = [n for n in run.graph.parameters if n.wanted]
    assert kinds["seed"] == 1
    assert kinds["batch"] == bool(run.optimizer)
    assert kinds["zero_grad"] == bool(run.optimizer and run.optimizer.zero_grad)
    assert kinds["assign"] == lines * len(trained)


def test_the_neuron_goes_through_its_events_in_this_order():
    run = gallery("neuron")
    labels = {n.id: n.label for n in run.graph.nodes}
    said = [(e.kind, labels.get(getattr(e, "node", None), "")) for e in run.schedule.events]
    forward = [("forward", label) for label in ("w·x", "z", "a", "a − y", "v8", "L")]
    backward = [("contribution", label) for label in ("L", "v8", "a − y", "a", "z", "z", "w·x", "w·x")]
    assert said == [
        ("batch", ""),
        *forward,
        ("zero_grad", ""),
        ("seed", "L"),
        *backward,
        ("assign", ""),
        ("assign", ""),
    ]


def test_both_slots_of_a_square_written_as_a_product_send_to_the_same_node():
    run = expression("x*x", x=3.0)
    first, second = events(run, "contribution")
    assert (first.node, first.slot, first.into) == (second.node, 0, second.into)
    assert second.slot == 1
    assert second.total != second.value
    assert first.total == first.value


def test_equal_arrays_share_a_place():
    run = expression("(x + w)*2 - y", x=1.0, w=2.0, y=3.0)
    seed = events(run, "seed")[0].value
    sub = [e for e in events(run, "contribution") if run.graph.nodes[e.node].op == "sub"]
    add = [e for e in events(run, "contribution") if run.graph.nodes[e.node].op == "add"]
    assert sub[0].value == sub[0].upstream == seed
    assert sub[1].value != seed
    assert add[0].value == add[1].value == add[0].upstream


def test_a_gradient_in_another_shape_shares_a_place_too():
    run = expression(
        "sum(reshape(x*w, shape=(2,)) * c + b)", x=[[1.0, 2.0]], w=[[3.0, 4.0]], c=[5.0, 6.0], b=[[7.0, 8.0]]
    )
    sent = {run.graph.nodes[e.node].op: e for e in events(run, "contribution") if e.slot == 0}
    assert sent["reshape"].value.offset == sent["reshape"].upstream.offset
    assert (sent["reshape"].upstream.shape, sent["reshape"].value.shape) == ((2,), (1, 2))
    assert sent["add"].value.offset == sent["add"].upstream.offset
    assert (sent["add"].upstream.shape, sent["add"].value.shape) == ((1, 2), (2,))


def test_the_gradient_before_a_bias_is_computed_in_the_biass_place_where_both_are_the_same():
    run = gallery("vanishing")
    for node in (n for n in run.graph.parameters if n.label.endswith("bias")):
        (into_bias,) = [e for e in events(run, "contribution") if e.into == node.id]
        assert into_bias.upstream.offset == into_bias.value.offset
        assert run.plan.calls[into_bias.index] == []


def test_a_slope_that_is_an_operand_has_the_operands_place():
    run = expression("x*w", x=2.0, w=3.0)
    x, w = run.schedule.values[:2]
    assert [e.local for e in events(run, "contribution")] == [w, x]


def test_a_slope_that_is_constant_is_a_number_and_a_contraction_has_none():
    run = expression("sum(-(x @ w))", x=[[1.0]], w=[[2.0]])
    assert [e.local for e in events(run, "contribution")] == [None, -1.0, None, None]


def test_the_phase_at_a_cursor_is_that_of_the_event_before_it():
    schedule = gallery("neuron").schedule
    assert [schedule.phase(k) for k in (0, 1, 5, 8, schedule.length)] == [
        "forward",
        "forward",
        "loss",
        "backward",
        "update",
    ]


def test_new_parameters_are_where_the_next_step_begins():
    run = gallery("neuron")
    assert [target for _, target in run.schedule.carried] == [
        run.schedule.values[e.param] for e in events(run, "assign")
    ]
    assert [source for source, _ in run.schedule.carried] == [e.value for e in events(run, "assign")]


def test_saved_results_have_names_and_places():
    run = gallery("softmax-ce")
    fused = next(e for e in events(run, "forward") if run.graph.nodes[e.node].op == "softmax_cross_entropy")
    assert fused.saved["probabilities"].shape == (2, 3)
    assert places(fused)["saved.probabilities"] == fused.saved["probabilities"]
