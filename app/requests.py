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
    OPS,
    OPTIMIZERS,
    ExpressionModel,
    LayerSpec,
    NetworkModel,
    OptimizerSpec,
    Option,
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


class LayerRequest(BaseModel):
    """One layer; beside its type and name, the options its kind has (see /catalogue)."""

    model_config = ConfigDict(extra="allow", frozen=True)
    type: str
    name: Name | None = None

    @model_validator(mode="after")
    def _known(self) -> LayerRequest:
        _one_of("layer type", self.type, LAYERS)
        said, known = self.options(), {o.name: o for o in LAYERS[self.type].options}
        for name, value in said.items():
            if name not in known:
                raise ValueError(
                    f"a {self.type} layer has no option {name[:64]!r}; it has {', '.join(known) or 'none'}"
                )
            _check_option(known[name], value)
        missing = [o.name for o in known.values() if o.default is None and said.get(o.name) is None]
        if missing:
            raise ValueError(f"a {self.type} layer needs `{missing[0]}`")
        return self

    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


def _check_option(option: Option, value: Any) -> None:
    if value is None and option.default is not None:
        raise ValueError(f"{option.name} cannot be null")
    kinds: dict[str, tuple[type, ...]] = {"integer": (int,), "number": (int, float), "boolean": (bool,)}
    if option.kind == "initializer":
        _one_of("initializer", str(value), INITIALIZERS)
    elif option.kind == "op":
        _one_of("op", str(value), OPS)
    elif option.kind == "shape":
        if not isinstance(value, list) or not all(type(n) is int and 1 <= n <= 65_536 for n in value) or len(value) > 8:
            raise ValueError(f"{option.name} must be a list of at most 8 sizes from 1 to 65536")
    elif type(value) not in kinds[option.kind]:
        raise ValueError(f"{option.name} must be of kind {option.kind}, got {type(value).__name__}")
    elif option.kind != "boolean":
        _check_range(option, value)


def _check_range(option: Option, value: float) -> None:
    low, high = option.low, option.high
    if not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{option.name} is {str(value)[:24]}; it must be from {low:g} to {high:g}")


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
            layers.append(LayerSpec(type=layer.type, name=name, options=layer.options()))
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
