"""Graphs of single numbers run as a loop over Python's floats, and give the numbers of the general way."""

import gc
from time import process_time

import numpy as np
import pytest

from engine import OPS, OPTIMIZERS, Clip, ExpressionModel, OptimizerSpec, Run, Spec, build
from engine.build import Builder
from engine.recording import Recording
from engine.run import Plan
from engine.spec import Model
from tests.engine.models import NAMES, expression, gallery, gradient, value, verified

FLOATS = [name for name in NAMES if gallery(name).plan.program]
ELEMENTWISE = [row for row in OPS.values() if row.family == "elementwise" and row.name != "where"]
NUMBERS = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.25, 40.0, -800.0, 1e-310, -1e308, 1e308)


def general(run):
    """The same step by calls on arrays, event by event, into a recording of its own."""
    copy = run.recording.copy()
    plan = Plan(run.graph, run.schedule, copy)
    with np.errstate(all="ignore"):
        for function, arguments in (call for calls in plan.calls for call in calls):
            function(*arguments)
    return copy.buffer


def same_bits(a, b):
    """One not-a-number is as good as another."""
    return (np.where(np.isnan(a), np.nan, a).tobytes()) == (np.where(np.isnan(b), np.nan, b).tobytes())


def test_the_gallery_has_graphs_of_single_numbers():
    assert len(FLOATS) >= 4


@pytest.mark.parametrize("name", FLOATS)
def test_gallery_entries_have_the_bits_of_the_general_way(name):
    run = gallery(name, 3)
    assert same_bits(run.recording.buffer, general(run))


def mixed(seed, nodes=30):
    """A graph of ops drawn at random on numbers where they are at home and where they are not."""
    rng = np.random.default_rng(seed)
    builder = Builder()
    leaves = [*rng.choice(NUMBERS, 3), *rng.uniform(-2, 2, 4)]
    refs = [builder.leaf(f"x{k}", v, "parameter") for k, v in enumerate(leaves)]
    for _ in range(nodes):
        row = ELEMENTWISE[rng.integers(len(ELEMENTWISE))]
        refs.append(builder.op(row.name, *(refs[k] for k in rng.integers(len(refs), size=len(row.vjps)))))
    out = refs[-1]
    for ref in refs[len(leaves) : -1]:
        out = out + ref
    return Model(graph=builder.build(out), values=builder.values)


@pytest.mark.parametrize("seed", range(100))
def test_any_ops_on_any_numbers_have_the_bits_of_the_general_way(seed):
    run = Run(mixed(seed))
    assert run.plan.program is not None
    assert same_bits(run.recording.buffer, general(run))


def test_every_op_on_single_numbers_is_met():
    met = {n.op for seed in range(100) for n in mixed(seed).graph.nodes}
    assert met >= {row.name for row in ELEMENTWISE}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_has_the_bits_of_the_general_way(name):
    model = ExpressionModel(source="(w*x + b - y)**2", values={"w": 1.5, "b": -0.5, "x": 2.0, "y": 1.0})
    optimizer = OptimizerSpec(name=name, learning_rate=0.1, settings={"weight_decay": 0.1})
    run = Run(build(Spec(model=model, optimizer=optimizer)))
    assert run.plan.program is not None
    for _ in range(4):
        assert same_bits(run.recording.buffer, general(run))
        run.advance()


@pytest.mark.parametrize(
    ("source", "x", "expected"),
    [
        ("1/x", 0.0, np.inf),
        ("1/x", -0.0, -np.inf),
        ("x/x", 0.0, np.nan),
        ("exp(x)", 800.0, np.inf),
        ("log(x)", 0.0, -np.inf),
        ("log(x)", -1.0, np.nan),
        ("sqrt(x)", -1.0, np.nan),
        ("x**0.5", -1.0, np.nan),
        ("x**3", 1e200, np.inf),
        ("x*x", 1e200, np.inf),
        ("sigmoid(x)", -800.0, 0.0),
        ("relu(x - x)", np.inf, np.nan),
    ],
)
def test_what_pythons_floats_refuse_is_a_result_without_a_warning(source, x, expected):
    run = expression(source, x=x)
    assert run.plan.program is not None
    np.testing.assert_equal(run.loss, expected)
    assert same_bits(run.recording.buffer, general(run))
    assert verified(run).passed


def test_the_values_alone_are_computed_alike():
    run = expression("sigmoid(w*x) + w", w=0.5, x=2.0)
    run.recording.view(run.schedule.values[run.graph.find("w").id])[...] = 0.75
    run.plan.forward()
    assert run.loss == expression("sigmoid(w*x) + w", w=0.75, x=2.0).loss


@pytest.mark.parametrize("source", ["sum(w*x)", "where(w, w, x)"])
def test_arrays_and_rules_beyond_ufuncs_go_the_general_way(source):
    x = [1.0, 2.0] if "sum" in source else 2.0
    assert expression(source, w=1.0, x=x).plan.program is None


def test_clipped_gradients_go_the_general_way():
    optimizer = OptimizerSpec(name="sgd", learning_rate=0.1, clip=Clip(norm=0.5))
    model = ExpressionModel(source="(w*x - y)**2", values={"w": 1.5, "x": 2.0, "y": 1.0})
    run = Run(build(Spec(model=model, optimizer=optimizer)))
    assert run.plan.program is None
    assert gradient(run, "w") == pytest.approx(0.5, rel=1e-5)


def test_recordings_of_half_the_precision_go_the_general_way():
    run = expression("w*x", w=0.1, x=0.3)
    short = Recording(run.schedule.size, np.float32)
    assert Plan(run.graph, run.schedule, short).program is None


def chain(count):
    """y = sin(y) + c, over and over."""
    builder = Builder()
    y, c = builder.leaf("x", 0.5, "parameter"), builder.leaf("c", 0.25, "parameter")
    for _ in range(count // 2):
        y = builder.op("sin", y) + c
    return Model(graph=builder.build(y), values=builder.values)


def seconds(count):
    gc.collect()
    start = process_time()
    run = Run(chain(count))
    assert verified(run).passed
    return process_time() - start, run


def test_a_chain_of_100000_nodes_builds_runs_and_verifies_in_time_linear_in_its_length():
    few, _ = seconds(10_000)
    many, run = seconds(100_000)
    assert many < 24 * few  # ten times as long; quadratic work would take 100 times as long
    x, c = 0.5, 0.25
    for _ in range(50_000):
        x = float(np.sin(x)) + c
    assert value(run, run.graph.loss.label) == x
    assert sum(e.kind == "contribution" for e in run.schedule.events) == 150_000
