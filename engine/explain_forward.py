"""Says what forward mode does: how fast each node moves when one entry of one leaf does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.contraction import indexed
from engine.events import Slope, Tangent
from engine.explain_backward import is_atom
from engine.explanation import Explanation, Formula, Operand, Places, at
from engine.graph import Node
from engine.names import formula_name
from engine.notation import ATOM, PRODUCT, Text, wrap
from engine.op import Index
from engine.recording import ArrayRef
from engine.words import Words, listed, shown, size


class Passes:
    """The tangents of every pass, by direction and node."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.tangents: dict[tuple[int, int], ArrayRef] = {}
        for e in words.schedule.events:
            if isinstance(e, Tangent):
                self.tangents[e.direction, e.node] = e.value

    def slots(self, event: Tangent, node: Node) -> Mapping[int, ArrayRef]:
        """The inputs that move in this pass, with how fast."""
        found = {slot: self.tangents.get((event.direction, i)) for slot, i in enumerate(node.inputs)}
        return {slot: ref for slot, ref in found.items() if ref is not None and node.row.vjps[slot] is not None}

    def tangent(self, event: Tangent, entry: Index) -> Explanation:
        node = self.words.graph.nodes[event.node]
        leaf = said_entry(self.words.said(event.leaf), event.entry)
        if event.node == event.leaf:
            return self._begin(event, node, leaf, entry)
        moving = self.slots(event, node)
        through = listed([self.words.said(node.inputs[slot]) for slot in moving])
        what = rf"*\num{{{event.value.offset}}}* times as fast" if not event.value.shape else "as fast as the *tangent*"
        many = f" says, {size(event.value.shape)}" if event.value.shape else ""
        return Explanation(
            event=event.index, title=f"{node.row.symbol} · tangent", entry=shown(event.value, entry),
            sentence=f"When {leaf} moves, {self.words.said(node.id)} moves {what}{many}: it follows {through}.",
            lines=(Formula(says="tangent", formula=f"{dotted(self.words, node)} = {self._symbols(node, moving)}",
                           numbers=self._numbers(event, node, moving, entry)),),
            operands=(
                *self.words.inputs(node),
                *(_row(self.words, node.inputs[slot], "its tangent", ref) for slot, ref in moving.items()),
                _row(self.words, node.id, "tangent", event.value),
            ),
            code=(self._code(node, moving),),
        )  # fmt: skip

    def _begin(self, event: Tangent, node: Node, leaf: str, entry: Index) -> Explanation:
        name, place = self.words.code.tangent(node), ", ".join(map(str, event.entry))
        rest = ", its other entries stand still" if event.value.size > 1 else ""
        return Explanation(
            event=event.index, title=f"direction {event.direction + 1}", entry=shown(event.value, entry),
            sentence=f"Pass {event.direction + 1} asks how fast everything moves when {leaf} does: its own tangent is "
            f"*1*{rest}.",
            lines=(Formula(says="direction", formula=f"{dotted(self.words, node, event.entry)} = 1"),),
            operands=(_row(self.words, node.id, "direction", event.value),),
            code=(f"{name} = np.zeros({node.shape})", f"{name}[{place}] = 1.0") if node.shape else (f"{name} = 1.0",),
        )  # fmt: skip

    def _symbols(self, node: Node, moving: Mapping[int, ArrayRef]) -> str:
        names, dots = self.words.names(node), [Text(dotted(self.words, n)) for n in self._inputs(node)]
        if node.row.family in ("contraction", "structural"):
            parts = (node.row.latex(swapped(names, slot, dots[slot]), node.settings) for slot in moving)
            return " + ".join(parts)
        slopes = [formula_name(self.words.graph, node), *names]
        summing = r"\sum " if node.row.family == "plain" else ""
        return " + ".join(
            rf"{summing}{_factor(node.row.local[slot](slopes, node.settings))} \cdot {dots[slot].text}"
            for slot in moving
        )

    def _inputs(self, node: Node) -> list[Node]:
        return [self.words.graph.nodes[i] for i in node.inputs]

    def _numbers(self, event: Tangent, node: Node, moving: Mapping[int, ArrayRef], entry: Index) -> str | None:
        parts = list(self._terms(node, moving, entry))
        return self.words.equation(event.value, entry, " + ".join(parts)) if all(parts) else None

    def _terms(self, node: Node, moving: Mapping[int, ArrayRef], entry: Index) -> Iterator[str]:
        """The numbers of each input's part; empty where the op does not say how one entry is made."""
        row, places = node.row, self.words.places(node)
        for slot, ref in moving.items():
            if row.family == "elementwise":
                given = [Text(places.y(*entry)), *(Text(places.x(k, *entry)) for k in range(len(node.inputs)))]
                yield rf"{_factor(row.local[slot](given, node.settings))} \cdot {at(ref, entry)}"
            elif row.family in ("contraction", "structural") and row.entry:
                refs = tuple(ref if k == slot else x for k, x in enumerate(places.x_refs))
                yield row.entry(Places(places.y_ref, refs, places.options), entry)
            else:
                yield ""

    def _code(self, node: Node, moving: Mapping[int, ArrayRef]) -> str:
        """The tangent's line; numbers that broadcasting repeats get the result's shape."""
        code, names = self.words.code, self.words.code_operands(node)
        dots = {slot: Text(code.tangent(self.words.graph.nodes[node.inputs[slot]])) for slot in moving}
        left, row = code.tangent(node), node.row
        if row.family in ("contraction", "structural"):
            return f"{left} = " + " + ".join(
                row.numpy(swapped(names, s, dot), node.settings) for s, dot in dots.items()
            )
        own = [Text(code.value(node)), *map(Text, code.saved(node)), *names]
        if row.family == "plain":
            changes = ", ".join(dots[slot].text if slot in dots else "None" for slot in range(len(node.inputs)))
            options = "".join(f", {name}={value!r}" for name, value in node.options.items())
            return f'{left} = OPS["{row.name}"].jvp([{changes}], {", ".join(n.text for n in own)}{options})'
        parts = [row.numpy_vjp[slot]([dot, *own], node.settings) for slot, dot in dots.items()]
        whole = any(self.words.graph.nodes[node.inputs[slot]].shape == node.shape for slot in moving)
        return f"{left} = {' + '.join(parts if whole else [*parts, f'np.zeros({node.shape})'])}"

    def slope(self, event: Slope) -> Explanation:
        """The end of a pass: the output's tangent is an entry of the gradient."""
        words, output = self.words, self.words.graph.nodes[event.node]
        leaf = words.graph.nodes[event.into]
        name = said_entry(words.said(leaf.id), event.entry)
        partial = words.partial(leaf, output, event.entry)
        return Explanation(
            event=event.index, title=f"pass {event.direction + 1} is over", entry=None,
            sentence=f"The pass has reached {words.said(output.id)}, which moves "
            rf"*\num{{{event.value.offset}}}* times as fast as {name}: one entry of its gradient, for one pass.",
            lines=(Formula(says="gradient", formula=f"{partial} = {dotted(words, output)}",
                           numbers=at(event.value, ())),),
            operands=(Operand(label=f"∂{output.label}/∂{name}", says="gradient", tone="backward", ref=event.value),),
            code=stored(words.code.gradient(leaf), leaf, event.entry, words.code.tangent(output)),
        )  # fmt: skip


