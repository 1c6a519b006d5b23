"""Says what a contribution is: how a node's gradient becomes a part of its input's."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from engine.contraction import indexed
from engine.events import Contribution
from engine.explanation import Explanation, Formula, Operand, at, placed, repeated, summed
from engine.graph import Node
from engine.names import formula_name
from engine.notation import ATOM, Text, wrap
from engine.op import Index, series
from engine.recording import ArrayRef
from engine.words import Words, listed, shown, size


def explain_contribution(event: Contribution, words: Words, entry: Index) -> Explanation:
    """One contribution in words, symbols, numbers and code."""
    node, into = words.graph.nodes[event.node], words.graph.nodes[event.into]
    return Explanation(
        event=event.index, title=f"{node.row.symbol} · {node.row.title}", entry=shown(event.value, entry),
        sentence=_sent_sentence(words, event, node, into),
        lines=tuple(_sent_lines(words, event, node, into, entry)),
        operands=tuple(_sent_operands(words, event, node, into)),
        code=_sent_code(words, event, node, into),
    )  # fmt: skip


def _sent_sentence(words: Words, event: Contribution, node: Node, into: Node) -> str:
    how = node.row.sends[event.slot].format(*(words.said(i) for i in node.inputs), **node.options)
    target = words.said(into.id)
    many = event.value.shape != ()
    what = f"{size(event.value.shape)} of gradient go" if many else rf"*\num{{{event.value.offset}}}* goes"
    sentence = f"The {node.row.title} {how}: {what} back to {target}."
    if node.row.family == "elementwise" and prod(repeated(event.upstream.shape, event.value.shape)) > 1:
        sentence += " It was repeated on the way forward, so its gradients are summed."
    if event.total != event.value:
        sentence += (
            " They are added to what had arrived before."
            if many
            else (rf" Added to what had arrived before, that makes *\num{{{event.total.offset}}}*.")
        )
    return sentence + _cut(words, node)


def _cut(words: Words, node: Node) -> str:
    """Over which of its edges a node sends nothing."""
    there = [words.said(node.inputs[slot]) for id, slot in words.schedule.backward.cut if id == node.id]
    return f" Nothing goes back to {listed(there)}: the way is cut there." if there else ""


def _sent_lines(words: Words, event: Contribution, node: Node, into: Node, entry: Index) -> list[Formula]:
    upstream, sent = words.partial(node), words.partial(into)
    sent += r" \mathrel{+}" if event.total != event.value else ""
    row = node.row
    names = [formula_name(words.graph, node), *words.names(node)]
    lines = []
    if event.local is not None:
        local = row.local[event.slot](names, node.settings)
        factor = wrap(Text(local, ATOM if is_atom(local) else 0), 1)
        summing = r"\sum " if repeated(event.upstream.shape, event.value.shape) else ""
        lines.append(
            Formula(
                says="upstream × local",
                formula=rf"{sent} = {summing}{upstream} \cdot {factor}",
                numbers=_product(words, event, entry),
            )
        )
    else:
        given = [Text(upstream), *names[1:]] if row.family == "contraction" else names
        formula = row.local[event.slot](given, node.settings)
        through = formula if row.family == "contraction" else rf"{upstream} \cdot {formula}"
        pick = words.places(node, event.upstream)
        spelled = row.entry_vjp[event.slot](pick, entry) if row.entry_vjp else None
        numbers = words.equation(event.value, entry, spelled)
        lines.append(
            Formula(says="sent back", formula=f"{sent} = {through}", numbers=None if row.sigma_vjp else numbers)
        )
        if row.sigma_vjp:
            term = row.axes(node.settings).split("->")[0].split(",")[event.slot]
            one = f"{indexed(words.partial(into), term)} = {row.sigma_vjp[event.slot](given, node.settings)}"
            lines.append(Formula(says="one entry", formula=one, numbers=numbers))
    if event.total != event.value:
        numbers = rf"{at(event.total, entry)} = {at(words.before[event.index], entry)} + {at(event.value, entry)}"
        together = rf"{words.partial(into)} = \text{{so far}} + \text{{this part}}"
        lines.append(Formula(says="added up", formula=together, numbers=numbers))
    return lines


def _product(words: Words, event: Contribution, entry: Index) -> str:
    """Upstream times local for one entry, summed over what broadcasting had repeated."""
    shape = repeated(event.upstream.shape, event.value.shape)

    def term(*index: int) -> str:
        place = placed(entry, index, event.upstream.shape, event.value.shape)
        upstream = at(event.upstream, place)
        return upstream if shape and event.local == 1.0 else rf"{upstream} \cdot {_local(words, event, place)}"

    return words.equation(event.value, entry, series(shape, term, most=5))


def _local(words: Words, event: Contribution, entry: Index) -> str:
    if isinstance(event.local, float):
        return f"({event.local:g})" if event.local < 0 else f"{event.local:g}"
    return at(event.local, entry) if event.local else "1"


def _sent_operands(words: Words, event: Contribution, node: Node, into: Node) -> list[Operand]:
    loss, y, x = words.loss, node.label, into.label
    rows = [*words.inputs(node), Operand(label=y, says="output", tone="forward", ref=words.now[node.id])]
    rows += words.kept(node)
    rows.append(Operand(label=f"∂{loss}/∂{y}", says="upstream", tone="backward", ref=event.upstream))
    if isinstance(event.local, ArrayRef):
        rows.append(Operand(label=f"∂{y}/∂{x}", says="local", tone="plain", ref=event.local))
    elif event.local is not None:
        rows.append(Operand(label=f"∂{y}/∂{x}", says="local", tone="plain", number=event.local))
    rows.append(Operand(label=f"∂{loss}/∂{x}", says="sent back", tone="backward", ref=event.value))
    if event.total != event.value:
        rows.append(Operand(label=f"∂{loss}/∂{x}", says="so far", tone="backward", ref=event.total))
    return rows


def _sent_code(words: Words, event: Contribution, node: Node, into: Node) -> tuple[str, ...]:
    return (sent_code(words, node, event.slot, words.code.gradient, first=event.total == event.value),)


def sent_code(words: Words, node: Node, slot: int, named: Callable[[Node], str], *, first: bool) -> str:
    """The line that sends the gradient of a node on to one of its inputs."""
    into = words.graph.nodes[node.inputs[slot]]
    own = [named(node), words.code.value(node), *words.code.saved(node)]
    text = node.row.numpy_vjp[slot]([*map(Text, own), *words.code_operands(node)], node.settings)
    part = summed(text, node.shape, into.shape, node.row.family)
    # Not +=, which would also change the array this one was handed on from.
    return f"{named(into)} = {part}" if first else f"{named(into)} = {named(into)} + {part}"


def is_atom(latex: str) -> bool:
    return not any(sign in latex.strip("-") for sign in (" ", "+", "-")) and not latex.startswith("-")
