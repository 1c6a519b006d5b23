"""What every way costs: passes, operations, and numbers held."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Backward, Run, cost, demand, schedule, ways
from engine.ops import OPS
from engine.trace import places
from tests.engine.models import gallery_model
from tests.engine.ways import CENTRAL, FORWARD, ONE_SIDED, RTRL, SMALL, another, gradients

small = pytest.mark.parametrize("name", SMALL)


def test_passes_are_counted_as_the_course_counts_them():
    """27 parameters: reverse mode takes two passes, central differences 2n, one-sided ones n + 1."""
    model = build_small()
    told = {way.name: way for way in ways(model.graph, model.backward)}
    n = sum(int(np.prod(p.shape)) for p in model.graph.parameters)
    assert n == 27
    passes = {name: sum(way.passes.values()) for name, way in told.items()}
    assert passes == {
        "reverse": 2,
        "forward": 1 + n,
        "central differences": 2 * n,
        "one-sided differences": n + 1,
    }
    assert [way.own for way in told.values()] == [False, False, True, False]


def build_small():
    return gallery_model("gradient-difference")


def test_differences_of_the_small_network_come_within_a_ten_millionth():
    run = Run(build_small())
    exact = gradients(another(run.model, Backward()))
    numeric = gradients(run)
    a, b = (np.concatenate([x.ravel() for x in found.values()]) for found in (numeric, exact))
    assert np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)) < 1e-7


@pytest.mark.parametrize("op", ["matmul", "tanh", "softmax_cross_entropy"])
def test_a_wrong_rule_planted_in_the_small_network_is_caught(op, monkeypatch):
    """Its contributions twice as large as they should be, or half as steep."""
    row = OPS[op]
    if row.partials:
        wrong = {"partials": tuple(p and (lambda *xs, p=p, **o: 0.5 * p(*xs, **o)) for p in row.partials)}
    else:
        wrong = {"vjps": tuple(v and (lambda *xs, v=v, **o: 2 * v(*xs, **o)) for v in row.vjps)}
    monkeypatch.setitem(OPS, op, replace(row, **wrong))
    numeric = gradients(Run(build_small()))
    exact = gradients(another(build_small(), Backward()))
    a, b = (np.concatenate([x.ravel() for x in found.values()]) for found in (numeric, exact))
    assert np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)) > 0.01


@small
@pytest.mark.parametrize("how", [FORWARD, CENTRAL, ONE_SIDED], ids=lambda how: how.mode + how.sides)
def test_one_entry_of_each_leaf_is_enough_to_count_by(name, how):
    graph = gallery_model(name).graph
    sampled = schedule(graph, backward=replace(how, sampled=True))
    whole = schedule(graph, backward=how)
    assert cost(graph, sampled) == cost(graph, whole)
    assert sampled.length <= whole.length


@small
@pytest.mark.parametrize("how", [FORWARD, CENTRAL, ONE_SIDED], ids=lambda how: how.mode + how.sides)
def test_what_a_way_asks_for_is_told_before_it_is_taken(name, how):
    graph = gallery_model(name).graph
    asked, taken = demand(graph, how), schedule(graph, backward=how)
    tangents = [e for e in taken.events if e.kind == "tangent"]
    probes = [e for e in taken.events if e.kind == "probe"]
    assert asked.visits == len(tangents) + len(probes) * sum(n.op is not None for n in graph.nodes)
    first = min(ref.offset for e in [*tangents, *probes] for ref in places(e).values())
    assert taken.size - first <= asked.numbers


def test_what_real_time_learning_asks_for_is_told_before_it_is_taken():
    graph = gallery_model("lstm").graph
    asked = demand(graph, RTRL)
    carried = [e for e in schedule(graph, backward=RTRL).events if e.kind == "influence"]
    refs = {ref for e in carried for ref in places(e).values()}
    assert 0.5 * asked.numbers < sum(ref.size for ref in refs) <= asked.numbers


def test_real_time_recurrent_learning_holds_more_and_computes_more():
    told = {way.name: way for way in ways(gallery_model("rnn").graph, Backward())}
    back, ahead = told["reverse"], told["real-time recurrent learning"]
    assert ahead.operations > 4 * back.operations
    assert ahead.peak > 8 * back.peak
    assert ahead.passes == {"forward": 1, "backward": 1, "influence": 6}
    assert back.passes == {"forward": 1, "backward": 1}


def test_reverse_mode_is_the_cheapest_way_to_many_slopes_and_holds_the_most_values():
    told = {way.name: way for way in ways(gallery_model("spiral").graph, Backward())}
    assert min(told.values(), key=lambda way: way.operations).name == "reverse"
    assert told["forward"].operations > 100 * told["reverse"].operations
    assert told["central differences"].peak < told["reverse"].peak