def stored(name: str, leaf: Node, entry: Index, text: str) -> tuple[str, ...]:
    """Lines that put one entry of a gradient in its place; the first makes the place."""
    if not leaf.shape:
        return (f"{name} = {text}",)
    line = f"{name}[{', '.join(map(str, entry))}] = {text}"
    return (line,) if any(entry) else (f"{name} = np.zeros({leaf.shape})", line)


def said_entry(label: str, entry: Index) -> str:
    return f"{label}[{', '.join(map(str, entry))}]" if entry else label


def dotted(words: Words, node: Node, entry: Index = ()) -> str:
    """The node's name with the dot of a rate of change: above a name, after a composite one."""
    name = formula_name(words.graph, node)
    plain = node.op is None or node.named
    dot = rf"\dot{{{name.text}}}" if plain else rf"\left({name.text}\right)^{{\boldsymbol{{\cdot}}}}"
    return indexed(dot, ",".join(map(str, entry)))


def swapped(names: list[Text], slot: int, name: Text) -> list[Text]:
    return [name if k == slot else n for k, n in enumerate(names)]


def _row(words: Words, id: int, says: str, ref: ArrayRef) -> Operand:
    return Operand(label=f"d {words.graph.nodes[id].label}", says=says, tone="backward", ref=ref)


def _factor(latex: str) -> str:
    """A slope before a product; one of several terms goes into parentheses."""
    return wrap(Text(latex, ATOM if is_atom(latex) else 0), PRODUCT)
