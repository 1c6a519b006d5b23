"""Recurrent layers: one weight for all time steps, and the edges that carry the state."""

import re
from dataclasses import replace

import numpy as np
import pytest

from engine import Run, ShapeError, check, verify
from engine.backward import Backward
from engine.explain import Explainer
from tests.engine.models import gradient, traced, value
from tests.engine.sequences import BATCH, TIME, UNITS, into, layer, network, twin

TYPES = ("rnn", "lstm", "gru")
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
types = pytest.mark.parametrize("type", TYPES)
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


@types
def test_parameters_have_pytorchs_names_and_shapes(type):
    run, rows = twin(type), GATES[type] * UNITS
    shapes = {n.label: n.shape for n in run.graph.parameters}
    assert shapes == {
        f"{type}1.weight_ih": (rows, 1),
        f"{type}1.weight_hh": (rows, UNITS),
        f"{type}1.bias_ih": (rows,),
        f"{type}1.bias_hh": (rows,),
    }


@types
def test_every_parameter_is_one_node_and_gets_a_contribution_from_each_time_step(type):
    run = twin(type)
    for name in NAMES:
        parts = into(run, f"{type}1.{name}")
        steps = [run.graph.nodes[e.node].group[1] for e in parts]
        assert steps == [f"t{t}" for t in range(TIME, 0, -1)]


@types
def test_the_contributions_of_all_time_steps_add_up_to_the_gradient(type):
    run = twin(type)
    for name in NAMES:
        parts = [run.recording.view(e.value) for e in into(run, f"{type}1.{name}")]
        total = gradient(run, f"{type}1.{name}")
        assert np.linalg.norm(total) > 0
        assert np.abs(sum(parts) - total).max() <= 1e-15 * np.abs(parts).sum()  # added in the same order


@types
def test_the_gradient_is_the_slope_of_the_loss(type):
    assert check(traced(twin(type))).passed
    assert check(traced(network(layer(type, 1, units=2, return_sequences=True), layer(type, 2, units=UNITS)))).passed


@types
def test_the_numbers_follow_from_each_other_in_every_training_step(type):
    run = twin(type)
    for _ in range(3):
        assert verify(traced(run)).passed
        run.advance()


@types
def test_training_lowers_the_loss(type):
    run = twin(type)
    first = run.loss
    for _ in range(20):
        run.advance()
    assert run.loss < 0.5 * first


@types
def test_states_have_names_that_students_know_one_for_each_time_step(type):
    graph = twin(type).graph
    for letter in {"rnn": "zh", "lstm": "ifgoch", "gru": "rznh"}[type]:
        nodes = [graph.find(f"{type}1.{letter}{t}") for t in range(1, TIME + 1)]
        assert all(n.named and n.shape == (BATCH, UNITS) for n in nodes)
    assert graph.find(f"{type}1.h0").role == "constant"


@types
def test_groups_are_layer_then_time_step_then_gates(type):
    graph = twin(type).graph
    titles = {g.path: g.title for g in graph.groups}
    assert titles[(f"{type}1", "t3")] == "t = 3"
    assert graph.find(f"{type}1.h3").group == (f"{type}1", "t3")
    assert {n.group for n in graph.parameters} == {(f"{type}1",)}
    if type != "rnn":
        gate = {"lstm": "f", "gru": "r"}[type]
        assert graph.find(f"{type}1.{gate}3").group == (f"{type}1", "t3", "gates")


def test_the_cells_path_lies_outside_of_the_gates_and_no_weight_is_on_it():
    graph = twin("lstm").graph
    kept, cell = graph.find("lstm1.kept4"), graph.find("lstm1.c4")
    assert [graph.nodes[i].label for i in kept.inputs] == ["lstm1.f4", "lstm1.c3"]
    assert [graph.nodes[i].label for i in cell.inputs] == ["lstm1.kept4", "lstm1.new4"]
    assert kept.group == cell.group == ("lstm1", "t4")


@types
def test_the_edges_that_carry_state_are_known_and_are_all_there_are(type):
    """Without them, nothing of a time step depends on the one before."""
    graph = twin(type).graph
    carries = graph.carries
    assert [c.time for c in carries] == sorted(c.time for c in carries)
    assert {c.time for c in carries} == set(range(2, TIME + 1))
    assert {c.layer for c in carries} == {f"{type}1"}
    found = {
        (n.id, slot)
        for n in graph.nodes
        for slot, i in enumerate(n.inputs)
        if len(n.group) > 1 and len(graph.nodes[i].group) > 1 and n.group[1] != graph.nodes[i].group[1]
    }
    assert found == {(c.node, c.slot) for c in carries}
    assert all(len({c.time for c in carries if c.node == node}) == 1 for node in {c.node for c in carries})
    letters = {re.sub(r"\d", "", graph.nodes[graph.nodes[c.node].inputs[c.slot]].label[-2:]) for c in carries}
    assert letters == ({"h", "c"} if type == "lstm" else {"h"})


@types
def test_the_states_of_one_layer_go_straight_into_the_next(type):
    run = network(layer(type, 1, units=4, return_sequences=True), layer(type, 2, units=UNITS))
    graph = run.graph
    assert not [n for n in graph.nodes if n.op == "stack"]
    assert len([n for n in graph.nodes if n.op == "select"]) == TIME
    product = next(n for n in graph.nodes if n.op == "linear" and n.group[:2] == (f"{type}2", "t5"))
    assert graph.nodes[product.inputs[0]].label == f"{type}1.h5"
    assert {c.layer for c in graph.carries} == {f"{type}1", f"{type}2"}


