"""Wrong rules, planted in rows of every family, are caught by the definitions."""

from dataclasses import replace

import numpy as np
import pytest

from engine import OPS
from engine.contract import Adjoint
from engine.elementwise import elementwise
from engine.op import Each, structural
from engine.ops.reductions import spread
from tests.engine import operands, oracle

TOLERANCE = 1e-12  # as in test_ops


def wrong(name, partial_or_adjoint):
    """The family's own way to write the row `name`, with a wrong rule planted."""
    op = OPS[name]
    said = {f: getattr(op, f) for f in ("symbol", "title", "does", "example", "doc")}
    if op.family == "elementwise":
        return elementwise(name, op.forward, partial_or_adjoint, sends=op.sends, **said)
    texts = {"latex": "{0}", "local": "1", "numpy": "{0}", "numpy_vjp": op.numpy_vjp[0], "sends": op.sends[0]}
    return structural(name, op.forward, partial_or_adjoint, shape=op.shape, options=op.options, **texts, **said)


def spread_too_thin(g, x, axis, keepdims):
    spread = np.broadcast_to(g if keepdims or axis is None else np.expand_dims(g, axis), x.shape)
    return spread / 1.001


def last_one_wins(g, y, table, indices):
    out = np.zeros(table.shape)
    out[indices.astype(int)] = g
    return out


HUBER, MSE = OPS["huber"], OPS["mse"]
MATMUL, SOFTMAX, FUSED = OPS["matmul"], OPS["softmax"], OPS["softmax_cross_entropy"]
PLANTED = {
    "elementwise, slope of the other branch": (wrong("relu", lambda y, x: x < 0), "vjp 0"),
    "elementwise, one factor left out": (wrong("sigmoid", lambda y, x: y), "vjp 0"),
    "elementwise, off by a billionth": (wrong("exp", lambda y, x: y * (1 + 1e-9)), "vjp 0"),
    "contraction, operand not transposed": (
        replace(MATMUL, vjps=(Adjoint("ik,kj->ij", 0), MATMUL.vjps[1])),
        "vjp 0",
    ),
    "contraction, jvp without its second term": (
        replace(MATMUL, jvp=lambda dxs, y, a, b: sum([dxs[0] @ b], np.zeros(y.shape)) if dxs[0] is not None else 0 * y),
        "jvp",
    ),
    "structural, adjoint slightly off": (wrong("sum", spread_too_thin), "vjp 0"),
    "plain, mean of the gradients forgotten": (replace(SOFTMAX, vjps=(lambda g, y, z: g * y,)), "vjp 0"),
    "plain, not divided by the batch": (
        replace(
            FUSED, vjps=(lambda g, loss, p, z, t, **options: g * (p * t.sum(-1, keepdims=True) - t), FUSED.vjps[1])
        ),
        "vjp 0",
    ),
    "plain, equals do not share": (
        replace(OPS["max"], vjps=(lambda g, y, x, axis, keepdims: spread(g, x, axis, keepdims),)),
        "vjp 0",
    ),
    "plain, a row taken twice gets one gradient": (replace(OPS["embedding"], vjps=(last_one_wins, None)), "vjp 0"),
    "plain, the far branch of a loss": (
        replace(
            HUBER, vjps=(lambda g, y, a, t, delta, reduction: MSE.vjps[0](g / 2, y, a, t, reduction), HUBER.vjps[1])
        ),
        "vjp 0",
    ),
    "variadic, parts in the wrong order": (
        replace(OPS["concatenate"], jvp=lambda dxs, y, *xs, axis: OPS["concatenate"].jvp(dxs, y, *xs, axis=axis)[::-1]),
        "jvp",
    ),
    "variadic, sums not repeated": (
        replace(OPS["einsum"], vjps=Each(lambda k: lambda *a, **o: OPS["einsum"].vjps[k](*a, **o) / (1 + 1e-9))),
        "vjp 0",
    ),
    "plain, jvp of the wrong sign": (replace(SOFTMAX, jvp=lambda dxs, y, z: -SOFTMAX.jvp(dxs, y, z)), "jvp"),
}


@pytest.mark.parametrize(("op", "where"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_wrong_rule_is_caught(op, where):
    rng = np.random.default_rng(1)
    found = [oracle.disagreement(op, xs, options, rng) for xs, options in square_cases(op)]
    assert max(errors[where] for errors in found) > 100 * TOLERANCE


def square_cases(op):
    """A matrix product of square matrices alone: a forgotten transposition does not show as a wrong shape."""
    if op.name != "matmul":
        return operands.cases(op, np.random.default_rng(0))
    return [(operands.draw(op, ((3, 3), (3, 3)), np.random.default_rng(0)), {})]


# --- in every row ---

FACTOR = 1 + 1e-6


def off(result):
    """Everything a millionth too large."""
    return tuple(map(off, result)) if isinstance(result, tuple) else np.multiply(result, FACTOR)


def spoiled(rule):
    return lambda *operands, **options: off(rule(*operands, **options))


def spoiled_slot(op, k):
    if isinstance(op.vjps, Each):
        return Each(lambda slot: spoiled(op.vjps[slot]) if slot == k else op.vjps[slot])
    return tuple(spoiled(rule) if slot == k else rule for slot, rule in enumerate(op.vjps))


def planted_everywhere():
    """(name, where it must show): every rule of every row."""
    for name, op in OPS.items():
        yield name, "forward"
        yield from ((name, f"vjp {k}") for k in range(len(op.inputs)) if op.vjps[k])
        if any(op.vjps[k] for k in range(len(op.inputs))):
            yield name, "jvp"


def planted(op, where):
    rule, _, slot = where.partition(" ")
    if rule == "vjp":
        return replace(op, vjps=spoiled_slot(op, int(slot)))
    return replace(op, **{rule: spoiled(getattr(op, rule))})


@pytest.mark.parametrize(("name", "where"), list(planted_everywhere()))
def test_every_rule_of_every_row_is_caught_a_millionth_off(name, where):
    rng = np.random.default_rng(1)
    op = planted(OPS[name], where)
    cases = operands.cases(op, np.random.default_rng(0))[-4:]
    found = [oracle.disagreement(op, xs, options, rng) for xs, options in cases]
    assert max(errors.get(where, 0.0) for errors in found) > 100 * TOLERANCE
    others = {k: e for k, e in found[0].items() if k.startswith("vjp") and k != where}
    assert max(others.values(), default=0.0) < 1e-9 or where == "forward"


def test_all_families_are_planted():
    assert {op.family for op, _ in PLANTED.values()} == {op.family for op in OPS.values()}
