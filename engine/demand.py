"""How much a way to the gradients asks for, told from the graph alone: before events are made or memory is taken."""

from __future__ import annotations

from math import prod

from engine.backward import Backward
from engine.directions import leaves, moving
from engine.frozen import frozen
from engine.graph import Graph
from engine.rtrl import states_of


@frozen
class Demand:
    """`visits`: how often a node is computed beside the forward pass. `numbers`: what is recorded for that."""

    visits: int
    numbers: int


def demand(graph: Graph, how: Backward) -> Demand:
    """What the way takes. For reverse mode: a visit and about four numbers an entry."""
    match how.mode:
        case "forward":
            return _forward(graph)
        case "difference":
            return _difference(graph, how)
        case "rtrl":
            return _rtrl(graph)
    sizes = [prod(n.shape) for n in graph.nodes if n.op]
    return Demand(visits=len(sizes), numbers=4 * sum(sizes))


def _forward(graph: Graph) -> Demand:
    visits = numbers = 0
    for leaf in leaves(graph):
        size, nodes = prod(leaf.shape), moving(graph, leaf)
        visits += size * (1 + len(nodes))
        numbers += size * (size + sum(prod(n.shape) for n in nodes))
    return Demand(visits=visits, numbers=numbers)


def _difference(graph: Graph, how: Backward) -> Demand:
    entries = sum(prod(leaf.shape) for leaf in leaves(graph))
    probes = entries * (2 if how.sides == "central" else 1)
    beside = sum(prod(n.shape) for n in graph.nodes)  # the probes have a forward pass of their own
    return Demand(visits=probes * sum(n.op is not None for n in graph.nodes), numbers=probes + 2 * entries + beside)


def _rtrl(graph: Graph) -> Demand:
    states, size = states_of(graph), [prod(n.shape) for n in graph.nodes]
    influences = sum(2 * size[s] * size[leaf] for s, leaf, through in states.influences() if through is not None)
    jacobians = sum(size[s] * size[b] for s in states.order for b in states.begins[s])
    visits = sum(size[s] * len(states.between[s]) for s in states.order)
    return Demand(visits=visits, numbers=influences + jacobians)
