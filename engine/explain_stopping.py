"""Says what early stopping sees."""

from __future__ import annotations

from engine.events import Stopping
from engine.explanation import Explanation, Formula, Operand, at
from engine.words import Words


def explain_stopping(event: Stopping, words: Words) -> Explanation:
    """The test loss, the best one so far, and how long there was no better one."""
    stop = words.schedule.stop
    assert stop is not None, "a stop event comes from a model that stops early"
    kept = {name: ref for _, name, ref, _ in words.schedule.slots if name in ("best", "waited")}
    less = f" - {stop.minimum_change:g}" if stop.minimum_change else ""
    return Explanation(
        event=event.index, title="early stopping", entry=None,
        sentence=rf"With these new parameters the loss of the samples held out is *{at(event.value, ())}*; the best so "
        rf"far is {at(event.best, ())}. {at(event.waited, ())} steps in a row brought no better one: training stops "
        f"when there are {stop.patience}.",
        lines=(
            Formula(says="a new best?", formula=rf"L_{{\text{{test}}}} < L_{{\text{{best}}}}{less}",
                    numbers=f"{at(event.value, ())} < {at(kept['best'], ())}{less}"),
        ),
        operands=(
            Operand(label="test loss", says="of the samples held out", tone="update", ref=event.value),
            Operand(label="best", says="before", tone="plain", ref=kept["best"]),
            Operand(label="best", says="after", tone="plain", ref=event.best),
            Operand(label="waited", says="steps without a new best", tone="plain", ref=event.waited),
        ),
        code=(),
    )  # fmt: skip
