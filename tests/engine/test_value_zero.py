"""Why a value is 0, and the terms of a matrix product's entry."""

import numpy as np
import pytest

from engine import Explainer, Run, Trace, explain_entry
from tests.e2e.reading import engine_run


def told(run: Run, label, index):
    trace = Trace(run.graph, run.schedule, run.recording)
    return explain_entry(trace, Explainer(run.graph, run.schedule), run.graph.find(label).id, index)


@pytest.mark.parametrize(
    ("example", "label", "index", "kind"),
    [
        ("dying-relu", "a", (0,), "closed relu"),
        ("dying-relu", "a·g", (0,), "zero factor"),
        ("digits8", "x", (0, 0), "given"),
    ],
)
def test_a_value_of_zero_has_its_reason(example, label, index, kind):
    insight = told(engine_run(example), label, index)
    assert (insight.value, insight.why_value_zero.kind) == (0, kind)


def test_a_value_of_some_size_has_none():
    assert told(engine_run("neuron"), "w", ()).why_value_zero is None


@pytest.mark.parametrize("index", [(0, 0), (0, 9)])
def test_the_largest_terms_and_the_rest_add_up_to_the_entry(index):
    insight = told(engine_run("digits8"), "v7", index)
    found = insight.products
    assert (found.left, found.right, found.count, found.rest_count) == ("a1", "dense2.weight", 16, 4)
    sizes = [abs(term.value) for term in found.shown]
    assert sizes == sorted(sizes, reverse=True)
    assert np.isclose(sum(term.value for term in found.shown) + found.rest, insight.value, rtol=1e-12)
    assert all(term.value == term.factors[0] * term.factors[1] for term in found.shown)


def test_only_matrix_products_have_terms():
    assert told(engine_run("digits8"), "a1", (0, 0)).products is None
