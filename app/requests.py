"""What a client may ask beside the spec itself, which is in `app.specs`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.data.requests import DataRequest
from app.edits import EditsRequest
from app.fields import Body, Flag, Real, Whole, as_example
from app.specs import SpecRequest
from app.timeline import Batch, Timeline


class SessionExport(Body):
    """A session as `GET …/export?format=json` gives it: its spec, the edits in force, and where it stands."""

    format: Literal["backprop-session"]
    version: Literal[1]
    example: Annotated[str, Field(max_length=64)] | None = None
    spec: SpecRequest
    iteration: Annotated[Whole, Field(ge=0, le=10_000_000)] = 0
    cursor: Annotated[Whole, Field(ge=0, le=100_000_000)] = 0
    frontier: Annotated[Whole, Field(ge=0, le=10_000_000)] = 0
    edits: Annotated[tuple[EditsRequest, ...], Field(max_length=1_000)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> SessionExport:
        starts = [batch.iteration or 0 for batch in self.edits]
        if starts != sorted(starts):
            raise ValueError(f"edits at iterations {starts}; each must be at the one before or later")
        return self

    @property
    def place(self) -> dict[str, int]:
        reached = max([self.frontier, self.iteration, *(batch.iteration or 0 for batch in self.edits)])
        return {"iteration": self.iteration, "cursor": self.cursor, "frontier": reached}

    @property
    def timeline(self) -> Timeline:
        """The edits in force, as if they were older than the session: nothing leads back behind them."""
        count = len(self.edits)
        return Timeline(tuple(
            Batch(k - count, batch.iteration or 0, tuple(batch.model_dump(mode="json", exclude_unset=True)["edits"]))
            for k, batch in enumerate(self.edits)
        ))  # fmt: skip


class SessionRequest(Body):
    """A session from a spec, from the gallery, or from one that was exported."""

    model_config = as_example(example="neuron")
    spec: SpecRequest | None = None
    example: Annotated[str, Field(max_length=64)] | None = None
    exported: Annotated[SessionExport | None, Field(alias="import")] = None

    @model_validator(mode="after")
    def _one_source(self) -> SessionRequest:
        if sum(source is not None for source in (self.spec, self.example, self.exported)) != 1:
            raise ValueError("exactly one of `spec`, `example` and `import` is needed")
        return self


class PreviewRequest(Body):
    """A spec to be looked at before it becomes a session."""

    model_config = as_example(
        spec={"model": {"kind": "expression", "source": "L = (w*x - y)**2", "values": {"w": 2, "x": 1, "y": 3}}}
    )
    spec: SpecRequest


class DataPreviewRequest(Body):
    """The data of a spec, to be looked at."""

    model_config = as_example(data={"name": "moons", "points": 20, "split": 0.2})
    data: DataRequest


class JoinRequest(Body):
    """A short code, as it was read out: in any case, with or without spaces."""

    code: Annotated[str, Field(min_length=6, max_length=16, examples=["KTM4XB"])]


class Grain(StrEnum):
    EVENT = "event"
    OPERATION = "operation"
    LAYER = "layer"
    PHASE = "phase"
    ITERATION = "iteration"
    EPOCH = "epoch"


class StepRequest(Body):
    """Move the cursor. Negative counts go back. The same request at the same place always gives the same events."""

    model_config = as_example(grain="phase", count=1)
    grain: Grain = Grain.OPERATION
    count: Annotated[Whole, Field(ge=-10_000, le=10_000)] = 1


class SeekRequest(Body):
    """Go to a place: `cursor` events of training step `iteration` have happened."""

    model_config = as_example(iteration=2, cursor=3)
    iteration: Annotated[Whole, Field(ge=0, le=10_000_000)]
    cursor: Annotated[Whole, Field(ge=0, le=100_000_000)]


class UntilRequest(Body):
    """Train until an iteration's loss is this low, or lower."""

    loss: Annotated[Real, Field(allow_inf_nan=False)]


class TrainRequest(Body):
    """Train so many iterations beyond the furthest so far, or `until` something, whichever comes first."""

    model_config = as_example(iterations=1000, until={"loss": 0.001})
    iterations: Annotated[Whole, Field(ge=1, le=10_000_000)]
    until: UntilRequest | None = None


class CheckRequest(Body):
    """How to check gradients: the step of the difference, and how long to look.

    With `between`, gradients of what operations made are compared too, as far as half of the time goes.
    """

    model_config = as_example(epsilon=1e-5, seconds=10)
    epsilon: Annotated[Real, Field(ge=1e-12, le=1e-1, allow_inf_nan=False)] = 1e-5
    seconds: Annotated[Real, Field(gt=0, le=10, allow_inf_nan=False)] = 10.0
    between: Flag = False


class PredictRequest(Body):
    """What somebody thinks the number of an event is, at an entry: its value, its sign, or its power of ten.

    With `total`, the gradient that has arrived so far is meant, and not what this event brings.
    """

    model_config = as_example(event=1, value=0.5)
    event: Annotated[Whole, Field(ge=0, le=100_000_000)]
    entry: Annotated[list[Annotated[Whole, Field(ge=0)]], Field(max_length=8)] = Field(default_factory=list)
    total: Flag = False
    value: Annotated[Real, Field(ge=-1e300, le=1e300, allow_inf_nan=False)] | None = None
    sign: Annotated[Whole, Field(ge=-1, le=1)] | None = None
    size: Annotated[Whole, Field(ge=-400, le=400)] | None = None

    @model_validator(mode="after")
    def _one(self) -> PredictRequest:
        if sum(answer is not None for answer in (self.value, self.sign, self.size)) != 1:
            raise ValueError("exactly one of `value`, `sign` and `size` is needed")
        return self


class NudgeRequest(Body):
    """Move one entry of the node `set` (an id or a label) by `by`; without `index`, its first one."""

    model_config = as_example(set="w", by=0.01)
    set: Annotated[str, Field(min_length=1, max_length=64)]
    index: Annotated[list[Annotated[Whole, Field(ge=0)]], Field(max_length=8)] | None = None
    by: Annotated[Real, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
