"""Sums of products from their subscripts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import ShapeError
from engine.contract import Contract
from engine.contraction import axis_sizes, contraction, sigma
from engine.notation import Text
from engine.ops import OPS

SIZES = {"i": 2, "j": 3, "k": 4, "b": 5}
SUBSCRIPTS = ("ij,jk->ik", "ij,kj->ik", "ji,jk->ik", "ij,jk->ki", "i,i->", "i,j->ij", "bij,bjk->bik", "bij,jk->bik",
              "ij,ij->i", "ii,ij->j", "ij->ji", "ij,jk,k->i", "ij,k->ij")  # fmt: skip


def arrays(subscripts):
    rng = np.random.default_rng(0)
    return [rng.standard_normal([SIZES[c] for c in term]) for term in subscripts.split("->")[0].split(",")]


def by_loops(subscripts, xs):
    """The definition: add up the product of one entry of each operand, for every value of every letter."""
    terms, out = subscripts.split("->")[0].split(","), subscripts.split("->")[1]
    letters = sorted(set("".join(terms)))
    total = np.zeros([SIZES[c] for c in out])
    for at in np.ndindex(*(SIZES[c] for c in letters)):
        place = dict(zip(letters, at, strict=True))
        total[tuple(place[c] for c in out)] += np.prod(
            [x[tuple(place[c] for c in t)] for x, t in zip(xs, terms, strict=True)]
        )
    return total


def called(rule, operands, shape):
    out = np.full(shape, np.nan)
    for function, arguments in rule.calls(operands, out):
        function(*arguments)
    return out


@pytest.mark.parametrize("subscripts", SUBSCRIPTS)
def test_a_contraction_is_its_loops(subscripts):
    xs, rule = arrays(subscripts), Contract(subscripts)
    expected = by_loops(subscripts, xs)
    assert np.allclose(rule(*xs), expected, rtol=1e-13)
    assert np.allclose(called(rule, xs, expected.shape), expected, rtol=1e-13)


@pytest.mark.parametrize("subscripts", [s for s in SUBSCRIPTS if s not in ("ii,ij->j", "ij,k->ij")])
def test_an_adjoint_swaps_an_operand_with_the_result(subscripts):
    xs, rule = arrays(subscripts), Contract(subscripts)
    g = np.random.default_rng(1).standard_normal(rule(*xs).shape)
    for k, x in enumerate(xs):
        moved = np.random.default_rng(2).standard_normal(x.shape)
        pushed = np.sum(g * rule(*xs[:k], moved, *xs[k + 1 :]))
        adjoint = rule.adjoint(k)
        assert np.sum(moved * adjoint(g, None, *xs)) == pytest.approx(pushed, rel=1e-12)
        assert np.sum(moved * called(adjoint, [g, None, *xs], x.shape)) == pytest.approx(pushed, rel=1e-12)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), st.booleans(), st.booleans())
def test_products_of_views_need_no_special_layout(i, j, k, left, right):
    rng = np.random.default_rng(0)
    a = rng.standard_normal((j, i)).T if left else rng.standard_normal((i, j))
    b = rng.standard_normal((k, j)).T if right else rng.standard_normal((j, k))
    assert np.allclose(called(Contract("ij,jk->ik"), [a, b], (i, k)), a @ b, rtol=1e-13)


def test_an_axis_that_disagrees_is_named_with_both_sizes():
    with pytest.raises(ShapeError, match="matmul: axis j is 3 in one input and 4 in another"):
        OPS["matmul"].shape((2, 3), (4, 5))


def test_an_axis_that_does_not_survive_is_looked_at_too():
    with pytest.raises(ShapeError, match="dot: axis i is 2 in one input and 1 in another"):
        OPS["dot"].shape((2,), (1,))


def test_a_wrong_number_of_axes_is_named():
    with pytest.raises(ShapeError, match=r"matmul: expected 2 axes \(ij\), got shape \(3,\)"):
        OPS["matmul"].shape((3,), (3, 2))


def test_sizes_are_found_by_letter():
    assert axis_sizes("", ["ij", "jk"], [(2, 3), (3, 4)]) == {"i": 2, "j": 3, "k": 4}


def test_the_sum_runs_over_the_axes_that_do_not_survive():
    assert sigma(["ij", "jk"], "ik", ["X", "W"]) == r"\sum_{j} X_{ij}\,W_{jk}"
    assert sigma(["i", "j"], "ij", ["a", "b"]) == r"a_{i}\,b_{j}"


def test_the_adjoints_sum_puts_upstream_in_the_place_of_the_operand():
    lines = [line([Text("G"), Text("X"), Text("W")], ()) for line in OPS["matmul"].sigma_vjp]
    assert lines == [r"\sum_{k} G_{ik}\,W_{jk}", r"\sum_{i} G_{ik}\,X_{ij}"]


def test_a_row_follows_from_one_string():
    row = contraction(
        "outer", "i,j->ij", symbol="⊗", title="outer product", does="", sends=("", ""), latex="", latex_vjp=("", ""),
        numpy="", numpy_vjp=("", ""), example=([1.0], [2.0]), doc="",
    )  # fmt: skip
    a, b, g = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0]), np.ones((2, 3))
    assert row.shape((2,), (3,)) == (2, 3)
    assert row.flops((2,), (3,)) == 12
    assert (row.vjps[0](g, None, a, b) == 12.0).all()
    assert (row.jvp([None, b], np.zeros((2, 3)), a, b) == np.outer(a, b)).all()
