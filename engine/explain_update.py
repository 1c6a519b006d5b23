"""Says what the optimizer does: clipping, and every line of an update."""

from __future__ import annotations

from collections.abc import Mapping

from engine.descent import step_inputs
from engine.events import Assign, Batch, Clipped
from engine.explanation import Explanation, Formula, Operand, Tone, at
from engine.frozen import frozen
from engine.graph import Node
from engine.names import latex_number, symbol
from engine.notation import ATOM, LATEX, NUMPY, POWER, Text, write
from engine.op import Index
from engine.optim import SYMBOLS, OptimizerSpec, Step
from engine.recording import ArrayRef
from engine.schedule import Schedule
from engine.tape import trace
from engine.words import Words

SAYS = {
    "kept": "Nothing cleared the gradient of {0}: this step's is added to those of all the steps before",
    "g": "Weight decay joins the gradient of {0}: a share of {0} itself",
    "m": "The running mean of {0}'s gradient takes this one in",
    "v": "The running mean of the square of {0}'s gradient takes this one in",
    "v_max": "The largest running mean of squares so far is kept for {0}",
    "m_hat": "The running mean is corrected for having started at zero",
    "v_hat": "The running mean of squares is corrected for having started at zero",
    "velocity": "The velocity of {0} keeps some of what it was and takes the new step in",
    "step": "This is the step {0} is to take",
    "square": "The running mean of the square of {0}'s gradient takes this one in",
    "mean": "The running mean of {0}'s gradient takes this one in",
    "spread": "The square of the mean is taken off: what is left is how much the gradient varies",
    "total": "The sum of the squares of all gradients of {0} so far grows",
    "rate": "The learning rate of this update follows from how many there were",
    "shrunk": "Weight decay shrinks {0} first, apart from its gradient",
}


@frozen(kw_only=False)
class Line:
    """One line of one parameter's update, and where what it reads lies."""

    step: Step
    scope: Mapping[str, ArrayRef]


def lines(schedule: Schedule, gradients: Mapping[int, ArrayRef]) -> dict[int, Line]:
    """By assign event: its line and the places of the names it may read. `gradients`: by parameter, after clipping."""
    found: dict[int, Line] = {}
    scopes: dict[int, dict[str, ArrayRef]] = {}
    done: dict[int, int] = {}
    batch = next((e for e in schedule.events if isinstance(e, Batch)), None)
    for event in schedule.events:
        if isinstance(event, Assign) and schedule.optimizer and batch:
            if event.param not in scopes:
                slots = {name: ref for id, name, ref, _ in schedule.slots if id == event.param}
                given = {"p": schedule.values[event.param], "g": gradients[event.param]}
                scopes[event.param] = {**given, "learning_rate": batch.learning_rate, "t": batch.step, **slots}
            step = schedule.optimizer.steps[done.get(event.param, 0)]
            done[event.param] = done.get(event.param, 0) + 1
            found[event.index] = Line(step, dict(scopes[event.param]))
            scopes[event.param][step.target] = event.value
    return found


def explain_assign(
    event: Assign, node: Node, line: Line, optimizer: OptimizerSpec, words: Words, entry: Index
) -> Explanation:
    """One line of an update in words, symbols, numbers and code."""
    operands, settings = step_inputs(line.step, optimizer)
    loss, variable = words.loss, words.code.slot
    rows = [Operand(label=_label(node, n, loss), says=_role(n), tone=_tone(n), ref=line.scope[n]) for n in operands]
    said = dict(settings)  # settings are written as settings: 1 − 0.999 says more than what that rounds to
    tape = trace(line.step.rule, ((),) * len(line.step.reads))
    own = {"p": symbol(node.label), "g": rf"\frac{{\partial {loss}}}{{\partial {symbol(node.label)}}}"}
    symbols = [Text(own.get(n, SYMBOLS[n]), POWER if n == "g" else ATOM) for n in line.step.reads]
    numbers = [latex_number(f"{said[n]:g}") if n in said else Text(at(line.scope[n], entry)) for n in line.step.reads]
    left = own["p"] if event.target == "parameter" else own.get(event.target, SYMBOLS[event.target])
    names = [Text(repr(said[name]) if name in said else variable(node, name)) for name in line.step.reads]
    return Explanation(
        event=event.index, title=f"{optimizer.name} · update", entry=entry if event.value.shape else None,
        sentence=_sentence(event, node, line),
        lines=(
            Formula(
                says="update" if event.target == "parameter" else "one line of the update",
                formula=rf"{left} \leftarrow {write(tape, symbols, LATEX).text}",
                numbers=f"{at(event.value, entry)} = {write(tape, numbers, LATEX).text}",
            ),
        ),
        operands=(
            *rows,
            Operand(label=_label(node, event.target, loss), says="after", tone="update", ref=event.value),
        ),
        code=(f"{variable(node, event.target)} = {write(tape, names, NUMPY).text}",),
    )  # fmt: skip


