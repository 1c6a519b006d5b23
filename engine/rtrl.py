"""Real-time recurrent learning: how the state answers to each leaf is carried on through time, so nothing goes back.

The influence of leaf θ on state s is ds/dθ. One time step makes it from the influences on the states before:
ds/dθ = Σ ds/ds' · ds'/dθ + ∂s/∂θ, the last for the part of this time step alone (Williams and Zipser 1989).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from math import prod
from typing import Any

import numpy as np

from engine.events import AnyEvent, Credit, Influence
from engine.frozen import frozen
from engine.graph import Graph, Node
from engine.recording import ArrayRef
from engine.reverse import backward_from
from engine.scope import Scope
from engine.tape import Array, Call
from engine.walk import Walk


@frozen(kw_only=False)
class States:
    """The states of a graph in order of time; for each, the nodes of its time step and what these begin with."""

    order: tuple[int, ...]
    between: Mapping[int, tuple[int, ...]]  # nodes from what they begin with to the state, itself included
    begins: Mapping[int, tuple[int, ...]]  # earlier states first, then leaves

    def influences(self) -> Iterator[tuple[int, int, int | None]]:
        """Each state with each leaf that it answers to, and the earlier state through which it does so."""
        reach: dict[int, list[int]] = {}
        for s in self.order:
            own = [(b, None) for b in self.begins[s] if b not in self.between]
            before = [(leaf, b) for b in self.begins[s] for leaf in reach.get(b, ())]
            reach[s] = list(dict.fromkeys(leaf for leaf, _ in (*own, *before)))
            yield from ((s, leaf, through) for leaf, through in (*own, *before))


def states_of(graph: Graph) -> States:
    """The states: what is carried from one time step to the next, and what leaves a recurrent layer.

    Raises ValueError where there is none.
    """
    if not graph.carries:
        raise ValueError("real-time recurrent learning needs a recurrent layer; this model has none")
    found = {graph.nodes[c.node].inputs[c.slot] for c in graph.carries} | _leaving(graph)
    parts = {s: _part(graph, s, found) for s in found}
    begins = {s: tuple(sorted(part[1], key=lambda i: (i not in found, i))) for s, part in parts.items()}
    order = _ordered(graph, begins, _times(graph))
    return States(order, {s: parts[s][0] for s in found}, begins)


def _leaving(graph: Graph) -> set[int]:
    """Nodes of recurrent layers that are used outside of them."""
    layers = {_path(graph, c.node, c.layer)[:-1] for c in graph.carries}

    def layer(node: Node) -> Any:
        return next((path for path in layers if node.group[: len(path)] == path), None)

    inner = {n.id: layer(n) for n in graph.nodes if n.op}
    return {i for n in graph.nodes if n.op for i in n.sources if inner.get(i) not in (None, inner[n.id])}


def _path(graph: Graph, node: int, layer: str) -> tuple[str, ...]:
    """The group of the time step a node of a recurrent layer belongs to."""
    group = graph.nodes[node].group
    return group[: group.index(layer) + 2]


def _times(graph: Graph) -> dict[tuple[str, ...], int]:
    return {_path(graph, c.node, c.layer): c.time for c in graph.carries}


def _part(graph: Graph, state: int, states: set[int]) -> tuple[tuple[int, ...], set[int]]:
    """The nodes between a state and the states and wanted leaves it is made from, and those."""
    nodes, begins, waiting = set(), set(), [state]
    while waiting:
        node = graph.nodes[waiting.pop()]
        nodes.add(node.id)
        for i in node.sources:
            if i in states or graph.nodes[i].op is None:
                begins.add(i)
            elif i not in nodes:
                waiting.append(i)
    return tuple(sorted(nodes)), {i for i in begins if graph.nodes[i].wanted}


def _ordered(graph: Graph, begins: Mapping[int, Sequence[int]], times: Mapping[Any, int]) -> tuple[int, ...]:
    """By time, as far as each state comes after those it is made from."""
    awaited = {s: sum(b in begins for b in begins[s]) for s in begins}
    followers: dict[int, list[int]] = {}
    for s, sources in begins.items():
        for b in sources:
            followers.setdefault(b, []).append(s)
    ready = [(_time(graph.nodes[s], times), s) for s, count in awaited.items() if not count]
    heapify(ready)
    order = []
    while ready:
        order.append(heappop(ready)[1])
        for s in followers.get(order[-1], ()):
            awaited[s] -= 1
            if not awaited[s]:
                heappush(ready, (_time(graph.nodes[s], times), s))
    return tuple(order)


def _time(node: Node, times: Mapping[Any, int]) -> int:
    return next((times[node.group[:k]] for k in range(len(node.group) + 1) if node.group[:k] in times), 1)


def rtrl(walk: Walk) -> Iterator[AnyEvent]:
    """Back from the loss to the states; then, in order of time, the influences, each used where a gradient waits."""
    states = states_of(walk.graph)
    yield from backward_from(walk, walk.graph.loss.id, frozenset(states.between))
    yield from _Carrying(walk, states).run()


class _Carrying:
    def __init__(self, walk: Walk, states: States) -> None:
        self.walk, self.nodes, self.states = walk, walk.graph.nodes, states
        self.influence: dict[int, dict[int, ArrayRef]] = {}  # by state: of each leaf

    def run(self) -> Iterator[AnyEvent]:
        for state in self.states.order:
            if self.nodes[state].wanted:
                yield from self.carried(self.nodes[state])
                if state in self.walk.total:
                    yield from self.credits(self.nodes[state])

    def carried(self, node: Node) -> Iterator[AnyEvent]:
        """The part of this time step, then what came through each state before."""
        so_far = self.influence.setdefault(node.id, {})
        begins = self.states.begins[node.id]
        jacobians = {b: self.walk.place((*node.shape, *self.nodes[b].shape)) for b in begins}
        for leaf in (b for b in begins if b not in self.states.between):
            so_far[leaf] = jacobians[leaf]
            yield self.event(node, leaf, None, None, None, jacobians[leaf])
        for state in (b for b in begins if b in self.states.between):
            for leaf, before in self.influence[state].items():
                value = self.walk.place((*node.shape, *self.nodes[leaf].shape))
                yield self.event(node, leaf, state, jacobians[state], before, value)

    def event(
        self, node: Node, leaf: int, through: int | None, jacobian: ArrayRef | None, before: ArrayRef | None,
        value: ArrayRef,
    ) -> Influence:  # fmt: skip
        so_far = self.influence[node.id]
        first = leaf not in so_far or through is None
        so_far[leaf] = value if first else self.walk.place(value.shape)
        head = self.walk.head("backward", ("influence", node.id), ("influence", *node.group[:2]))
        return Influence(
            **head, node=node.id, param=leaf, through=through, jacobian=jacobian, before=before, value=value,
            total=so_far[leaf],
        )  # fmt: skip

    def credits(self, node: Node) -> Iterator[AnyEvent]:
        """What the gradient of a state means for every leaf that it answers to."""
        total = self.walk.total
        for leaf, influence in self.influence[node.id].items():
            value = self.walk.place(self.nodes[leaf].shape)
            first = leaf not in total
            total[leaf] = value if first else self.walk.place(value.shape)
            yield Credit(
                **self.walk.head("backward", ("credit", node.id), ("influence", *node.group[:2])),
                node=node.id, into=leaf, upstream=total[node.id], influence=influence, value=value, total=total[leaf],
            )  # fmt: skip


class Influences:
    """The calls of real-time recurrent learning."""

    def __init__(self, scope: Scope, events: Sequence[AnyEvent]) -> None:
        self.scope, self.graph = scope, scope.graph
        self.jacobians: dict[int, dict[int, ArrayRef]] = {}  # by state: to what its time step begins with
        self.done: set[int] = set()
        self.totals: dict[tuple[int, int], ArrayRef] = {}
        for e in events:
            if isinstance(e, Influence):
                begin, ref = (e.param, e.value) if e.through is None else (e.through, e.jacobian)
                assert ref is not None, "an influence through a state has its Jacobian"
                self.jacobians.setdefault(e.node, {})[begin] = ref
        self.states = states_of(self.graph) if self.jacobians else None

    def influence(self, event: Influence) -> list[Call]:
        calls: list[Call] = []
        if event.node not in self.done:
            self.done.add(event.node)
            calls.append(self._time_step(event.node))
        if event.through is not None and event.jacobian is not None and event.before is not None:
            matrices = self._matrix(event.jacobian, event.node), self._matrix(event.before, event.through)
            calls.append((np.matmul, (*matrices, self._matrix(event.value, event.node))))
        before = self.totals.get((event.node, event.param))
        self.totals[event.node, event.param] = event.total
        if event.total != event.value and before is not None:
            calls.append((np.add, tuple(map(self.scope.view, (before, event.value, event.total)))))
        return calls

    def _matrix(self, ref: ArrayRef, state: int) -> Array:
        """The array with the state's entries as rows."""
        return self.scope.view(ref).reshape(prod(self.graph.nodes[state].shape), -1)

    def _time_step(self, state: int) -> Call:
        """One call for all Jacobians of a time step."""
        assert self.states is not None, "there are influences"
        nodes = [self.graph.nodes[i] for i in reversed(self.states.between[state])]
        known = {n.id: self.scope.known(n) for n in nodes}
        outs = {b: self._matrix(ref, state) for b, ref in self.jacobians[state].items()}
        return jacobians, (nodes, known, self.graph.nodes[state].shape, outs)

    def credit(self, event: Credit) -> list[Call]:
        upstream = self.scope.view(event.upstream).reshape(1, -1)
        influence, value = self._matrix(event.influence, event.node), self.scope.view(event.value)
        calls: list[Call] = [(np.matmul, (upstream, influence, value.reshape(1, -1)))]
        before = self.scope.gradient.get(event.into)
        self.scope.gradient[event.into] = event.total
        if before is not None:
            calls.append((np.add, (self.scope.view(before), value, self.scope.view(event.total))))
        return calls


def jacobians(
    nodes: Sequence[Node], known: Mapping[int, Sequence[Array]], shape: tuple[int, ...], outs: Mapping[int, Array]
) -> None:
    """d(state)/d(begin) for everything a time step begins with, by reverse mode, one entry of the state after another.

    `nodes` are those of the time step, the state first; `outs` have the state's entries as rows.
    """
    for row in range(prod(shape)):
        seed = np.zeros(shape)
        seed.reshape(-1)[row] = 1.0
        found = _pulled(nodes, known, seed, outs)
        for begin, out in outs.items():
            out[row] = np.reshape(found.get(begin, 0.0), -1)


def _pulled(
    nodes: Sequence[Node], known: Mapping[int, Sequence[Array]], seed: Array, outs: Mapping[int, Array]
) -> dict[int, Array]:
    sent: dict[int, Array] = {nodes[0].id: seed}
    for node in nodes:
        upstream = sent.pop(node.id, None)
        if upstream is None:
            continue
        for slot, into in enumerate(node.inputs):
            vjp = node.row.vjps[slot]
            if vjp is not None and (into in known or into in outs):
                part = vjp(upstream, *known[node.id], **dict(node.options))
                sent[into] = sent[into] + part if into in sent else part
    return sent
