"""What a model is, in words and numbers: plain dataclasses, and `build` to make the graph of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from math import prod
from typing import Any, Literal

import numpy as np

from engine import asked, faults
from engine.backward import Backward, Mode, Sides
from engine.build import Builder, Ref
from engine.expression import parse
from engine.feeds import Data, Feed
from engine.frozen import frozen
from engine.graph import Graph, LayerShapes, Role
from engine.layers import LAYERS, Context, LayerSpec
from engine.op import ShapeError, apart
from engine.optim import OptimizerSpec
from engine.recording import Precision
from engine.schedule import schedule
from engine.statements import Limits
from engine.stopping import Stop
from engine.tape import Array


class LayerError(ShapeError):
    """A layer that does not fit. `place`: which one, from 0; `before`: the layers up to there, which fit."""

    def __init__(self, message: str, place: int, name: str, before: Sequence[LayerShapes]) -> None:
        super().__init__(message)
        self.place, self.name, self.before = place, name, tuple(before)


@frozen
class ExpressionModel:
    """A model written as text; see `engine.expression`. Roles left out follow `default_role`.

    `outputs` names several lines that gradients are asked of; else it is the last one.
    """

    source: str
    values: Mapping[str, Any]
    roles: Mapping[str, Role] = field(default_factory=dict)
    outputs: Sequence[str] = ()


@frozen
class NetworkModel:
    """Layers one after another and a loss with its options. `parameters` replaces drawn first values, by name."""

    layers: Sequence[LayerSpec]
    loss: str
    reduction: Literal["mean", "batch", "sum"] = "mean"
    loss_options: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Spec:
    """Everything that decides the numbers, but the data.

    `inputs`: the inputs get gradients too. `checkpoints`: layers whose outputs are kept for the backward pass, while
    what lies between them is computed again. `truncate`: recurrent layers pass no gradient back over the border of
    two stretches of so many time steps. `frozen`: layers and parameters that do not learn. `cut`: edges
    (node, slot) that carry nothing back. `mode`, `sides` and `epsilon`: the way to the gradients; see `Backward`.
    `stop`: when training ends by itself. `fault`: a mistake made on purpose, by name; see `engine.faults`.
    """

    model: ExpressionModel | NetworkModel
    optimizer: OptimizerSpec | None = None
    seed: int = 0
    dtype: Precision = "float64"
    inputs: bool = True
    checkpoints: Sequence[str] = ()
    truncate: int | None = None
    frozen: Sequence[str] = ()
    cut: Sequence[tuple[int, int]] = ()
    mode: Mode = "reverse"
    sides: Sides = "central"
    epsilon: float | None = None
    stop: Stop | None = None
    fault: str | None = None


@frozen
class Model:
    """A graph with its leaves' first values (by node id), the optimizer, and what each iteration is given.

    `samples(iteration)` are the numbers of the samples in a batch; `epoch` is how many iterations an epoch has.
    `began` is the iteration from which the optimizer counts its updates. Of a network, `network` and `data` say what
    it was built from, and `layers` what each takes and gives. `uncut` is the graph as it would be without the edges
    that the backward pass cuts.
    """

    graph: Graph
    values: Mapping[int, Array]
    optimizer: OptimizerSpec | None = None
    feeds: Sequence[Feed] = ()
    samples: Callable[[int], Sequence[int]] = lambda iteration: (0,)
    epoch: int = 1
    dtype: Precision = "float64"
    backward: Backward = field(default_factory=Backward)
    uncut: Graph | None = None
    began: int = 0
    network: NetworkModel | None = None
    layers: Sequence[LayerShapes] = ()
    data: Data | None = None
    stop: Stop | None = None


def build(spec: Spec, data: Data | None = None, limits: Limits | None = None) -> Model:
    """The graph of a spec and the first values of its leaves.

    Raises `ExpressionError`, `ShapeError`, `SizeError` or `ValueError` naming what does not fit.
    """
    limits = limits or Limits()
    builder, fault = Builder(limits.all_nodes), faults.named(spec.fault)
    if fault and spec.optimizer:
        spec = replace(spec, optimizer=fault.optimizer(spec.optimizer))
    if isinstance(spec.model, ExpressionModel):
        outputs = _expression(builder, spec.model, spec.optimizer is not None, limits)
    elif data is None:
        raise ValueError("a network needs data")
    else:
        outputs = (_network(builder, spec.model, data, spec.seed, limits.parameters),)
    wanted: set[Role] = {"parameter", "input"} if spec.inputs else {"parameter"}
    graph = builder.build(*outputs, wanted_roles=frozenset(wanted))
    if not all(graph.nodes[output].wanted for output in graph.outputs):
        raise ValueError("nothing here can get a gradient: no parameter and no input leads to the result")
    if spec.optimizer:
        _ = spec.optimizer.complete, spec.optimizer.rate(0)  # settings that there are not are refused here
    cut = (*asked.over_time(graph, spec.truncate), *asked.edges(graph, spec.cut))
    frozen = asked.frozen(graph, spec.frozen)
    how = Backward(
        mode=spec.mode, sides=spec.sides, epsilon=spec.epsilon, cut=cut,
        checkpoints=asked.checkpoints(graph, spec.checkpoints), fault=spec.fault,
    )  # fmt: skip
    model = Model(
        graph=asked.reached(graph, cut, frozen), uncut=asked.reached(graph, (), frozen) if cut else None,
        values=builder.values, optimizer=spec.optimizer, dtype=spec.dtype, feeds=builder.feeds,
        backward=asked.checked(graph, how, spec.optimizer is not None),
    )  # fmt: skip
    if spec.fault:
        faults.fitting(graph, schedule(model.graph, spec.optimizer, 1, model.backward))
    if data is None or not isinstance(spec.model, NetworkModel):
        if spec.stop:
            raise ValueError("early stopping needs samples held out; an expression has none")
        return model
    return replace(
        model, samples=data.chosen, epoch=data.steps, network=spec.model, layers=tuple(builder.layers), data=data,
        stop=_stop(spec, data),
    )  # fmt: skip


def _stop(spec: Spec, data: Data) -> Stop | None:
    """Raises ValueError where there is nothing to watch."""
    if spec.stop and not (len(data.held) and spec.optimizer):
        what = "training, and there is no optimizer" if len(data.held) else "samples held out, and there are none"
        raise ValueError(f"early stopping needs {what}")
    return spec.stop


def default_role(name: str, trained: bool) -> Role:
    """x and y are input and target where an optimizer trains the others; else every name is a parameter."""
    named: dict[str, Role] = {"x": "input", "y": "target"}
    return named.get(name, "parameter") if trained else "parameter"


def _expression(builder: Builder, model: ExpressionModel, trained: bool, limits: Limits) -> tuple[Ref, ...]:
    unknown = sorted(set(model.roles) - set(model.values))
    if unknown:
        raise ValueError(f"a role is given for {unknown[0]!r}, which has no value")
    roles = {name: model.roles.get(name) or default_role(name, trained) for name in model.values}
    last = parse(builder, model.source, model.values, roles, limits)
    return tuple(_named(builder, name) for name in model.outputs) or (last,)


def _named(builder: Builder, name: str) -> Ref:
    """The line of this name. Raises ValueError naming it where there is none."""
    found = next((n.id for n in builder.nodes if n.label == name and n.op), None)
    if found is None:
        raise ValueError(f"there is no line {name!r} to be an output")
    return Ref(builder, found)


def _network(builder: Builder, model: NetworkModel, data: Data, seed: int, most: int | None) -> Ref:
    rng = np.random.default_rng(seed)
    if not 1 <= data.size <= len(data.samples):
        raise ValueError(f"batches of {data.size} asked for; there are {len(data.samples)} samples")
    given = builder.leaf("x", data.inputs(0), "input", outside=True)
    try:
        x = add_layers(builder, model, given, rng, samples=data.x, most=most)
    except ShapeError as error:
        place = len(builder.layers)
        raise LayerError(str(error), place, model.layers[place].name, builder.layers) from None
    targets = builder.leaf("y", data.answers(0), "target")
    if data.batch is not None:
        builder.feeds.append(Feed(given.id, data.inputs))
        builder.feeds.append(Feed(targets.id, data.answers))
    if targets.shape != x.shape:
        last, where = model.layers[-1].name, apart(x.shape, targets.shape)
        says = f"{last} gives {x.shape}, the targets have shape {targets.shape}: {where}"
        raise LayerError(says, len(builder.layers) - 1, last, builder.layers)
    with builder.group("loss"):
        output = builder.op(model.loss, x, targets, reduction=model.reduction, **model.loss_options).named("L")
    _replace(builder, model.parameters)
    return output


def add_layers(builder: Builder, model: NetworkModel, x: Ref, rng: np.random.Generator, **context: Any) -> Ref:
    """The layers one after another, each in a group of its own; `context` as in `Context`."""
    for layer in model.layers:
        taken, first = x.shape, len(builder.nodes)
        with builder.group(layer.name):
            row = LAYERS[layer.type]
            options = row.complete(layer)
            x = row.add(Context(builder=builder, name=layer.name, options=options, rng=rng, **context), x)
        trained = sum(prod(n.shape) for n in builder.nodes[first:] if n.role == "parameter")
        builder.layers.append(LayerShapes(name=layer.name, input=taken, output=x.shape, parameters=trained))
    return x


def _replace(builder: Builder, parameters: Mapping[str, Any]) -> None:
    ids = {n.label: n.id for n in builder.nodes if n.role == "parameter"}
    for name, value in parameters.items():
        if name not in ids:
            raise ValueError(f"there is no parameter {name!r}; there are {', '.join(ids)}")
        array = np.array(value, dtype=np.float64)
        if array.shape != builder.values[ids[name]].shape:
            wanted = builder.values[ids[name]].shape
            raise ShapeError(f"{name}: {array.shape} given, {wanted} expected: {apart(array.shape, wanted)}")
        builder.values[ids[name]] = array
