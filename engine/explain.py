"""Says each event in a sentence, a formula, the formula with its numbers, and a line of NumPy.

Numbers stand in the texts as places: ``\\num{12}`` is the number at offset 12 of the recording. So an explanation
belongs to the schedule, not to one training step, and whoever shows it looks the numbers up.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from engine.contraction import indexed
from engine.events import AnyEvent, Assign, Batch, Clipped, Contribution, Forward, Recompute, Seed, ZeroGrad
from engine.explain_update import explain_assign, explain_clip, lines
from engine.explanation import EntryError, Explanation, Formula, Operand, Places, at, placed, repeated, summed
from engine.graph import Graph, Node
from engine.names import formula_name, gradient_variable, operand, variable
from engine.notation import ATOM, Text, wrap
from engine.op import Index, series
from engine.recording import ArrayRef
from engine.schedule import Schedule
from engine.tape import Shape


class Explainer:
    """Explains the events of one schedule."""

    def __init__(self, graph: Graph, schedule: Schedule) -> None:
        self.graph, self.schedule = graph, schedule
        self.forwards = {e.node: e for e in schedule.events if isinstance(e, Forward | Recompute)}
        self.now = [*schedule.values]  # where the backward pass finds a value
        for e in schedule.events:
            if isinstance(e, Recompute):
                self.now[e.node] = e.value
        self.gradient: dict[int, ArrayRef] = {}  # at the end of the backward pass
        self.before: dict[int, ArrayRef] = {}  # by event: what had arrived until then
        for e in schedule.events:
            if isinstance(e, Contribution):
                if e.into in self.gradient:
                    self.before[e.index] = self.gradient[e.into]
                self.gradient[e.into] = e.total
        left = {e.params[0]: e.value for e in schedule.events if isinstance(e, Clipped)}
        self.lines = lines(schedule, self.gradient | left)

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
            case ZeroGrad():
                return self._zero_grad(event)
            case Seed():
                return self._seed(event)
            case Contribution():
                return self._contribution(event, entry)
            case Clipped():
                return self._clip(event, entry)
            case Assign():
                return self._assign(event, entry)

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
        names = self._names(node)
        numbers = self._equation(event.value, entry, row.entry(self._places(node), entry) if row.entry else None)
        left = f"{node.label} = " if node.named else ""
        what = _size(event.value.shape) if event.value.shape else rf"\num{{{event.value.offset}}}"
        return Explanation(
            event=event.index, title=f"{row.symbol} · {row.title}", entry=_shown(event.value, entry),
            sentence=f"{again}{_lowered(self._does(node)) if again else self._does(node)}: *{left}{what}*.",
            lines=self._value_lines(node, names, numbers),
            operands=(
                *self._inputs(node),
                Operand(label=node.label, says="output", tone="forward", ref=event.value),
                *self._kept(node),
            ),
            code=self._forward_code(event, node),
        )  # fmt: skip

    def _does(self, node: Node) -> str:
        said = [self._said(i) for i in node.inputs]
        return node.row.does.format(*said, all=_listed(said), **node.options)

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
        names = self._operands(node)
        saved = zip(_saved_variables(node), node.row.numpy_saved, strict=True)
        return (
            *(f"{name} = {line(names, node.settings)}" for name, line in saved),
            f"{variable(node)} = {node.row.numpy(names, node.settings)}",
        )

    def _zero_grad(self, event: ZeroGrad) -> Explanation:
        labels = [self.graph.nodes[i].label for i in event.params]
        return Explanation(
            event=event.index, title="zero_grad", entry=None,
            sentence=f"The gradients of {_listed(labels)} are cleared: nothing is left over from the step before.",
            lines=(), operands=(), code=(),
        )  # fmt: skip

    def _seed(self, event: Seed) -> Explanation:
        node = self.graph.nodes[event.node]
        return Explanation(
            event=event.index, title="seed", entry=None,
            sentence=f"The backward pass begins at {self._said(node.id)}: its slope with respect to itself is *1*.",
            lines=(Formula(says="seed", formula=f"{self._partial(node)} = 1"),),
            operands=(Operand(label=f"∂{self._loss}/∂{node.label}", says="seed", tone="backward", ref=event.value),),
            code=(f"{gradient_variable(node)} = 1.0",),
        )  # fmt: skip

    def _contribution(self, event: Contribution, entry: Index) -> Explanation:
        node, into = self.graph.nodes[event.node], self.graph.nodes[event.into]
        return Explanation(
            event=event.index, title=f"{node.row.symbol} · {node.row.title}", entry=_shown(event.value, entry),
            sentence=self._sent_sentence(event, node, into),
            lines=tuple(self._sent_lines(event, node, into, entry)),
            operands=tuple(self._sent_operands(event, node, into)),
            code=self._sent_code(event, node, into),
        )  # fmt: skip

    def _sent_sentence(self, event: Contribution, node: Node, into: Node) -> str:
        how = node.row.sends[event.slot].format(*(self._said(i) for i in node.inputs), **node.options)
        target = self._said(into.id)
        many = event.value.shape != ()
        what = f"{_size(event.value.shape)} of gradient go" if many else rf"*\num{{{event.value.offset}}}* goes"
        sentence = f"The {node.row.title} {how}: {what} back to {target}."
        if node.row.family == "elementwise" and prod(repeated(event.upstream.shape, event.value.shape)) > 1:
            sentence += " It was repeated on the way forward, so its gradients are summed."
        if event.total != event.value:
            sentence += (
                " They are added to what had arrived before."
                if many
                else (rf" Added to what had arrived before, that makes *\num{{{event.total.offset}}}*.")
            )
        return sentence

    def _sent_lines(self, event: Contribution, node: Node, into: Node, entry: Index) -> list[Formula]:
        upstream, sent = self._partial(node), self._partial(into)
        sent += r" \mathrel{+}" if event.total != event.value else ""
        row = node.row
        names = [formula_name(self.graph, node), *self._names(node)]
        lines = []
        if event.local is not None:
            local = row.local[event.slot](names, node.settings)
            factor = wrap(Text(local, ATOM if _is_atom(local) else 0), 1)
            summing = r"\sum " if repeated(event.upstream.shape, event.value.shape) else ""
            lines.append(
                Formula(
                    says="upstream × local",
                    formula=rf"{sent} = {summing}{upstream} \cdot {factor}",
                    numbers=self._product(event, entry),
                )
            )
        else:
            given = [Text(upstream), *names[1:]] if row.family == "contraction" else names
            formula = row.local[event.slot](given, node.settings)
            through = formula if row.family == "contraction" else rf"{upstream} \cdot {formula}"
            pick = self._places(node, event.upstream)
            spelled = row.entry_vjp[event.slot](pick, entry) if row.entry_vjp else None
            numbers = self._equation(event.value, entry, spelled)
            lines.append(
                Formula(says="sent back", formula=f"{sent} = {through}", numbers=None if row.sigma_vjp else numbers)
            )
            if row.sigma_vjp:
                term = row.axes(node.settings).split("->")[0].split(",")[event.slot]
                one = f"{indexed(self._partial(into), term)} = {row.sigma_vjp[event.slot](given, node.settings)}"
                lines.append(Formula(says="one entry", formula=one, numbers=numbers))
        if event.total != event.value:
            numbers = rf"{at(event.total, entry)} = {at(self.before[event.index], entry)} + {at(event.value, entry)}"
            together = rf"{self._partial(into)} = \text{{so far}} + \text{{this part}}"
            lines.append(Formula(says="added up", formula=together, numbers=numbers))
        return lines

    def _product(self, event: Contribution, entry: Index) -> str:
        """Upstream times local for one entry, summed over what broadcasting had repeated."""
        shape = repeated(event.upstream.shape, event.value.shape)

        def term(*index: int) -> str:
            place = placed(entry, index, event.upstream.shape, event.value.shape)
            upstream = at(event.upstream, place)
            return upstream if shape and event.local == 1.0 else rf"{upstream} \cdot {self._local(event, place)}"

        return self._equation(event.value, entry, series(shape, term, most=5))

    def _local(self, event: Contribution, entry: Index) -> str:
        if isinstance(event.local, float):
            return f"({event.local:g})" if event.local < 0 else f"{event.local:g}"
        return at(event.local, entry) if event.local else "1"

    def _sent_operands(self, event: Contribution, node: Node, into: Node) -> list[Operand]:
        loss, y, x = self._loss, node.label, into.label
        rows = [*self._inputs(node), Operand(label=y, says="output", tone="forward", ref=self.now[node.id])]
        rows += self._kept(node)
        rows.append(Operand(label=f"∂{loss}/∂{y}", says="upstream", tone="backward", ref=event.upstream))
        if isinstance(event.local, ArrayRef):
            rows.append(Operand(label=f"∂{y}/∂{x}", says="local", tone="plain", ref=event.local))
        elif event.local is not None:
            rows.append(Operand(label=f"∂{y}/∂{x}", says="local", tone="plain", number=event.local))
        rows.append(Operand(label=f"∂{loss}/∂{x}", says="sent back", tone="backward", ref=event.value))
        if event.total != event.value:
            rows.append(Operand(label=f"∂{loss}/∂{x}", says="so far", tone="backward", ref=event.total))
        return rows

    def _sent_code(self, event: Contribution, node: Node, into: Node) -> tuple[str, ...]:
        own = [gradient_variable(node), variable(node), *_saved_variables(node)]
        names = [*map(Text, own), *self._operands(node)]
        text = node.row.numpy_vjp[event.slot](names, node.settings)
        into_name, part = (
            gradient_variable(into),
            summed(text, event.upstream.shape, event.value.shape, node.row.family),
        )
        # Not +=, which would also change the array this one was handed on from.
        return (f"{into_name} = {part}" if event.total == event.value else f"{into_name} = {into_name} + {part}",)

    def _assign(self, event: Assign, entry: Index) -> Explanation:
        assert self.schedule.optimizer is not None, "an assignment comes from an optimizer"
        node, line = self.graph.nodes[event.param], self.lines[event.index]
        return explain_assign(event, node, line, self.schedule.optimizer, self._loss, entry)

    def _clip(self, event: Clipped, entry: Index) -> Explanation:
        (param,) = event.params
        return explain_clip(event, self.graph, self.schedule, self.gradient[param], self._loss, entry)

    def _places(self, node: Node, upstream: ArrayRef | None = None) -> Places:
        refs = self.now
        saved = tuple(self.forwards[node.id].saved.values())
        return Places(refs[node.id], tuple(refs[i] for i in node.inputs), dict(node.options), upstream, saved)

    def _equation(self, ref: ArrayRef, entry: Index, right: str | None) -> str:
        return at(ref, entry) if right is None else f"{at(ref, entry)} = {right}"

    def _names(self, node: Node) -> list[Text]:
        """The inputs' names; outside entry-by-entry formulas a composite one is put in parentheses."""
        names = [formula_name(self.graph, self.graph.nodes[i]) for i in node.inputs]
        return names if node.row.family == "elementwise" else [Text(wrap(n, ATOM)) for n in names]

    def _operands(self, node: Node) -> list[Text]:
        """The inputs in code."""
        return [operand(self.graph.nodes[i], node.row.family) for i in node.inputs]

    def _partial(self, node: Node) -> str:
        loss = formula_name(self.graph, self.graph.loss).text
        top = loss if self.graph.loss.named else "L"
        return rf"\frac{{\partial {top}}}{{\partial {wrap(formula_name(self.graph, node), ATOM)}}}"

    @property
    def _loss(self) -> str:
        return self.graph.loss.label if self.graph.loss.named else "L"

    def _inputs(self, node: Node) -> list[Operand]:
        refs = self.now
        return [
            Operand(label=self.graph.nodes[i].label, says="input", tone="forward", ref=refs[i]) for i in node.inputs
        ]

    def _kept(self, node: Node) -> list[Operand]:
        saved = self.forwards[node.id].saved
        return [
            Operand(label=name, says="kept for the way back", tone="forward", ref=ref) for name, ref in saved.items()
        ]

    def _said(self, id: int) -> str:
        """A node's name in a sentence."""
        node = self.graph.nodes[id]
        return f"the {node.row.title}" if node.op and node.label == f"v{id}" else node.label


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _shown(ref: ArrayRef, entry: Index) -> Index | None:
    return entry if ref.shape else None


def _size(shape: Shape) -> str:
    return f"{' × '.join(map(str, shape))} numbers"


def _listed(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def _is_atom(latex: str) -> bool:
    return not any(sign in latex.strip("-") for sign in (" ", "+", "-")) and not latex.startswith("-")


def _saved_variables(node: Node) -> list[str]:
    return [f"{name}_{variable(node)}" for name in node.row.saved]
