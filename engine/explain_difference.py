"""Says what differences do: the loss again with one entry moved, and the quotient that makes of it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.contraction import indexed
from engine.events import Probe, Quotient
from engine.explain_forward import said_entry, stored
from engine.explanation import Explanation, Formula, Operand, at
from engine.names import formula_name, latex_number
from engine.words import Words

MOVED = ("def moved(x, entry, shift):", "    x = np.array(x)", "    x[entry] += shift", "    return x")


def explain_probe(event: Probe, words: Words, forward: Sequence[str]) -> Explanation:
    """One perturbed loss; `forward` are the lines of the forward pass, which the first probe makes a function of."""
    leaf, loss = words.graph.nodes[event.node], words.loss
    name, sign = said_entry(words.said(leaf.id), event.entry), "+" if event.shift > 0 else "-"
    shift = latex_number(f"{abs(event.shift):g}").text
    moved = f"{indexed(formula_name(words.graph, leaf).text, ','.join(map(str, event.entry)))} {sign} {shift}"
    return Explanation(
        event=event.index, title=f"probe {sign}ε", entry=None,
        sentence=f"Once more forward, with {name} moved {'up' if event.shift > 0 else 'down'} by "
        rf"{abs(event.shift):g}: {loss} is *\num{{{event.value.offset}}}*.",
        lines=(Formula(says="loss there", formula=rf"{loss}\left({moved}\right)", numbers=at(event.value, ())),),
        operands=(
            Operand(label=leaf.label, says="what is moved", tone="forward", ref=words.now[leaf.id]),
            Operand(label="ε", says="by how much", tone="plain", number=event.shift),
            Operand(label=loss, says="here", tone="forward", ref=words.now[words.graph.loss.id]),
            Operand(label=loss, says="with the entry moved", tone="forward", ref=event.value),
        ),
        code=(*(_function(words, forward) if event.index == words.first("probe") else ()), _probing(event, words)),
    )  # fmt: skip


def _function(words: Words, forward: Sequence[str]) -> tuple[str, ...]:
    """The loss as a function of the leaves that are moved."""
    leaves = [words.code.value(n) for n in words.graph.leaves if n.wanted]
    head = f"def loss_of({', '.join(f'{name}={name}' for name in leaves)}):"
    back = f"    return {words.code.value(words.graph.loss)}"
    return (*MOVED, "", head, *(f"    {line}" for line in forward), back, "")


def _probing(event: Probe, words: Words) -> str:
    name = words.code.value(words.graph.nodes[event.node])
    side = "above" if event.shift > 0 else "below"
    if not event.entry:
        return f"{side} = loss_of({name}={name} {'+' if event.shift > 0 else '-'} {abs(event.shift)!r})"
    return f"{side} = loss_of({name}=moved({name}, {event.entry}, {event.shift!r}))"


def explain_quotient(event: Quotient, words: Words) -> Explanation:
    """One entry of the gradient."""
    leaf, loss = words.graph.nodes[event.into], words.loss
    name = said_entry(words.said(leaf.id), event.entry)
    central = event.below != words.now[words.graph.loss.id]
    step = latex_number(f"{event.step:g}").text
    top = rf"{loss}(\cdot + \varepsilon) - {loss}(\cdot{' - ' + chr(92) + 'varepsilon' if central else ''})"
    between = r"2\varepsilon" if central else r"\varepsilon"
    partial = words.partial(leaf, entry=event.entry)
    below = "below" if central else words.code.value(words.graph.loss)
    quotient = rf"\frac{{{at(event.difference, ())}}}{{{step}}}"
    difference = f"{at(event.difference, ())} = {at(event.above, ())} - {at(event.below, ())}"
    return Explanation(
        event=event.index, title="quotient", entry=None,
        sentence=rf"The two losses differ over a step of {event.step:g}: {name} has the slope "
        rf"*\num{{{event.value.offset}}}*, up to the rounding of the losses and the bend between them.",
        lines=(
            Formula(says="difference", formula=rf"\Delta {loss} = {top}", numbers=difference),
            Formula(says="slope", formula=rf"{partial} \approx \frac{{\Delta {loss}}}{{{between}}}",
                    numbers=f"{at(event.value, ())} = {quotient}"),
        ),
        operands=(
            Operand(label=loss, says="above", tone="forward", ref=event.above),
            Operand(label=loss, says="below" if central else "here", tone="forward", ref=event.below),
            Operand(label=f"Δ{loss}", says="difference", tone="backward", ref=event.difference),
            Operand(label="step", says="between them", tone="plain", number=event.step),
            Operand(label=f"∂{loss}/∂{name}", says="slope", tone="backward", ref=event.value),
        ),
        code=stored(words.code.gradient(leaf), leaf, event.entry, f"(above - {below}) / {event.step!r}"),
    )  # fmt: skip
