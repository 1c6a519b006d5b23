"""What a spec is: pydantic models, each with the service's limits and a way to the engine's own classes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.checks import check_option, check_settings, one_of
from app.data.requests import DataRequest
from app.fields import Body, Flag, Name, Numbers, Real, Seed, Whole
from engine import (
    LAYERS,
    LOSSES,
    OPS,
    OPTIMIZERS,
    SCHEDULES,
    Clip,
    ExpressionModel,
    LayerSpec,
    Mode,
    NetworkModel,
    OptimizerSpec,
    Precision,
    Sides,
    Spec,
    Stop,
    check_options,
)


class ExpressionRequest(Body):
    """A model as text, with the values of its names.

    `outputs` names several lines that gradients are asked of, where no optimizer is given; else it is the last one.
    """

    kind: Literal["expression"]
    source: str
    values: dict[Name, Numbers] = Field(default_factory=dict)
    roles: dict[Name, Literal["input", "target", "parameter", "constant"]] = Field(default_factory=dict)
    outputs: Annotated[list[Name], Field(max_length=16)] = Field(default_factory=list)

    def to_model(self) -> ExpressionModel:
        return ExpressionModel(source=self.source, values=self.values, roles=self.roles, outputs=self.outputs)


class LayerRequest(BaseModel):
    """One layer; beside its type and name, the options its kind has (see /catalogue)."""

    model_config = ConfigDict(extra="allow", frozen=True)
    type: str
    name: Name | None = None

    @model_validator(mode="after")
    def _known(self) -> LayerRequest:
        one_of("layer type", self.type, LAYERS)
        said, known = self.options(), {o.name: o for o in LAYERS[self.type].options}
        for name, value in said.items():
            if name not in known:
                raise ValueError(
                    f"a {self.type} layer has no option {name[:64]!r}; it has {', '.join(known) or 'none'}"
                )
            check_option(known[name], value)
        missing = [o.name for o in known.values() if o.default is None and said.get(o.name) is None]
        if missing:
            raise ValueError(f"a {self.type} layer needs `{missing[0]}`")
        return self

    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class LossRequest(BaseModel):
    """The loss; beside what stands here, the options of its op (see /catalogue), such as `delta` or `smoothing`."""

    model_config = ConfigDict(extra="allow", frozen=True)
    name: str
    reduction: Literal["mean", "batch", "sum"] = "mean"

    @model_validator(mode="after")
    def _known(self) -> LossRequest:
        one_of("loss", self.name, LOSSES)
        check_options(OPS[self.name], self.options())
        return self

    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


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
            layers=layers,
            loss=self.loss.name,
            reduction=self.loss.reduction,
            loss_options=self.loss.options(),
            parameters=self.parameters,
        )

    @model_validator(mode="after")
    def _distinct(self) -> NetworkRequest:
        names = [layer.name for layer in self.to_model().layers]
        twice = next((n for i, n in enumerate(names) if n in names[:i]), None)
        if twice:
            raise ValueError(f"two layers are called {twice!r}")
        return self


class ScheduleRequest(BaseModel):
    """How the learning rate changes; beside its name, the settings of its kind (see /catalogue)."""

    model_config = ConfigDict(extra="allow", frozen=True)
    name: str = "constant"

    @model_validator(mode="after")
    def _known(self) -> ScheduleRequest:
        one_of("schedule", self.name, SCHEDULES)
        check_settings(f"the schedule {self.name}", self.model_extra or {}, SCHEDULES[self.name].settings)
        return self


class ClipRequest(Body):
    """A bound on the norm of all gradients together, or on the size of every entry."""

    norm: Annotated[Real, Field(gt=0, le=1e12, allow_inf_nan=False)] | None = None
    value: Annotated[Real, Field(gt=0, le=1e12, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _one(self) -> ClipRequest:
        if (self.norm is None) == (self.value is None):
            raise ValueError("exactly one of `norm` and `value` is needed")
        return self


class OptimizerRequest(BaseModel):
    """An optimizer; beside what stands here, the settings of its kind (see /catalogue).

    Without `zero_grad`, gradients are not cleared and add up from step to step.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    name: str = "sgd"
    learning_rate: Annotated[Real, Field(gt=0, le=1e6, allow_inf_nan=False)]
    schedule: ScheduleRequest = ScheduleRequest()
    clip: ClipRequest | None = None
    zero_grad: Flag = True

    @model_validator(mode="after")
    def _known(self) -> OptimizerRequest:
        one_of("optimizer", self.name, OPTIMIZERS)
        check_settings(self.name, self.model_extra or {}, OPTIMIZERS[self.name].settings)
        optimizer = self.to_optimizer()
        _ = optimizer.complete, optimizer.rate(0)  # refuses what is outside of its bounds
        return self

    @property
    def said(self) -> dict[str, Any]:
        """Its name, and the settings that were given."""
        return {"name": self.name, **self.model_dump(exclude_unset=True)}

    def to_optimizer(self) -> OptimizerSpec:
        return OptimizerSpec(
            name=self.name, learning_rate=self.learning_rate, settings=dict(self.model_extra or {}),
            schedule=self.schedule.name, schedule_settings=dict(self.schedule.model_extra or {}),
            clip=Clip(norm=self.clip.norm, value=self.clip.value) if self.clip else None,
            zero_grad=self.zero_grad,
        )  # fmt: skip


