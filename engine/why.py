"""Why a gradient is 0, missing or next to nothing: where the change of one entry dies on its way to the loss."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

import numpy as np

from engine.frozen import frozen
from engine.graph import Graph, Node
from engine.health import FLAT, SQUASHERS
from engine.links import Spread
from engine.numerals import shown
from engine.op import Index
from engine.tape import Array
from engine.trace import Trace

FAINT = 1e-6  # a gradient below this looks like 0 and is asked after all the same
CHOOSING = ("max", "maximum", "min", "minimum", "where", "max_pool2d")
SQUASHING = ("sigmoid", "tanh", "hard_tanh", "clip")

Kind = Literal[
    "dead relu", "saturated", "masked", "not chosen", "zero factor", "flat", "cancelled",
    "cut", "no path", "not wanted", "frozen", "detached", "faint", "closed relu", "given", "rounded away",
]  # fmt: skip


@frozen
class Reason:
    """Why nothing, or next to nothing, comes back: at which node, with the numbers that say so."""

    kind: Kind
    sentence: str
    node: int | None = None
    label: str | None = None
    numbers: Mapping[str, float]


def why_zero(trace: Trace, node: int, index: Index, gradient: float | None) -> tuple[Reason, ...]:
    """The reasons, nearest to the entry first; none where its gradient is a number of some size."""
    if gradient is None:
        return (_never(trace, trace.graph.nodes[node]),)
    if abs(gradient) >= FAINT or np.isnan(gradient):
        return ()
    with np.errstate(all="ignore"):
        found = tuple(_Search(trace).walk(node, index))
    blocked = tuple(r for r in found if r.kind != "saturated" or gradient == 0) or found
    return blocked or (_faint(gradient) if gradient else _unconnected(trace, trace.graph.nodes[node]),)


def why_value_zero(trace: Trace, node: int, index: Index, value: float) -> Reason | None:
    """Why a value is exactly 0, by the operands it is made from; None where it is not."""
    made = trace.graph.nodes[node]
    if value != 0:
        return None
    if made.op is None:
        return _reason("given", f"{made.label} is not computed: it is 0 here from the start or since an update.", made)
    inputs = [trace.graph.nodes[i] for i in made.inputs]
    here = [_operand(trace, n, made.shape, index) for n in inputs]
    if made.op == "relu":
        return _reason("closed relu", f"{inputs[0].label} is {here[0]:.4g}: what is not above 0 a ReLU makes 0.", made)
    if made.op == "mul":
        zero = next((n for n, x in zip(inputs, here, strict=True) if x == 0), None)
        if zero and zero.label.endswith(".mask"):
            return _reason("masked", "The mask is 0 here in this training step: the number is dropped.", made)
        if zero:
            return _reason("zero factor", f"{zero.label} is 0, and whatever it multiplies becomes 0.", made)
    if made.op == "matmul" or made.row.family == "contraction":
        return _reason("zero factor", "Every term of the sum has a factor 0, or the terms cancel.", made)
    if made.op in ("add", "sub"):
        said = "Both operands are 0." if not any(here) else "The two operands cancel exactly."
        return _reason("zero factor" if not any(here) else "cancelled", said, made)
    if made.row.family == "structural" or made.op in CHOOSING:
        return _reason("given", "It is taken as it is from an entry that is 0.", made)
    return _reason(
        "rounded away", f"The {made.row.title} gives 0 here: exactly, or too little to be told from it.", made
    )


def _operand(trace: Trace, node: Node, shape: tuple[int, ...], index: Index) -> float:
    """The operand's entry that broadcasting takes; NaN where the operation is not entry by entry."""
    value = trace.view(trace.schedule.values[node.id])
    try:
        return float(np.broadcast_to(value, shape)[index])
    except ValueError:
        return float("nan")


def _never(trace: Trace, node: Node) -> Reason:
    """Nothing ever arrives at this node."""
    role = {"input": "an input", "target": "a target", "constant": "a constant"}.get(node.role)
    after = _after(trace.graph, node, trace.schedule.backward.cut)
    if node.role == "parameter" and not node.wanted and trace.graph.loss.id in after:
        return _reason("frozen", f"{node.label} is frozen: nothing trains it, so no gradient is asked for.", node)
    elsewhere = _unconnected(trace, node)
    if node.wanted or (role is None and elsewhere.kind in ("cut", "detached")):
        return elsewhere
    said = f"{node.label} is {role}" if role else f"Nothing that learns lies before {node.label}"
    return _reason("not wanted", f"{said}: no gradient is asked for there.", node)


def _reason(kind: Kind, sentence: str, node: Node, **numbers: float) -> Reason:
    return Reason(kind=kind, sentence=sentence, node=node.id, label=node.label, numbers=numbers)


def _after(graph: Graph, node: Node, cut: Collection[tuple[int, int]] = ()) -> set[int]:
    """The node, and those it reaches by a slope, over edges that are not `cut`."""
    after = {node.id}
    for other in graph.nodes[node.id :]:
        slots = (slot for slot, i in enumerate(other.inputs) if i in after and other.row.vjps[slot] is not None)
        if other.op and any((other.id, slot) not in cut for slot in slots):
            after.add(other.id)
    return after


