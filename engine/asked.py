"""What a spec asks of the backward phase, in terms of the graph: edges to cut, layers to keep or to freeze."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.backward import Backward
from engine.graph import Graph
from engine.rtrl import states_of


def checked(graph: Graph, how: Backward, trained: bool) -> Backward:
    """The same way. Raises ValueError where it does not fit the model."""
    if len(graph.outputs) > 1 and (trained or how.mode not in ("reverse", "forward")):
        what = "an optimizer follows" if trained else f"mode {how.mode} takes"
        raise ValueError(f"{what} one output; {len(graph.outputs)} are named")
    if how.mode == "rtrl":
        states_of(graph)
    return how


def over_time(graph: Graph, every: int | None) -> tuple[tuple[int, int], ...]:
    """The edges over which truncated backpropagation through time sends nothing back."""
    if every is None:
        return ()
    return tuple(
        (carry.node, carry.slot) for carry in graph.carries if carry.time > 1 and (carry.time - 1) % every == 0
    )


def edges(graph: Graph, asked: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """The same edges. Raises ValueError naming one there is not."""
    for node, slot in asked:
        if not (0 <= node < len(graph.nodes) and 0 <= slot < len(graph.nodes[node].inputs)):
            raise ValueError(f"there is no edge [{node}, {slot}] to cut")
    return asked


def frozen(graph: Graph, names: Sequence[str]) -> set[int]:
    """The parameters of these layers, or of these names. Raises ValueError naming one there is not."""
    found: set[int] = set()
    for name in names:
        parameters = {n.id for n in graph.parameters if name in (n.label, *n.group[:1])}
        if not parameters:
            raise ValueError(f"there is no layer and no parameter {name!r} to freeze")
        found |= parameters
    return found


def reached(graph: Graph, cut: tuple[tuple[int, int], ...], frozen: set[int]) -> Graph:
    """The graph with gradients wanted only where the backward pass still comes to, and leads to what is not frozen.

    Raises ValueError where nothing is left.
    """
    if not cut and not frozen:
        return graph
    found = set(graph.outputs)
    for node in reversed(graph.nodes):
        if node.id in found:
            found.update(i for slot, i in enumerate(node.inputs) if (node.id, slot) not in cut)
    leading = _leading(graph, frozen) if frozen else found
    if graph.loss.id not in leading:
        raise ValueError("nothing is left that gets a gradient: all of it is frozen")
    nodes = tuple(replace(n, wanted=n.wanted and n.id in found and n.id in leading) for n in graph.nodes)
    return replace(graph, nodes=nodes)


def _leading(graph: Graph, frozen: set[int]) -> set[int]:
    """The nodes that depend, by a slope, on a leaf that wants a gradient and is not frozen; and those leaves."""
    leading = {n.id for n in graph.leaves if n.wanted and n.id not in frozen}
    for node in graph.nodes:
        if any(i in leading for i in node.sources):
            leading.add(node.id)
    return leading


def checkpoints(graph: Graph, layers: Sequence[str]) -> tuple[int, ...]:
    """The last node of each layer. Raises ValueError naming a layer there is not."""
    last = {node.group[0]: node.id for node in graph.nodes if node.op and node.group}
    unknown = next((name for name in layers if name not in last), None)
    if unknown:
        raise ValueError(f"there is no layer {unknown!r} to keep; there are {', '.join(last)}")
    return tuple(sorted(last[name] for name in layers))
