"""Layers for sequences that are compared with PyTorch's: 30 configurations of each type, drawn from one seed."""

from dataclasses import dataclass, field

import numpy as np

COUNT, SEED = 30, 20_240_608
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
TYPES = (*GATES, "attention", "multi_head_attention", "embedding")


@dataclass
class Case:
    """`layers` of one type on top of each other, their parameters by name, the input and the targets.

    `kept`: running statistics that the layer begins with.
    """

    type: str
    layers: int
    options: dict
    x: np.ndarray
    targets: np.ndarray
    parameters: dict = field(default_factory=dict)
    kept: dict = field(default_factory=dict)


def cases(type):
    rng = np.random.default_rng([SEED, TYPES.index(type)])
    return [case_of(type, rng) for _ in range(COUNT)]


def case_of(type, rng):
    make = recurrent if type in GATES else embedding if type == "embedding" else attention
    return make(type, rng)


def recurrent(type, rng):
    batch, time, features, units = (int(rng.integers(1, most)) for most in (4, 8, 5, 6))
    layers, sequences = int(rng.integers(1, 3)), bool(rng.integers(2))
    options = {"units": units, "return_sequences": sequences}
    if type == "rnn":
        options["activation"] = str(rng.choice(["tanh", "relu"]))
    shape = (batch, time, units) if sequences else (batch, units)
    case = Case(type, layers, options, rng.standard_normal((batch, time, features)), rng.standard_normal(shape))
    rows = GATES[type] * units
    for k in range(layers):
        width = units if k else features
        shapes = {"weight_ih": (rows, width), "weight_hh": (rows, units), "bias_ih": (rows,), "bias_hh": (rows,)}
        case.parameters |= {f"{type}{k + 1}.{name}": rng.standard_normal(shape) for name, shape in shapes.items()}
    return case


def attention(type, rng):
    batch, time, each, heads = (int(rng.integers(1, most)) for most in (4, 7, 4, 4))
    width = each * heads if type == "multi_head_attention" else each
    options = {"causal": bool(rng.integers(2))} | ({"heads": heads} if type == "multi_head_attention" else {})
    x, targets = rng.standard_normal((2, batch, time, width))
    shapes = {
        "in_proj_weight": (3 * width, width),
        "in_proj_bias": (3 * width,),
        "out_proj.weight": (width, width),
        "out_proj.bias": (width,),
    }
    drawn = {f"{type}1.{name}": rng.standard_normal(shape) for name, shape in shapes.items()}
    return Case(type, 1, options, x, targets, drawn if type == "multi_head_attention" else {})


def embedding(type, rng):
    batch, time, vocabulary, units = (int(rng.integers(1, most)) for most in (5, 7, 9, 5))
    x = rng.integers(0, vocabulary, (batch, time) if rng.integers(2) else batch).astype(float)
    options = {"vocabulary": vocabulary, "units": units}
    weight = {"embedding1.weight": rng.standard_normal((vocabulary, units))}
    return Case(type, 1, options, x, rng.standard_normal((*x.shape, units)), weight)