def _unconnected(trace: Trace, node: Node) -> Reason:
    """Nothing leads from here to the loss, or it is cut or detached."""
    graph, after = trace.graph, _after(trace.graph, node)
    cut = [(to, slot) for to, slot in trace.schedule.backward.cut if graph.nodes[to].inputs[slot] in after]
    if cut:
        to = graph.nodes[cut[0][0]]
        before = graph.nodes[to.inputs[cut[0][1]]]
        sentence = f"The way from {to.label} back to {before.label} is cut: this backward pass sends nothing over it."
        return _reason("cut", sentence, to, cuts=float(len(cut)))
    end = next((n for n in graph.nodes if n.op == "detach" and n.inputs[0] in after), None)
    if end:
        sentence = f"The way from here ends at {end.label}: what is detached counts as given, so nothing comes back."
        return _reason("detached", sentence, end)
    return _reason("no path", f"No path leads from here, at {node.label}, to the loss.", node)


def _faint(gradient: float) -> Reason:
    return Reason(
        kind="faint", sentence=f"It is not 0 but {shown(gradient)}: a product of many slopes, most of them small.",
        numbers={"gradient": gradient},
    )  # fmt: skip


class _Search:
    """Follows the change of one entry forward and looks where nothing is left of it."""

    def __init__(self, trace: Trace) -> None:
        self.spread, self.graph = Spread(trace), trace.graph

    def walk(self, start: int, index: Index) -> Iterator[Reason]:
        moving: dict[int, Array] = {start: np.zeros(self.graph.nodes[start].shape)}
        moving[start][index] = 1.0
        parts: dict[int, list[Array]] = {}
        for id in self.spread.order(start):
            if id in parts:
                moving[id] = np.sum(parts[id], axis=0)
                if not moving[id].any() and any(part.any() for part in parts[id]):
                    yield self._cancelled(self.graph.nodes[id], len(parts[id]))
            for user, slot in self.spread.users.get(id, ()):
                node = self.graph.nodes[user]
                part = self.spread.push(node, slot, moving[id])
                parts.setdefault(user, []).append(part)
                if moving[id].any() and (reason := self._stopped(node, slot, moving[id], part)):
                    yield reason

    def _cancelled(self, node: Node, count: int) -> Reason:
        sentence = f"At {node.label} {count} ways meet, and what they bring adds up to exactly 0."
        return Reason(
            kind="cancelled", sentence=sentence, node=node.id, label=node.label, numbers={"ways": float(count)}
        )

    def _stopped(self, node: Node, slot: int, change: Array, part: Array) -> Reason | None:
        x = self.spread.value(node.inputs[slot])[change != 0]
        if part.any():
            return self._squashed(node, change, x)
        if node.row.family == "structural":
            return None  # it takes other entries than this one
        kind, sentence = self._kind(node, slot, change, x)
        numbers = {"reached": float(x.size), "smallest input": float(x.min()), "largest input": float(x.max())}
        return Reason(kind=kind, sentence=sentence, node=node.id, label=node.label, numbers=numbers)

    def _squashed(self, node: Node, change: Array, x: Array) -> Reason | None:
        """Where something comes through, but every slope is almost 0."""
        if node.op not in SQUASHERS:
            return None
        slopes = SQUASHERS[node.op](self.spread.value(node.id)[change != 0])
        if not (slopes < FLAT).all():
            return None
        share = float(slopes.max())
        steep = f"its slope is {shown(share)} of its steepest"
        sentence = f"The {node.row.title} {node.label} is saturated at {_range(x)}: {steep}."
        return Reason(kind="saturated", sentence=sentence, node=node.id, label=node.label,
                      numbers={"reached": float(x.size), "largest share of the steepest slope": share})  # fmt: skip

    def _kind(self, node: Node, slot: int, change: Array, x: Array) -> tuple[Kind, str]:
        title = f"The {node.row.title} {node.label}" if node.named else f"The {node.row.title}"
        if node.op == "relu":
            return (
                "dead relu",
                f"{title} gets {_range(x)}: at and below 0 its slope is exactly 0, so nothing comes back.",
            )
        if node.op in SQUASHING:
            return "saturated", f"{title} gets {_range(x)}: there it is flat to the last bit."
        if node.op in CHOOSING:
            return "not chosen", f"{title} chose other numbers than {_range(x)}: only what is chosen gets a gradient."
        if node.op == "mul" and self.graph.nodes[node.inputs[1 - slot]].label.endswith(".mask"):
            return "masked", f"{title} is a mask's: in this training step the mask is 0 here."
        if node.op == "mul" or node.row.family == "contraction":
            others = [self.graph.nodes[i].label for k, i in enumerate(node.inputs) if k != slot]
            return "zero factor", f"{title} multiplies it by {' and '.join(others)}, which is 0 wherever it gets to."
        return "flat", f"{title} has slope 0 at {_range(x)}."


def _range(x: Array) -> str:
    if x.size == 1:
        return f"{float(x.reshape(-1)[0]):.4g}"
    return f"{x.size} numbers from {float(x.min()):.4g} to {float(x.max()):.4g}"
