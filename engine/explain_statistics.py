"""Says how a running statistic moves."""

from __future__ import annotations

from engine.events import Statistics
from engine.explanation import Explanation, Formula, Operand, at
from engine.notation import LATEX, NUMPY, Text, write
from engine.op import Index
from engine.statistics import RULES, settings
from engine.tape import trace
from engine.words import Words

FOUND = {"mean": r"\mu", "variance": r"\sigma^2"}
KEPT = {"mean": r"\mu_{\text{kept}}", "variance": r"\sigma^2_{\text{kept}}"}


def explain_statistics(event: Statistics, words: Words, entry: Index) -> Explanation:
    """The new value in words, symbols, numbers and code."""
    running = next(r for r in words.graph.running if r.target == event.target)
    node, target = (words.graph.nodes[id] for id in (event.node, event.target))
    kept, found = words.schedule.values[target.id], words.forwards[node.id].saved[running.saved]
    name = target.label.rpartition(".")[2]
    said = [f"{value:g}" for _, value in settings(words.graph, running)]
    tape = trace(RULES[running.saved], ((),) * 4)
    symbols, numbers, code = (
        write(tape, [Text(name) for name in (*names, *said)], notation).text
        for names, notation in (
            ((KEPT[running.saved], FOUND[running.saved]), LATEX),
            ((at(kept, entry), at(found, entry)), LATEX),
            ((words.code.value(target), words.code.saved(node)[node.row.saved.index(running.saved)]), NUMPY),
        )
    )
    return Explanation(
        event=event.index, title="running statistics", entry=entry,
        sentence=f"*{target.label}* moves {running.momentum:.0%} of the way towards this batch's {running.saved}: "
        "evaluation will normalise by it, training does not.",
        lines=(Formula(says="kept for evaluation", formula=rf"{KEPT[running.saved]} \leftarrow {symbols}",
                       numbers=f"{at(event.value, entry)} = {numbers}"),),
        operands=(
            Operand(label=name, says="before", tone="forward", ref=kept),
            Operand(label=running.saved, says="of this batch", tone="forward", ref=found),
            Operand(label=name, says="after", tone="forward", ref=event.value),
        ),
        code=(f"{words.code.value(target)} = {code}",),
    )  # fmt: skip
