"""Recurrent layers, unrolled: one group of nodes for each time step, all of them on the same weights.

Parameters have PyTorch's names, shapes and order of gates: weight_ih (gates·units, features), weight_hh
(gates·units, units), bias_ih and bias_hh (gates·units); LSTM: i, f, g, o; GRU: r, z, n.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.build import Builder, Ref
from engine.frozen import frozen
from engine.graph import Carry
from engine.layers.layer import Context, Layer, Option
from engine.op import ShapeError
from engine.tape import Array

ACTIVATIONS = ("tanh", "relu")
UNITS = Option(name="units", kind="integer", doc="How many numbers the state has.", low=1, high=4_096)
SEQUENCES = Option(
    name="return_sequences",
    kind="boolean",
    doc="The states of all time steps, as the next recurrent layer takes them; else the last one alone.",
    default=False,
)
INPUT = Option(
    name="initializer", kind="initializer", doc="How weight_ih is drawn, gate by gate.", default="xavier_uniform"
)
RECURRENT = Option(
    name="recurrent_initializer", kind="initializer", doc="How weight_hh is drawn, gate by gate.", default="orthogonal"
)
ACTIVATION = Option(name="activation", kind="op", doc="What makes the state: tanh or relu.", default="tanh")
FORGET = Option(
    name="forget_bias",
    kind="number",
    doc="Where the forget gate's bias begins: above 0 the cell remembers from the start (Gers et al. 2000).",
    default=1.0,
    low=-100,
    high=100,
)


@frozen
class Weights:
    """The parameters of a recurrent layer, shared by all its time steps."""

    weight_ih: Ref
    weight_hh: Ref
    bias_ih: Ref
    bias_hh: Ref


@frozen
class Moment:
    """One time step: what it sees, the state it begins with (h, and c where there is a cell), and the weights."""

    context: Context
    time: int
    x: Ref
    state: tuple[Ref, ...]
    weights: Weights

    @property
    def builder(self) -> Builder:
        return self.context.builder

    def named(self, ref: Ref, name: str) -> Ref:
        """Labelled with layer, name and time, such as lstm1.h3."""
        return ref.named(f"{self.context.name}.{name}{self.time}")

    def carried(self, ref: Ref, slot: int) -> Ref:
        """A node whose input `slot` is the state of the time step before."""
        if self.time > 1:
            self.builder.carries.append(Carry(self.context.name, self.time, ref.id, slot))
        return ref

    def from_input(self) -> Ref:
        product = self.builder.op("linear", self.x, self.weights.weight_ih)
        return self.named(product + self.weights.bias_ih, "input")

    def from_state(self) -> Ref:
        product = self.builder.op("linear", self.state[0], self.weights.weight_hh)
        return self.named(self.carried(product, 0) + self.weights.bias_hh, "recurrent")

    def gate(self, whole: Ref, number: int, name: str) -> Ref:
        """The columns of gate `number`; all gates' are computed in one product."""
        units = self.state[0].shape[1]
        return self.named(
            self.builder.op("slice", whole, axis=1, start=number * units, stop=(number + 1) * units), name
        )


def rnn_step(now: Moment) -> tuple[Ref, ...]:
    """h = tanh(x·W_ihᵀ + b_ih + h₋₁·W_hhᵀ + b_hh), or relu of it."""
    z = now.named(now.from_input() + now.from_state(), "z")
    return (now.named(now.builder.op(now.context.options["activation"], z), "h"),)


def lstm_step(now: Moment) -> tuple[Ref, ...]:
    """c = f·c₋₁ + i·g: the cell's path, which no weight crosses; h = o·tanh(c)."""
    with now.builder.group("gates"):
        z = now.named(now.from_input() + now.from_state(), "z")
        kinds = (("i", "sigmoid"), ("f", "sigmoid"), ("g", "tanh"), ("o", "sigmoid"))
        i, f, g, o = (
            now.named(now.builder.op(op, now.gate(z, k, f"z{name}")), name) for k, (name, op) in enumerate(kinds)
        )
    kept, new = now.named(now.carried(f * now.state[1], 1), "kept"), now.named(i * g, "new")
    c = now.named(kept + new, "c")
    return now.named(o * now.builder.op("tanh", c), "h"), c


