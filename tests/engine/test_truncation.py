"""Truncated backpropagation through time: what it leaves out, edge by edge and as a share."""

from dataclasses import replace

import numpy as np
import pytest

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Backward, Explainer, Run, truncation, ways
from tests.engine.models import gallery_model, traced

RECURRENT = pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])


def truncated(name, every):
    spec = {**EXAMPLES[name].spec, "backward": {"truncate": every}}
    return Run(to_model(SpecRequest.model_validate(spec), Settings())[0])


def gradients(run):
    trace = traced(run)
    return {n.label: trace.gradient(n.id, trace.backward_end) for n in run.graph.leaves if n.wanted}


@RECURRENT
@pytest.mark.parametrize("every", [6, 7, 100])
def test_stretches_as_long_as_the_sequence_leave_nothing_out(name, every):
    run = truncated(name, every)
    whole = gradients(Run(gallery_model(name)))
    assert {label: x.tobytes() for label, x in gradients(run).items()} == {n: x.tobytes() for n, x in whole.items()}
    assert run.model.uncut is None


@RECURRENT
@pytest.mark.parametrize("every", [1, 2, 5])
def test_what_is_missing_is_the_full_gradient_less_the_one_that_is_left(name, every):
    run, whole = truncated(name, every), gradients(Run(gallery_model(name)))
    left = gradients(run)
    told = truncation(traced(run), run.model.uncut)
    assert [row.label for row in told.leaves] == list(whole)
    for row in told.leaves:
        missing = np.linalg.norm(whole[row.label] - left[row.label])
        assert row.missing == missing
        assert row.share == pytest.approx(missing / np.linalg.norm(whole[row.label]), rel=1e-12)
    after = {row.label: row.share for row in told.leaves if row.label.startswith("dense1")}
    assert set(after.values()) == {0.0}
    assert max(row.share for row in told.leaves) > 0.01


@RECURRENT
def test_longer_stretches_lose_less_of_the_recurrent_weights(name):
    shares = []
    for every in (1, 2, 3):
        run = truncated(name, every)
        rows = truncation(traced(run), run.model.uncut).leaves
        shares.append(next(row.share for row in rows if row.label.endswith("weight_hh")))
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1] > 0


def test_each_cut_is_named_with_what_would_have_come_over_it():
    run = truncated("lstm", 2)
    told = truncation(traced(run), run.model.uncut)
    label = [n.label for n in run.graph.nodes]
    assert sorted(label[cut.into] for cut in told.cuts) == ["lstm1.c2", "lstm1.c4", "lstm1.h2", "lstm1.h4"]
    full = Run(replace(run.model, graph=run.model.uncut, backward=Backward()))
    sent = {(e.node, e.slot): e.value for e in full.schedule.events if e.kind == "contribution"}
    for cut in told.cuts:
        assert cut.norm == pytest.approx(np.linalg.norm(full.recording.view(sent[cut.node, cut.slot])), rel=1e-12)
        assert f"back to {label[cut.into]} is cut" in cut.sentence
    assert all(cut.norm > 0 for cut in told.cuts)


def test_a_node_says_over_which_of_its_edges_nothing_goes_back():
    run = truncated("lstm", 2)
    explainer, cut = Explainer(run.graph, run.schedule), dict(run.schedule.backward.cut)
    said = {e.node: explainer.explain(e.index).sentence for e in run.schedule.events if e.kind == "contribution"}
    for node, sentence in said.items():
        assert sentence.endswith("the way is cut there.") == (node in cut)
    assert sum(node in cut for node in said) >= 2


def test_the_same_forward_pass_costs_less_backward_where_it_is_cut():
    model = truncated("lstm", 2).model
    own, full, *_ = ways(model.graph, model.backward, model.uncut)
    assert (own.name, own.own, full.name, full.own) == ("truncated", True, "reverse", False)
    assert own.forward == full.forward
    assert own.backward < full.backward
    assert own.peak < full.peak
