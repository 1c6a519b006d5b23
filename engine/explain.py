"""Says each event in a sentence, a formula, the formula with its numbers, and a line of NumPy.

Numbers stand in the texts as places: ``\\num{12}`` is the number at offset 12 of the recording. So an explanation
belongs to the schedule, not to one training step, and whoever shows it looks the numbers up.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.contraction import indexed
from engine.events import (
    AnyEvent,
    Assign,
    Batch,
    Clipped,
    Contribution,
    Credit,
    Forward,
    Influence,
    Probe,
    Quotient,
    Recompute,
    Seed,
    Slope,
    Statistics,
    Stopping,
    Tangent,
    ZeroGrad,
)
from engine.explain_backward import explain_contribution
from engine.explain_difference import explain_probe, explain_quotient
from engine.explain_forward import Passes
from engine.explain_rtrl import Carried
from engine.explain_statistics import explain_statistics
from engine.explain_stopping import explain_stopping
from engine.explain_update import explain_assign, explain_clip, lines
from engine.explanation import EntryError, Explanation, Formula, Operand, at
from engine.graph import Graph, Node
from engine.names import formula_name
from engine.notation import Text
from engine.op import Index
from engine.schedule import Schedule
from engine.tape import Shape
from engine.words import Words, listed, shown, size


class Explainer:
    """Explains the events of one schedule."""

    def __init__(self, graph: Graph, schedule: Schedule) -> None:
        self.graph, self.schedule = graph, schedule
        self.words = Words(graph, schedule)
        self.passes, self.carried = Passes(self.words), Carried(self.words)
        self.seeds = [e for e in schedule.events if isinstance(e, Seed)]
        self.outputs = {e.node: Words(graph, schedule, e.node) for e in self.seeds[1:]}  # beside the first one's
        left = {e.params[0]: e.value for e in schedule.events if isinstance(e, Clipped)}
        self.lines = lines(schedule, self.words.gradient | left)

    def explain(self, index: int, entry: Index | None = None) -> Explanation:
        """The explanation of event `index`, for one entry of its array (the first, where none is named).

        Raises `EntryError` for an entry outside the array's shape.
        """
        event = self.schedule.events[index]
        entry = self._entry(event, entry)
        match event:
            case Batch():
                return self._batch(event)
            case Forward() | Recompute():
                return self._forward(event, entry)
            case Statistics():
                return explain_statistics(event, self.words, entry)
            case ZeroGrad():
                return self._zero_grad(event)
            case Seed():
                return self._seed(event)
            case Contribution():
                return explain_contribution(event, self._words(event), entry)
            case Tangent():
                return self.passes.tangent(event, entry)
            case Slope():
                return self.passes.slope(event)
            case Probe():
                return explain_probe(event, self.words, self._forward_lines())
            case Quotient():
                return explain_quotient(event, self.words)
            case Influence():
                return self.carried.explain(event, entry)
            case Credit():
                return self.carried.credit(event, entry)
            case Clipped():
                return self._clip(event, entry)
            case Stopping():
                return explain_stopping(event, self.words)
            case Assign():
                return self._assign(event, entry)

    def _words(self, event: AnyEvent) -> Words:
        """The words of the pass an event belongs to."""
        seed = next((e.node for e in reversed(self.seeds) if e.index <= event.index), None)
        return self.words if seed is None else self.outputs.get(seed, self.words)

    def _forward_lines(self) -> list[str]:
        """The code of the forward pass."""
        return [
            line
            for e in self.schedule.events
            if isinstance(e, Forward)
            for line in self._forward_code(e, self.graph.nodes[e.node])
        ]

    def _entry(self, event: AnyEvent, entry: Index | None) -> Index:
        shape: Shape = event.value.shape if not isinstance(event, Batch | ZeroGrad) else ()
        chosen = entry if entry is not None else (0,) * len(shape)
        if len(chosen) != len(shape) or any(not 0 <= i < n for i, n in zip(chosen, shape, strict=True)):
            raise EntryError(f"entry {chosen} asked for; the array of event {event.index} has shape {shape}")
        return chosen

    def _batch(self, event: Batch) -> Explanation:
        n = event.samples.size
        seen = f"all {n} samples" if n > 1 else "one sample"
        return Explanation(
            event=event.index, title="batch", entry=None,
            sentence=rf"A training step begins: it sees {seen}; the learning rate is {at(event.learning_rate, ())}.",
            lines=(),
            operands=(
                Operand(label="samples", says="which ones", tone="forward", ref=event.samples),
                Operand(label="η", says="learning rate", tone="update", ref=event.learning_rate),
            ),
            code=(),
        )  # fmt: skip

    def _forward(self, event: Forward | Recompute, entry: Index) -> Explanation:
        node, row = self.graph.nodes[event.node], self.graph.nodes[event.node].row
        again = "" if isinstance(event, Forward) else "Once more, since it was not kept: "
        names = self.words.names(node)
        numbers = self.words.equation(
            event.value, entry, row.entry(self.words.places(node), entry) if row.entry else None
        )
        left = f"{node.label} = " if node.named else ""
        what = size(event.value.shape) if event.value.shape else rf"\num{{{event.value.offset}}}"
        return Explanation(
            event=event.index, title=f"{row.symbol} · {row.title}", entry=shown(event.value, entry),
            sentence=f"{again}{_lowered(self._does(node)) if again else self._does(node)}: *{left}{what}*.",
            lines=self._value_lines(node, names, numbers),
            operands=(
                *self.words.inputs(node),
                Operand(label=node.label, says="output", tone="forward", ref=event.value),
                *self.words.kept(node),
            ),
            code=self._forward_code(event, node),
        )  # fmt: skip

    def _does(self, node: Node) -> str:
        said = [self.words.said(i) for i in node.inputs]
        return node.row.does.format(*said, all=listed(said), **node.options)

    def _value_lines(self, node: Node, names: Sequence[Text], numbers: str | None) -> tuple[Formula, ...]:
        row = node.row
        left = f"{formula_name(self.graph, node).text} = " if node.named or row.family != "elementwise" else ""
        whole = Formula(
            says="value", formula=left + row.latex(names, node.settings), numbers=None if row.sigma else numbers
        )
        if row.sigma is None:
            return (whole,)
        whole_name, axes = left.removesuffix(" = "), row.axes(node.settings).split("->")[1]
        entry = f"{indexed(whole_name, axes)} = {row.sigma(names, node.settings)}"
        return (whole, Formula(says="one entry", formula=entry, numbers=numbers))

    def _forward_code(self, event: Forward | Recompute, node: Node) -> tuple[str, ...]:
        names = self.words.code_operands(node)
        saved = zip(self.words.code.saved(node), node.row.numpy_saved, strict=True)
        return (
            *(f"{name} = {line(names, node.settings)}" for name, line in saved),
            f"{self.words.code.value(node)} = {node.row.numpy(names, node.settings)}",
        )

    def _zero_grad(self, event: ZeroGrad) -> Explanation:
        labels = [self.graph.nodes[i].label for i in event.params]
        if labels:
            said = f"The gradients of {listed(labels)} are cleared: nothing is left over from the step before."
        else:
            said = "No parameter gets a gradient here, so there is none to clear."
        return Explanation(
            event=event.index, title="zero_grad", entry=None,
            sentence=said, lines=(), operands=(), code=(),
        )  # fmt: skip

    def _seed(self, event: Seed) -> Explanation:
        words = self._words(event)
        node, partial = self.graph.nodes[event.node], f"∂{words.loss}/∂{self.graph.nodes[event.node].label}"
        name = words.said(node.id)
        return Explanation(
            event=event.index, title="seed", entry=None,
            sentence=f"The backward pass begins at {name}: its slope with respect to itself is *1*.",
            lines=(Formula(says="seed", formula=f"{words.partial(node)} = 1"),),
            operands=(Operand(label=partial, says="seed", tone="backward", ref=event.value),),
            code=(f"{words.code.gradient(node)} = 1.0",),
        )  # fmt: skip

    def _assign(self, event: Assign, entry: Index) -> Explanation:
        assert self.schedule.optimizer is not None, "an assignment comes from an optimizer"
        node, line = self.graph.nodes[event.param], self.lines[event.index]
        return explain_assign(event, node, line, self.schedule.optimizer, self.words, entry)

    def _clip(self, event: Clipped, entry: Index) -> Explanation:
        (param,) = event.params
        return explain_clip(event, self.words, self.words.gradient[param], entry)


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
