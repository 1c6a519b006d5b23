"""What a client may ask: pydantic models, each with the service's limits and a way to the engine's own classes."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from engine import (
    INITIALIZERS,
    LAYERS,
    LOSSES,
    OPTIMIZERS,
    ExpressionModel,
    LayerSpec,
    NetworkModel,
    OptimizerSpec,
    Spec,
)

DEEPEST = 8  # axes a value may have


def _numbers(value: Any) -> Any:
    """A finite number, or lists of them with equal lengths on every level."""
    _shape(value, 0)
    return value


def _shape(value: Any, depth: int) -> tuple[int, ...]:
    if isinstance(value, list):
        return _list_shape(value, depth)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"a number or lists of numbers expected, got {type(value).__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("the number is not finite")
    if abs(value) > 1.7e308:
        raise ValueError("the number is too large for a float64")
    return ()


def _list_shape(value: list[Any], depth: int) -> tuple[int, ...]:
    if depth == DEEPEST:
        raise ValueError(f"more than {DEEPEST} axes")
    if not value:
        raise ValueError("an empty list has no numbers")
    shapes = {_shape(v, depth + 1) for v in value}
    if len(shapes) > 1:
        first, second = sorted(map(str, shapes))[:2]
        raise ValueError(f"entries of one list differ in shape: {first} and {second}")
    return (len(value), *shapes.pop())


Numbers = Annotated[
    Any, AfterValidator(_numbers), Field(json_schema_extra={"anyOf": [{"type": "number"}, {"type": "array"}]})
]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpressionRequest(Body):
    """A model as text, with the values of its names."""

    kind: Literal["expression"]
    source: str
    values: dict[Name, Numbers] = Field(default_factory=dict)
    roles: dict[Name, Literal["input", "target", "parameter", "constant"]] = Field(default_factory=dict)

    def to_model(self) -> ExpressionModel:
        return ExpressionModel(source=self.source, values=self.values, roles=self.roles)


class LayerRequest(Body):
    """One layer; `units` and `initializer` where its kind has weights."""

    type: str
    name: Name | None = None
    units: Annotated[int, Field(ge=1, le=4_096)] | None = None
    initializer: str = "he_normal"

    @model_validator(mode="after")
    def _known(self) -> LayerRequest:
        _one_of("layer type", self.type, LAYERS)
        _one_of("initializer", self.initializer, INITIALIZERS)
        for option in ("units", "initializer"):
            if option in self.model_fields_set and option not in LAYERS[self.type].options:
                raise ValueError(f"a {self.type} layer has no option {option!r}")
        if "units" in LAYERS[self.type].options and self.units is None:
            raise ValueError(f"a {self.type} layer needs `units`")
        return self


class LossRequest(Body):
    name: str
    reduction: Literal["mean", "batch", "sum"] = "mean"

    @model_validator(mode="after")
    def _known(self) -> LossRequest:
        _one_of("loss", self.name, LOSSES)
        return self


class NetworkRequest(Body):
    """Layers one after another, and a loss. Layers are named by type and place among their type unless named."""

    kind: Literal["network"]
    layers: Annotated[list[LayerRequest], Field(min_length=1, max_length=64)]
    loss: LossRequest
    parameters: dict[str, Numbers] = Field(default_factory=dict)

    def to_model(self) -> NetworkModel:
        layers = []
        counts: dict[str, int] = {}
        for layer in self.layers:
            counts[layer.type] = counts.get(layer.type, 0) + 1
            name = layer.name or f"{layer.type}{counts[layer.type]}"
            layers.append(LayerSpec(type=layer.type, name=name, units=layer.units, initializer=layer.initializer))
        return NetworkModel(
            layers=layers, loss=self.loss.name, reduction=self.loss.reduction, parameters=self.parameters
        )

    @model_validator(mode="after")
    def _distinct(self) -> NetworkRequest:
        names = [layer.name for layer in self.to_model().layers]
        twice = next((n for i, n in enumerate(names) if n in names[:i]), None)
        if twice:
            raise ValueError(f"two layers are called {twice!r}")
        return self


class SpiralRequest(Body):
    """A spiral in the plane."""

    name: Literal["spiral"]
    points: Annotated[int, Field(ge=1, le=1_024)] = 100
    classes: Annotated[int, Field(ge=2, le=10)] = 3
    noise: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 0.2
    seed: Seed = 0


class Digits8Request(Body):
    """One handwritten digit, by its number in the data set."""

    name: Literal["digits8"]
    sample: Annotated[int, Field(ge=0, le=1_796)] = 0


class ArraysRequest(Body):
    """Arrays of the client's own: x (samples, features); y class numbers (samples,) or targets (samples, outputs)."""

    name: Literal["arrays"] = "arrays"
    arrays: dict[Literal["x", "y"], Numbers]

    @model_validator(mode="after")
    def _fitting(self) -> ArraysRequest:
        missing = {"x", "y"} - set(self.arrays)
        if missing:
            raise ValueError(f"arrays: {', '.join(sorted(missing))} missing")
        x, y = (_shape(self.arrays[k], 0) for k in ("x", "y"))
        if len(x) != 2:
            raise ValueError(f"x must be (samples, features); its shape is {x}")
        if len(y) not in (1, 2) or y[0] != x[0]:
            raise ValueError(f"y must be ({x[0]},) or ({x[0]}, outputs); its shape is {y}")
        return self


