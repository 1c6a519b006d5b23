"""What a training step costs, counted from its schedule: passes, operations, and the most numbers held at one time.

An operation is one addition, multiplication or comparison as the op table's `flops` counts them; a function such as
exp counts as the row says. A contribution costs what the op's forward pass does, plus, where the op works entry by
entry, one product with upstream; a tangent costs the same for each input that moves. Carrying an influence on costs a
matrix product, and once for each entry of the state what the contributions inside of its time step cost. Numbers are
held from the event that makes them to the last event that needs them; what is there with any strategy is not counted:
leaves and their gradients, and what the update makes. Nor is the plain forward pass where no gradient is made from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import prod

from engine.backward import Backward
from engine.demand import demand
from engine.events import AnyEvent, Contribution, Credit, Forward, Influence, Probe, Quotient, Recompute, Seed, Tangent
from engine.frozen import frozen
from engine.graph import Graph, Node
from engine.held import peak, slope
from engine.rtrl import States, states_of
from engine.schedule import Schedule, schedule


@frozen
class Cost:
    """Operations of the forward pass, of computing values again, of the backward phase, and the peak of numbers held.

    `passes` through the graph, by direction: forward, backward, tangent, or influence, which counts states.
    """

    forward: int
    again: int
    backward: int
    peak: int
    passes: Mapping[str, int]

    @property
    def operations(self) -> int:
        """Floating-point operations of both passes together."""
        return self.forward + self.again + self.backward


@frozen
class Way:
    """One way to the same gradients and what it costs; `own`: the way of this session.

    `visits`: how often a node is computed beside the forward pass.
    """

    name: str
    own: bool
    visits: int
    passes: Mapping[str, int]
    forward: int
    again: int
    backward: int
    operations: int
    peak: int


def ways(graph: Graph, own: Backward, whole: Graph | None = None) -> tuple[Way, ...]:
    """The costs of every way that fits the graph, its own first where that is truncated or checkpointed.

    Nothing is computed, and ways that go entry by entry are counted from one entry of each leaf. `whole` is the graph
    without the cuts of its own way.
    """
    plain = {
        "reverse": Backward(), "forward": Backward(mode="forward", sampled=True),
        "central differences": Backward(mode="difference", sampled=True),
        "one-sided differences": Backward(mode="difference", sides="one-sided", sampled=True),
        "real-time recurrent learning": Backward(mode="rtrl"),
    }  # fmt: skip
    if not graph.carries:
        del plain["real-time recurrent learning"]
    if len(graph.outputs) > 1:
        plain = {name: plain[name] for name in ("reverse", "forward")}
    rows = [_way(name, whole or graph, how, same(how, own)) for name, how in plain.items()]
    if own.cut or own.checkpoints:
        rows.insert(0, _way("truncated" if own.cut else "checkpointed", graph, own, True))
    return tuple(rows)


def same(how: Backward, own: Backward) -> bool:
    fields = (own.mode, own.sides if own.mode == "difference" else how.sides, own.cut, own.checkpoints)
    return (how.mode, how.sides, how.cut, how.checkpoints) == fields


def _way(name: str, graph: Graph, how: Backward, own: bool) -> Way:
    found = cost(graph, schedule(graph, backward=how))
    return Way(
        name=name, own=own, visits=demand(graph, how).visits, passes=found.passes,
        forward=found.forward, again=found.again, backward=found.backward,
        operations=found.operations, peak=found.peak,
    )  # fmt: skip


def cost(graph: Graph, schedule: Schedule) -> Cost:
    """The cost of one training step, the optimizer's lines apart."""
    found = _Counting(graph, schedule)
    for event in schedule.events:
        found.count(event)
    return found.cost(peak(graph, schedule))


class _Counting:
    def __init__(self, graph: Graph, schedule: Schedule) -> None:
        self.graph, self.how = graph, schedule.backward
        self.operations: Counter[str] = Counter()  # forward, again, backward
        self.passes: Counter[str] = Counter()
        self.moving: set[int] = set()
        self.states: States | None = None
        self.stepped: set[int] = set()
        self.counted: dict[int, int] = {}  # by node

    def cost(self, held: int) -> Cost:
        plain = self.how.mode != "difference" or self.how.sides == "one-sided"
        self.passes["forward"] += plain
        forward = self.operations["forward"] if plain else 0
        passes = {name: n for name in ("forward", "backward", "tangent", "influence") if (n := self.passes[name])}
        return Cost(
            forward=forward, again=self.operations["again"], backward=self.operations["backward"], peak=held,
            passes=passes,
        )  # fmt: skip

    def count(self, event: AnyEvent) -> None:
        match event:
            case Forward():
                self.operations["forward"] += self.flops(self.graph.nodes[event.node])
            case Recompute():
                self.operations["again"] += self.flops(self.graph.nodes[event.node])
            case Seed():
                self.passes["backward"] += 1
            case Contribution():
                node = self.graph.nodes[event.node]
                self.operations["backward"] += self.over(node, event.slot, prod(event.value.shape))
            case Tangent():
                self.tangent(event, self.times(event.leaf))
            case Probe():
                times = self.times(event.node)
                self.passes["forward"] += times
                self.operations["backward"] += times * self.operations["forward"]
            case Quotient():
                self.operations["backward"] += 2 * self.times(event.into)
            case Influence():
                self.operations["backward"] += self.influence(event)
            case Credit():
                self.operations["backward"] += 2 * event.influence.size

    def times(self, leaf: int) -> int:
        """For how many entries this one stands."""
        return prod(self.graph.nodes[leaf].shape) if self.how.sampled else 1

    def flops(self, node: Node) -> int:
        if node.id not in self.counted:
            shapes = (self.graph.nodes[i].shape for i in node.inputs)
            self.counted[node.id] = int(node.row.flops(*shapes, **node.options))
        return self.counted[node.id]

    def over(self, node: Node, slot: int, sent: int) -> int:
        """A derivative over one slot; `sent` numbers arrive at the other end."""
        if not node.row.partials:
            return self.flops(node)
        local = slope(self.graph, node, slot)
        if local == 1.0:
            return max(prod(node.shape) - sent, 0)  # only what un-broadcasting adds up
        return (0 if local is not None else self.flops(node)) + prod(node.shape)

    def tangent(self, event: Tangent, times: int) -> None:
        node = self.graph.nodes[event.node]
        if event.node == event.leaf:
            self.moving = {event.leaf}
            self.passes["tangent"] += times
            return
        slots = (slot for slot, i in enumerate(node.inputs) if i in self.moving)
        self.operations["backward"] += times * sum(self.over(node, slot, prod(node.shape)) for slot in slots)
        self.moving.add(event.node)

    def influence(self, event: Influence) -> int:
        product = 0
        if event.before is not None and event.jacobian is not None:
            product = 2 * event.jacobian.size * prod(self.graph.nodes[event.param].shape)
        if event.node in self.stepped:
            return product
        self.stepped.add(event.node)
        self.passes["influence"] += 1
        self.states = self.states or states_of(self.graph)
        nodes = (self.graph.nodes[i] for i in self.states.between[event.node])
        inside = sum(self._sent(node) for node in nodes)
        return product + prod(self.graph.nodes[event.node].shape) * inside

    def _sent(self, node: Node) -> int:
        into = [self.graph.nodes[i] for i in node.inputs]
        slots = [slot for slot, n in enumerate(into) if n.wanted and node.row.vjps[slot] is not None]
        return sum(self.over(node, slot, prod(into[slot].shape)) for slot in slots)
