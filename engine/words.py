"""Where an event's operands lie and what they are called: what every explanation is put together from."""

from __future__ import annotations

from collections.abc import Sequence

from engine.contraction import indexed
from engine.events import Forward, Recompute, arrived
from engine.explanation import Operand, Places, at
from engine.graph import Graph, Node
from engine.names import CodeNames, formula_name
from engine.notation import ATOM, Text, wrap
from engine.op import Index
from engine.optim import GIVEN
from engine.recording import ArrayRef
from engine.schedule import Schedule, of_pass
from engine.tape import Shape


class Words:
    """Names and places of one schedule; where it has several outputs, of the pass of `output`."""

    def __init__(self, graph: Graph, schedule: Schedule, output: int | None = None) -> None:
        self.graph, self.schedule = graph, schedule
        self.output = graph.loss if output is None else graph.nodes[output]
        self.code = CodeNames(graph, update_names(schedule), ("t",) if counts(schedule) else ())
        self.forwards = {e.node: e for e in schedule.events if isinstance(e, Forward | Recompute)}
        self.now = [*schedule.values]  # where the backward pass finds a value
        for e in schedule.events:
            if isinstance(e, Recompute):
                self.now[e.node] = e.value
        self.gradient: dict[int, ArrayRef] = {}  # at the end of the backward pass
        self.before: dict[int, ArrayRef] = {}  # by event: what had arrived until then
        for e in of_pass(schedule, self.output.id):
            for node, ref in arrived(e).items():
                if node in self.gradient:
                    self.before[e.index] = self.gradient[node]
                self.gradient[node] = ref

    def places(self, node: Node, upstream: ArrayRef | None = None) -> Places:
        refs = self.now
        saved = tuple(self.forwards[node.id].saved.values())
        return Places(refs[node.id], tuple(refs[i] for i in node.inputs), dict(node.options), upstream, saved)

    def equation(self, ref: ArrayRef, entry: Index, right: str | None) -> str:
        return at(ref, entry) if right is None else f"{at(ref, entry)} = {right}"

    def names(self, node: Node) -> list[Text]:
        """The inputs' names; outside entry-by-entry formulas a composite one is put in parentheses."""
        names = [formula_name(self.graph, self.graph.nodes[i]) for i in node.inputs]
        return names if node.row.family == "elementwise" else [Text(wrap(n, ATOM)) for n in names]

    def code_operands(self, node: Node) -> list[Text]:
        """The inputs in code."""
        return [self.code.operand(self.graph.nodes[i], node.row.family) for i in node.inputs]

    def partial(self, node: Node, output: Node | None = None, entry: Index = ()) -> str:
        """The slope of the output with respect to a node, or to one entry of it."""
        top = output or self.output
        over = formula_name(self.graph, top).text if top.named or top is not self.graph.loss else "L"
        under = indexed(wrap(formula_name(self.graph, node), ATOM), ",".join(map(str, entry)))
        return rf"\frac{{\partial {over}}}{{\partial {under}}}"

    @property
    def loss(self) -> str:
        return self.output.label if self.output.named else "L"

    def first(self, kind: str) -> int:
        """The index of the first event of a kind."""
        return next(e.index for e in self.schedule.events if e.kind == kind)

    def inputs(self, node: Node) -> list[Operand]:
        refs = self.now
        return [
            Operand(label=self.graph.nodes[i].label, says="input", tone="forward", ref=refs[i]) for i in node.inputs
        ]

    def kept(self, node: Node) -> list[Operand]:
        saved = self.forwards[node.id].saved
        return [
            Operand(label=name, says="kept for the way back", tone="forward", ref=ref) for name, ref in saved.items()
        ]

    def said(self, id: int) -> str:
        """A node's name in a sentence."""
        node = self.graph.nodes[id]
        return f"the {node.row.title}" if node.op and node.label == f"v{id}" else node.label


def shown(ref: ArrayRef, entry: Index) -> Index | None:
    return entry if ref.shape else None


def size(shape: Shape) -> str:
    return f"{' × '.join(map(str, shape))} numbers"


def listed(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def update_names(schedule: Schedule) -> set[str]:
    """What the lines of an update read and write for every parameter, beside the parameter and its gradient."""
    steps = schedule.optimizer.steps if schedule.optimizer else ()
    return {name for step in steps for name in (step.target, *step.reads)} - GIVEN


def counts(schedule: Schedule) -> bool:
    """A line of the update reads the number of updates, t."""
    return schedule.optimizer is not None and any("t" in step.reads for step in schedule.optimizer.steps)