def test_a_layer_between_two_recurrent_ones_sees_the_states_stacked():
    run = network(layer("rnn", 1, units=4, return_sequences=True), layer("relu"), layer("gru", units=UNITS))
    graph = run.graph
    assert graph.find("rnn1.h").shape == (BATCH, TIME, 4)
    assert graph.find("gru1.x6").shape == (BATCH, 4)
    assert check(traced(run)).passed


def test_all_states_may_be_the_output():
    targets = np.ones((BATCH, TIME, UNITS))
    run = network(layer("rnn", units=UNITS, return_sequences=True), targets=targets)
    states = value(run, "rnn1.h")
    assert states.shape == targets.shape
    assert (states[:, 3] == value(run, "rnn1.h4")).all()


def test_one_time_step_is_a_recurrent_layer_too():
    run = network(layer("lstm", units=UNITS), x=np.ones((1, 1, 2)))
    assert run.graph.carries == ()
    assert check(traced(run)).passed


def test_relu_may_take_the_place_of_tanh():
    run = twin("rnn", activation="relu")
    assert run.graph.find("rnn1.h2").op == "relu"
    with pytest.raises(ValueError, match="rnn1: activation 'exp' asked for; tanh and relu fit"):
        twin("rnn", activation="exp")


def test_the_forget_gate_begins_open():
    for bias in (1.0, 0.0):
        run = twin("lstm", forget_bias=bias)
        assert (value(run, "lstm1.bias_ih").reshape(4, UNITS) == np.array([[0], [bias], [0], [0]])).all()


def test_weights_are_drawn_gate_by_gate():
    weight = value(twin("lstm"), "lstm1.weight_hh").reshape(4, UNITS, UNITS)
    assert all(np.abs(block @ block.T - np.eye(UNITS)).max() < 1e-14 for block in weight)
    assert len({block.tobytes() for block in weight}) == 4


@types
@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1, 1)])
def test_an_input_that_is_no_sequence_is_named(type, shape):
    with pytest.raises(ShapeError, match=rf"{type}1: a recurrent layer takes \(batch, time, features\); its input has"):
        network(layer(type, units=UNITS), x=np.ones(shape))


def test_a_lower_layer_without_all_its_states_is_explained():
    with pytest.raises(ShapeError, match=r"rnn2: .*has shape \(2, 4\) .*return_sequences"):
        network(layer("rnn", 1, units=4), layer("rnn", 2, units=UNITS))


def test_a_given_weight_of_another_shape_is_named_with_both():
    with pytest.raises(ShapeError, match=r"lstm1.weight_hh: \(3, 12\) given, \(12, 3\) expected"):
        network(layer("lstm", units=UNITS), parameters={"lstm1.weight_hh": np.zeros((3, 12))})


def sentences(run, kind, name):
    """What is said of the event that gives the node of this name its value, or sends it a part of its gradient."""
    explainer, node = Explainer(run.graph, run.schedule), run.graph.find(name).id
    of = {"forward": "node", "contribution": "into"}[kind]
    events = [e for e in run.schedule.events if e.kind == kind and getattr(e, of) == node]
    return [explainer.explain(e.index) for e in events]


def test_the_cell_is_said_in_its_own_names():
    run = twin("lstm")
    (kept,), (cell,) = (sentences(run, "forward", f"lstm1.{name}3") for name in ("kept", "c"))
    assert kept.sentence == "Multiply lstm1.f3 by lstm1.c2: *lstm1.kept3 = 2 × 3 numbers*."
    assert cell.sentence == "Add lstm1.kept3 and lstm1.new3: *lstm1.c3 = 2 × 3 numbers*."
    assert (
        cell.lines[0].formula
        == r"{c_{3}^{\text{lstm1}}} = {\text{kept}_{3}^{\text{lstm1}}} + {\text{new}_{3}^{\text{lstm1}}}"
    )


def test_each_time_steps_part_of_a_weights_gradient_is_said_to_be_added():
    said = sentences(twin("rnn"), "contribution", "rnn1.weight_hh")
    assert len(said) == TIME
    assert all(s.sentence.endswith("They are added to what had arrived before.") for s in said[1:])
    assert "added" not in said[0].sentence
    assert "transposed by rnn1.h1" in said[-2].sentence


@types
def test_the_listing_of_a_step_runs_and_gives_the_gradients(type):
    run = twin(type)
    explainer = Explainer(run.graph, run.schedule)
    lines = [line for e in run.schedule.events if e.phase != "update" for line in explainer.explain(e.index).code]
    known = {"np": np} | {n.label.replace(".", "_"): value(run, n.label) for n in run.graph.leaves if n.named}
    exec("\n".join(lines), known)
    for name in NAMES:
        assert np.allclose(known[f"d_{type}1_{name}"], gradient(run, f"{type}1.{name}"), rtol=1e-12, atol=1e-15)


@types
def test_with_the_carrying_edges_cut_only_the_last_time_step_learns(type):
    model = twin(type).model
    cut = tuple((c.node, c.slot) for c in model.graph.carries)
    run = Run(replace(model, backward=Backward(cut=cut)))
    for name in NAMES:
        (part,) = into(run, f"{type}1.{name}")
        (whole, *_) = into(twin(type), f"{type}1.{name}")
        assert run.graph.nodes[part.node].group[1] == f"t{TIME}"
        assert (run.recording.view(part.value) == twin(type).recording.view(whole.value)).all()