def gru_step(now: Moment) -> tuple[Ref, ...]:
    """h = (1 − z)·n + z·h₋₁; the reset gate r acts on the state's part of n after its product, as in PyTorch."""
    with now.builder.group("gates"):
        of_x, of_h = now.from_input(), now.from_state()
        r, z = (
            now.named(now.builder.op("sigmoid", now.gate(of_x, k, f"x{name}") + now.gate(of_h, k, f"h{name}")), name)
            for k, name in enumerate("rz")
        )
        n = now.named(now.builder.op("tanh", now.gate(of_x, 2, "xn") + r * now.gate(of_h, 2, "hn")), "n")
    new, kept = now.named((1 - z) * n, "new"), now.named(now.carried(z * now.state[0], 1), "kept")
    return (now.named(new + kept, "h"),)


def sequence(context: Context, x: Ref) -> Callable[[int], Ref]:
    """The input of each time step. The states of a recurrent layer below go straight in: nothing is stacked."""
    node = context.builder.nodes[x.id]
    if node.op == "stack" and node.options["axis"] == 1:
        context.builder.withdraw(x)
        return lambda k: Ref(context.builder, node.inputs[k])
    return lambda k: context.builder.op("select", x, axis=1, index=k).named(f"{context.name}.x{k + 1}")


def drawn(context: Context, option: str, gates: int, fan_in: int) -> Array:
    """A block of (units, fan_in) for each gate, one below the other."""
    units = context.options["units"]
    return np.concatenate([context.draw(fan_in, units, (units, fan_in), option) for _ in range(gates)])


def weights(context: Context, gates: int, features: int) -> Weights:
    units = context.options["units"]
    bias = np.zeros((gates, units))
    if "forget_bias" in context.options:
        bias[1] = context.options["forget_bias"]
    return Weights(
        weight_ih=context.parameter("weight_ih", drawn(context, "initializer", gates, features)),
        weight_hh=context.parameter("weight_hh", drawn(context, "recurrent_initializer", gates, units)),
        bias_ih=context.parameter("bias_ih", bias.reshape(-1)),
        bias_hh=context.parameter("bias_hh", np.zeros(gates * units)),
    )


def recurrent(states: str, gates: int, step: Callable[[Moment], tuple[Ref, ...]]) -> Callable[[Context, Ref], Ref]:
    """The layer whose time step is `step`; the letters of `states` name what is carried on, h first."""

    def add(context: Context, x: Ref) -> Ref:
        batch, time, features = checked(context, x)
        at = sequence(context, x)
        shared = weights(context, gates, features)
        zeros = np.zeros((batch, context.options["units"]))
        state = tuple(context.builder.leaf(f"{context.name}.{s}0", zeros, "constant") for s in states)
        outputs = []
        for k in range(time):
            with context.builder.group(f"t{k + 1}", f"t = {k + 1}"):
                state = step(Moment(context=context, time=k + 1, x=at(k), state=state, weights=shared))
            outputs.append(state[0])
        if not context.options["return_sequences"]:
            return outputs[-1]
        return context.builder.op("stack", *outputs, axis=1).named(f"{context.name}.h")

    return add


def checked(context: Context, x: Ref) -> tuple[int, int, int]:
    """The sizes of the input. Raises `ShapeError` or `ValueError` naming what does not fit."""
    if context.options.get("activation", "tanh") not in ACTIVATIONS:
        raise ValueError(f"{context.name}: activation {context.options['activation']!r} asked for; tanh and relu fit")
    if len(x.shape) != 3:
        raise ShapeError(
            f"{context.name}: a recurrent layer takes (batch, time, features); its input has shape {x.shape}"
            " (a recurrent layer below gives all its states with return_sequences)"
        )
    batch, time, features = x.shape
    return batch, time, features


COMMON = (UNITS, SEQUENCES, INPUT, RECURRENT)

ROWS = (
    Layer(
        type="rnn",
        doc="A state that sees the input and itself one time step before: h = tanh(x·W_ihᵀ + b_ih + h₋₁·W_hhᵀ + b_hh).",
        add=recurrent("h", 1, rnn_step),
        options=(*COMMON, ACTIVATION),
    ),
    Layer(
        type="lstm",
        doc="Long short-term memory: gates i, f, o and a cell c = f·c₋₁ + i·g, whose path no weight crosses.",
        add=recurrent("hc", 4, lstm_step),
        options=(*COMMON, FORGET),
    ),
    Layer(
        type="gru",
        doc="Gated recurrent unit: h = (1 − z)·n + z·h₋₁, with gates r and z and no cell beside the state.",
        add=recurrent("h", 3, gru_step),
        options=COMMON,
    ),
)
