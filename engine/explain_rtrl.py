"""Says what real-time recurrent learning does: how the influence of a leaf on the state is carried on and used."""

from __future__ import annotations

from collections.abc import Iterator

from engine.events import Credit, Influence
from engine.explain_backward import sent_code
from engine.explanation import Explanation, Formula, Operand, at
from engine.graph import Node
from engine.names import formula_name
from engine.notation import ATOM, wrap
from engine.op import Index, series
from engine.recording import ArrayRef
from engine.rtrl import States, states_of
from engine.words import Words, shown, size


class Carried:
    """The influences of one schedule."""

    def __init__(self, words: Words) -> None:
        self.words, self.nodes = words, words.graph.nodes
        self.influence: dict[tuple[int, int], ArrayRef] = {}
        self.before: dict[int, ArrayRef] = {}  # by event: the influence, or the gradient, until then
        self.first: dict[int, int] = {}  # by state: its first event
        for e in words.schedule.events:
            if isinstance(e, Influence):
                self.first.setdefault(e.node, e.index)
                if (e.node, e.param) in self.influence:
                    self.before[e.index] = self.influence[e.node, e.param]
                self.influence[e.node, e.param] = e.total
        self._states: States | None = None

    @property
    def states(self) -> States:
        self._states = self._states or states_of(self.words.graph)
        return self._states

    def explain(self, event: Influence, entry: Index) -> Explanation:
        node, leaf = self.nodes[event.node], self.nodes[event.param]
        state, name = self.words.said(node.id), self.words.said(leaf.id)
        if event.through is None:
            sentence = (
                f"What {name} does to {state} in this time step alone: *{size(event.value.shape)}*, one for each pair."
            )
        else:
            before = self.words.said(event.through)
            sentence = (
                f"{before} already answers to {name}, and {state} answers to {before}: their product, "
                f"*{size(event.value.shape)}*, is carried on."
            )
        return Explanation(
            event=event.index, title=f"influence on {node.label}", entry=shown(event.value, entry),
            sentence=sentence + (" It is added to what was there." if event.total != event.value else ""),
            lines=tuple(self._lines(event, node, leaf, entry)), operands=tuple(self._rows(event, node, leaf)),
            code=tuple(self._code(event, node, leaf)),
        )  # fmt: skip

    def _lines(self, event: Influence, node: Node, leaf: Node, entry: Index) -> Iterator[Formula]:
        whole = total(self.words, node, leaf)
        if event.through is None or event.jacobian is None or event.before is None:
            yield Formula(says="this step alone", formula=rf"{whole} = {partial(self.words, node, leaf)}",
                          numbers=at(event.value, entry))  # fmt: skip
            return
        through, jacobian, before = self.nodes[event.through], event.jacobian, event.before
        plus = r" \mathrel{+}" if event.total != event.value else ""
        formula = rf"{whole}{plus} = {partial(self.words, node, through)} \cdot {total(self.words, through, leaf)}"
        own, rest = entry[: len(node.shape)], entry[len(node.shape) :]
        terms = series(through.shape, lambda *k: rf"{at(jacobian, (*own, *k))} \cdot {at(before, (*k, *rest))}", most=5)
        yield Formula(says="carried on", formula=formula, numbers=f"{at(event.value, entry)} = {terms}")
        if event.total != event.value:
            numbers = f"{at(event.total, entry)} = {at(self.before[event.index], entry)} + {at(event.value, entry)}"
            formula = rf"{whole} = \text{{so far}} + \text{{this part}}"
            yield Formula(says="added up", formula=formula, numbers=numbers)

    def _rows(self, event: Influence, node: Node, leaf: Node) -> Iterator[Operand]:
        label = f"d{node.label}/d{leaf.label}"
        if event.through is not None:
            through = self.nodes[event.through]
            yield Operand(label=f"∂{node.label}/∂{through.label}", says="Jacobian", tone="plain", ref=event.jacobian)
            yield Operand(label=f"d{through.label}/d{leaf.label}", says="before", tone="backward", ref=event.before)
        yield Operand(label=label, says="this part", tone="backward", ref=event.value)
        if event.total != event.value:
            yield Operand(label=label, says="so far", tone="backward", ref=event.total)

    def _code(self, event: Influence, node: Node, leaf: Node) -> Iterator[str]:
        if self.first[node.id] == event.index:
            yield from self._time_step(node)
        name = self._name("P", node, leaf)
        if event.through is None:
            yield f"{name} = {self._name('J', node, leaf)}"
            return
        through = self.nodes[event.through]
        jacobian, before = self._name("J", node, through), self._name("P", through, leaf)
        product = f"np.tensordot({jacobian}, {before}, {len(through.shape)})"
        yield f"{name} = {product}" if event.total == event.value else f"{name} = {name} + {product}"

    def _time_step(self, node: Node) -> Iterator[str]:
        """The Jacobians of a time step: reverse mode inside of it, from each entry of the state."""
        code, begins = self.words.code, [self.nodes[i] for i in self.states.begins[node.id]]
        yield from (f"{self._name('J', node, b)} = np.zeros({(*node.shape, *b.shape)})" for b in begins)
        yield f"for row in np.ndindex({node.shape}):"
        inside = [code.row(b) for b in begins]
        yield f"    {code.row(node)} = np.zeros({node.shape})"
        yield f"    {code.row(node)}[row] = 1.0"
        yield from (f"    {line}" for line in self._pulled(node))
        yield from (f"    {self._name('J', node, b)}[row] = {name}" for b, name in zip(begins, inside, strict=True))

    def _pulled(self, node: Node) -> Iterator[str]:
        between, arrived = self.states.between[node.id], {node.id}
        reached = {*between, *self.states.begins[node.id]}
        for n in (self.nodes[i] for i in reversed(between)):
            for slot, into in enumerate(n.inputs):
                if into in reached and n.row.vjps[slot] is not None:
                    yield sent_code(self.words, n, slot, self.words.code.row, first=into not in arrived)
                    arrived.add(into)

    def _name(self, letter: str, node: Node, other: Node) -> str:
        return f"{letter}_{self.words.code.value(node)}_{self.words.code.value(other)}"

    def credit(self, event: Credit, entry: Index) -> Explanation:
        node, leaf, words = self.nodes[event.node], self.nodes[event.into], self.words
        added = event.total != event.value
        name, product = words.code.gradient(leaf), f"{words.code.gradient(node)}, {self._name('P', node, leaf)}"
        text = f"np.tensordot({product}, {len(node.shape)})"
        plus = r" \mathrel{+}" if added else ""
        formula = rf"{words.partial(leaf)}{plus} = {words.partial(node)} \cdot {total(words, node, leaf)}"
        terms = series(
            node.shape, lambda *k: rf"{at(event.upstream, k)} \cdot {at(event.influence, (*k, *entry))}", most=5
        )
        return Explanation(
            event=event.index, title=f"through {node.label}", entry=shown(event.value, entry),
            sentence=f"{words.loss} answers to {words.said(node.id)}, and {words.said(node.id)} to "
            f"{words.said(leaf.id)}: the product is *its gradient*, without a way back through time."
            + (" It is added to what had arrived before." if added else ""),
            lines=(Formula(says="gradient", formula=formula, numbers=f"{at(event.value, entry)} = {terms}"),),
            operands=(
                Operand(label=f"∂{words.loss}/∂{node.label}", says="upstream", tone="backward", ref=event.upstream),
                Operand(label=f"d{node.label}/d{leaf.label}", says="influence", tone="backward", ref=event.influence),
                Operand(label=f"∂{words.loss}/∂{leaf.label}", says="gradient", tone="backward", ref=event.total),
            ),
            code=(f"{name} = {name} + {text}" if added else f"{name} = {text}",),
        )  # fmt: skip


def total(words: Words, node: Node, leaf: Node) -> str:
    return _fraction(words, "d", node, leaf)


def partial(words: Words, node: Node, other: Node) -> str:
    return _fraction(words, r"\partial", node, other)


def _fraction(words: Words, sign: str, node: Node, other: Node) -> str:
    top, bottom = (wrap(formula_name(words.graph, n), ATOM) for n in (node, other))
    return rf"\frac{{{sign} {top}}}{{{sign} {bottom}}}"
