"""One entry explained: what it was made from, what came back to it, its ways to the loss, and why it is zero."""

from __future__ import annotations

import numpy as np

from engine.events import Contribution, Forward
from engine.explain import Explainer
from engine.explanation import EntryError, Formula
from engine.frozen import frozen
from engine.op import Index
from engine.paths import Paths, paths
from engine.products import Products, products, sent_products
from engine.schedule import of_pass
from engine.trace import Trace
from engine.why import Reason, why_value_zero, why_zero


@frozen
class Part:
    """One contribution to the entry's gradient: from which node, and what that does to a gradient (`gate`).

    `products` are the terms of what a matrix product or its like sends back, None for every other operation.
    Numbers in `lines` stand as places in the recording, as in every explanation.
    """

    event: int
    node: int
    label: str
    slot: int
    gate: str
    value: float
    lines: tuple[Formula, ...]
    products: Products | None


@frozen
class Insight:
    """`terms` spell out the entry's value; `parts` add up to its gradient (None where it never gets one).

    `products` are the terms of an entry of a matrix product or its like, None for every other operation.
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
                    products=sent_products(trace, event, index),
                )
            )  # fmt: skip
    return tuple(found)
