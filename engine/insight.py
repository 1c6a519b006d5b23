"""One entry explained: what it was made from, what came back to it, its ways to the loss, and why it is zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.events import Contribution, Forward
from engine.explain import Explainer
from engine.explanation import EntryError, Formula
from engine.op import Index
from engine.paths import Paths, paths
from engine.schedule import of_pass
from engine.trace import Trace
from engine.why import Reason, why_value_zero, why_zero

SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One contribution to the entry's gradient: from which node, and what that does to a gradient (`gate`).

    Numbers in `lines` stand as places in the recording, as in every explanation.
    """

    event: int
    node: int
    label: str
    slot: int
    gate: str
    value: float
    lines: tuple[Formula, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One term of an entry of a matrix product: the entries that are multiplied, and what they give."""

    left: Index
    right: Index
    factors: tuple[float, float]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """The `count` terms of an entry of the matrix product `left` · `right`.

    `shown` are the largest in size; `rest_count` others add up to `rest`.
    """

    left: str
    right: str
    count: int
    shown: tuple[Product, ...]
    rest_count: int
    rest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """`terms` spell out the entry's value; `parts` add up to its gradient (None where it never gets one).

    `products` are the terms of a matrix product's entry, None for every other operation.
    """

    node: int
    label: str
    index: Index
    value: float
    gradient: float | None
    terms: tuple[Formula, ...]
    products: Products | None
    parts: tuple[Part, ...]
    paths: Paths
    why_zero: tuple[Reason, ...]
    why_value_zero: Reason | None


def explain_entry(trace: Trace, explainer: Explainer, node: int, index: Index) -> Insight:
    """One entry of a node. Raises `EntryError` for one outside its shape."""
    chosen = check_entry(trace, node, index)
    gradients = explainer.words.gradient
    seeded = 1.0 if node == trace.graph.loss.id else None
    gradient = float(trace.view(gradients[node])[chosen]) if node in gradients else seeded
    value = float(trace.view(trace.schedule.values[node])[chosen])
    return Insight(
        node=node, label=trace.graph.nodes[node].label, index=chosen, gradient=gradient, value=value,
        why_value_zero=why_value_zero(trace, node, chosen, value), products=products(trace, node, chosen),
        terms=_terms(trace, explainer, node, chosen), parts=_parts(trace, explainer, node, chosen),
        paths=paths(trace, node, chosen), why_zero=why_zero(trace, node, chosen, gradient),
    )  # fmt: skip


def check_entry(trace: Trace, node: int, index: Index) -> Index:
    """The index as whole numbers. Raises `EntryError` naming the node's shape where it has no such entry."""
    shape = trace.graph.nodes[node].shape
    if len(index) != len(shape) or any(not 0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise EntryError(f"entry {index} asked for; {trace.graph.nodes[node].label} has shape {shape}")
    return tuple(map(int, np.array(index, int)))


def _terms(trace: Trace, explainer: Explainer, node: int, index: Index) -> tuple[Formula, ...]:
    forward = (e.index for e in trace.schedule.events if isinstance(e, Forward) and e.node == node)
    return next((explainer.explain(event, index).lines for event in forward), ())


def products(trace: Trace, node: int, index: Index, most: int = SHOWN) -> Products | None:
    """The terms of one entry of a matrix product, the largest first; None for any other operation."""
    made = trace.graph.nodes[node]
    if made.op != "matmul":
        return None
    left, right = (trace.graph.nodes[i] for i in made.inputs)
    if min(len(left.shape), len(right.shape)) < 2:
        return None
    *lead, i, k = index
    count = left.shape[-1]
    places = [(_within(left.shape, (*lead, i, j)), _within(right.shape, (*lead, j, k))) for j in range(count)]
    a, b = (trace.view(trace.schedule.values[n.id]) for n in (left, right))
    with np.errstate(all="ignore"):
        factors = np.array([(a[p], b[q]) for p, q in places])
        values = factors[:, 0] * factors[:, 1]
        order = np.argsort(-np.where(np.isnan(values), np.inf, np.abs(values)), kind="stable")
        rest = float(np.sum(values[order[most:]]))
    shown = tuple(
        Product(left=places[j][0], right=places[j][1], factors=(float(factors[j, 0]), float(factors[j, 1])),
                value=float(values[j]))
        for j in order[:most].tolist()
    )  # fmt: skip
    return Products(
        left=left.label, right=right.label, count=count, shown=shown, rest_count=count - len(shown), rest=rest
    )


def _within(shape: Index, index: Index) -> Index:
    """The entry of an operand that broadcasting takes for this one."""
    own = index[len(index) - len(shape) :]
    return tuple(0 if n == 1 else int(i) for i, n in zip(own, shape, strict=True))


def _parts(trace: Trace, explainer: Explainer, node: int, index: Index) -> tuple[Part, ...]:
    found = []
    for event in of_pass(trace.schedule, trace.graph.loss.id):
        if isinstance(event, Contribution) and event.into == node:
            sender = trace.graph.nodes[event.node]
            names = [explainer.words.said(i) for i in sender.inputs]
            gate = sender.row.sends[event.slot].format(*names, **sender.options)
            found.append(
                Part(
                    event=event.index, node=sender.id, label=sender.label, slot=event.slot,
                    gate=f"The {sender.row.title} {gate}.", value=float(trace.view(event.value)[index]),
                    lines=explainer.explain(event.index, index).lines,
                )
            )  # fmt: skip
    return tuple(found)