def _sentence(event: Assign, node: Node, line: Line) -> str:
    if event.target == "g" and line.step.reads == ("kept",):
        return f"The update goes on with the sum, as if it were this step's gradient of {node.label}."
    if event.target != "parameter":
        return f"{SAYS[event.target].format(node.label)}."
    old = line.scope["p"]
    how = rf": \num{{{old.offset}}} becomes *\num{{{event.value.offset}}}*" if node.shape == () else ""
    if "g" in line.step.reads and "learning_rate" in line.step.reads:
        return f"{node.label} moves against its gradient, as far as the learning rate says{how}."
    return f"{node.label} takes its step{how}."


def _label(node: Node, name: str, loss: str) -> str:
    if name in ("p", "parameter"):
        return node.label
    return {"g": f"∂{loss}/∂{node.label}", "learning_rate": "η"}.get(name, name)


def _role(name: str) -> str:
    return {"p": "before", "g": "gradient", "learning_rate": "learning rate", "t": "number of this update"}.get(
        name, "kept"
    )


def _tone(name: str) -> Tone:
    tones: dict[str, Tone] = {"p": "forward", "g": "backward"}
    return tones.get(name, "plain")


def explain_clip(event: Clipped, words: Words, before: ArrayRef, entry: Index) -> Explanation:
    """Clipping of one parameter's gradient."""
    (param,) = event.params
    node, loss, schedule = words.graph.nodes[param], words.loss, words.schedule
    partial = rf"\frac{{\partial {loss}}}{{\partial {symbol(node.label)}}}"
    d = words.code.gradient(node)
    clip = schedule.optimizer.clip if schedule.optimizer else None
    assert clip is not None, "a clip event comes from an optimizer that clips"
    if event.norm is None or event.factor is None:
        sentence = f"No entry of the gradient of {node.label} may be larger than {clip.value:g} in size."
        formula = rf"{partial} \leftarrow \text{{clip}}({partial}, -{clip.value:g}, {clip.value:g})"
        numbers: str | None = None
        extra: tuple[Operand, ...] = ()
        code = f"{d} = np.clip({d}, {-(clip.value or 0.0)!r}, {clip.value!r})"
    else:
        sentence = (
            rf"All gradients together have norm \num{{{event.norm.offset}}}; at most {clip.norm:g} is allowed, "
            rf"so the gradient of {node.label} is multiplied by *\num{{{event.factor.offset}}}*."
        )
        formula = rf"{partial} \leftarrow \min(1, \frac{{{clip.norm:g}}}{{\text{{norm}}}}) \cdot {partial}"
        numbers = rf"{at(event.value, entry)} = {at(event.factor, ())} \cdot {at(before, entry)}"
        extra = (
            Operand(label="norm", says="of all gradients", tone="plain", ref=event.norm),
            Operand(label="factor", says="for all gradients", tone="plain", ref=event.factor),
        )
        code = f"{d} = factor * {d}"
    return Explanation(
        event=event.index, title="clip", entry=entry if event.value.shape else None, sentence=sentence,
        lines=(Formula(says="clipped", formula=formula, numbers=numbers),),
        operands=(
            Operand(label=f"∂{loss}/∂{node.label}", says="before", tone="backward", ref=before), *extra,
            Operand(label=f"∂{loss}/∂{node.label}", says="left", tone="backward", ref=event.value),
        ),
        code=(*_measuring(event, words, clip.norm), code),
    )  # fmt: skip


def _measuring(event: Clipped, words: Words, most: float | None) -> tuple[str, ...]:
    """The lines that measure all gradients together, before the first is clipped."""
    clipped = [e for e in words.schedule.events if isinstance(e, Clipped)]
    if most is None or event is not clipped[0]:
        return ()
    gradients = (words.code.gradient(words.graph.nodes[e.params[0]]) for e in clipped)
    squares = " + ".join(f"np.sum(np.square({d}))" for d in gradients)
    return (f"norm = np.sqrt({squares})", f"factor = min(1.0, {most!r} / (norm + 1e-6))")