def _data_name(value: Any) -> str:
    name = value.get("name", "arrays") if isinstance(value, dict) else getattr(value, "name", "arrays")
    return str(name)


DataRequest = Annotated[
    Annotated[SpiralRequest, Tag("spiral")]
    | Annotated[Digits8Request, Tag("digits8")]
    | Annotated[ArraysRequest, Tag("arrays")],
    Discriminator(_data_name),
]


class OptimizerRequest(Body):
    name: str = "sgd"
    learning_rate: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _known(self) -> OptimizerRequest:
        _one_of("optimizer", self.name, OPTIMIZERS)
        return self

    def to_optimizer(self) -> OptimizerSpec:
        return OptimizerSpec(name=self.name, learning_rate=self.learning_rate)


class BackwardRequest(Body):
    """`inputs`: whether the inputs get gradients too."""

    mode: Literal["reverse"] = "reverse"
    inputs: bool = True


class SpecRequest(Body):
    """Everything that decides the numbers of a session."""

    model: Annotated[ExpressionRequest | NetworkRequest, Field(discriminator="kind")]
    data: DataRequest | None = None
    optimizer: OptimizerRequest | None = None
    backward: BackwardRequest = BackwardRequest()
    seed: Seed = 0

    @model_validator(mode="after")
    def _data_where_needed(self) -> SpecRequest:
        if (self.model.kind == "network") != (self.data is not None):
            raise ValueError("a network needs `data`" if self.data is None else "an expression brings its own values")
        return self

    def to_spec(self) -> Spec:
        return Spec(
            model=self.model.to_model(),
            optimizer=self.optimizer.to_optimizer() if self.optimizer else None,
            seed=self.seed,
            inputs=self.backward.inputs,
        )


class SessionRequest(Body):
    """A session from a spec or from the gallery."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"example": "neuron"}]},
    )
    spec: SpecRequest | None = None
    example: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> SessionRequest:
        if (self.spec is None) == (self.example is None):
            raise ValueError("exactly one of `spec` and `example` is needed")
        return self


class Grain(StrEnum):
    EVENT = "event"
    OPERATION = "operation"
    LAYER = "layer"
    PHASE = "phase"
    ITERATION = "iteration"
    EPOCH = "epoch"


class StepRequest(Body):
    """Move the cursor. Negative counts go back. The same request at the same place always gives the same events."""

    grain: Grain = Grain.OPERATION
    count: Annotated[int, Field(ge=-10_000, le=10_000)] = 1


class SeekRequest(Body):
    """Go to a place: `cursor` events of training step `iteration` have happened."""

    iteration: Annotated[int, Field(ge=0, le=10_000_000)]
    cursor: Annotated[int, Field(ge=0, le=100_000_000)]


class CheckRequest(Body):
    """How to check gradients: the step of the difference, and how long to look."""

    epsilon: Annotated[float, Field(ge=1e-12, le=1e-1, allow_inf_nan=False)] = 1e-5
    seconds: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] = 10.0


def _one_of(what: str, asked: str, table: Any) -> None:
    if asked not in table:
        raise ValueError(f"there is no {what} {asked[:64]!r}; there are {', '.join(table)}")