class BackwardRequest(Body):
    """How the gradients are found.

    `mode`: reverse; forward, one pass for each entry of each leaf; difference, the loss again with each entry moved
    by `epsilon` (1e-5 where not said, 1e-8 one-sided) on both `sides` or on one; or rtrl, real-time recurrent
    learning. `inputs`: the inputs get gradients too. In reverse mode, `checkpoint` names layers whose outputs are
    kept, while what lies between them is computed again, and with `truncate` recurrent layers send nothing back over
    borders of stretches of so many steps.
    """

    mode: Mode = "reverse"
    sides: Sides = "central"
    epsilon: Annotated[Real, Field(ge=1e-12, le=1e-1, allow_inf_nan=False)] | None = None
    inputs: Flag = True
    checkpoint: Annotated[list[Name], Field(max_length=64)] = Field(default_factory=list)
    truncate: Annotated[Whole, Field(ge=1, le=10_000)] | None = None


class TrainedRequest(Body):
    """Training before the session begins: `iterations` steps of the spec's optimizer with batches of `batch` samples.

    Its parameters are where the session's begin; what the optimizer had gathered by then is forgotten.
    """

    iterations: Annotated[Whole, Field(ge=0, le=10_000)]
    batch: Annotated[Whole, Field(ge=1, le=1_024)]


class StopRequest(Body):
    """Training ends after `patience` steps in a row whose test loss is not below the best by `minimum_change`."""

    patience: Annotated[Whole, Field(ge=1, le=1_000_000)]
    minimum_change: Annotated[Real, Field(ge=0, le=1e12, allow_inf_nan=False)] = 0.0


class SpecRequest(Body):
    """Everything that decides the numbers of a session.

    `freeze`: layers and parameters that do not learn, by name.
    """

    model: Annotated[ExpressionRequest | NetworkRequest, Field(discriminator="kind")]
    data: DataRequest | None = None
    optimizer: OptimizerRequest | None = None
    backward: BackwardRequest = BackwardRequest()
    trained: TrainedRequest | None = None
    freeze: Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=64)] = Field(
        default_factory=list
    )
    stop: StopRequest | None = None
    seed: Seed = 0
    dtype: Precision = "float64"

    @model_validator(mode="after")
    def _data_where_needed(self) -> SpecRequest:
        if (self.model.kind == "network") != (self.data is not None):
            raise ValueError("a network needs `data`" if self.data is None else "an expression brings its own values")
        if self.trained and (self.data is None or self.optimizer is None):
            raise ValueError("`trained` needs a network and an optimizer")
        return self

    def to_spec(self) -> Spec:
        return Spec(
            model=self.model.to_model(),
            optimizer=self.optimizer.to_optimizer() if self.optimizer else None,
            seed=self.seed,
            dtype=self.dtype,
            inputs=self.backward.inputs,
            checkpoints=self.backward.checkpoint,
            truncate=self.backward.truncate,
            mode=self.backward.mode,
            sides=self.backward.sides,
            epsilon=self.backward.epsilon,
            frozen=self.freeze,
            stop=Stop(**self.stop.model_dump()) if self.stop else None,
        )
