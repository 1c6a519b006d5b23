"""What may be changed about a session, from an iteration on. Each kind of edit is told apart by its own field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from app.fields import Body, Numbers, Whole, as_example
from app.specs import OptimizerRequest, SpecRequest
from engine import FAULTS

TOGETHER = 100  # edits in one request
Label = Annotated[str, Field(min_length=1, max_length=64)]
Row = Annotated[Whole, Field(ge=0, lt=2**31)]
Index = Annotated[list[Row], Field(max_length=8)]


class SetEdit(Body):
    """Another number for a parameter, an input or a target, named by id or label: at `index`, or all of it.

    `optimizer.learning_rate` and the optimizer's other settings are named like that. What is set on an input or a
    target is set on the sample that this iteration has in that row of its batch, for good.
    """

    set: Label
    index: Index | None = None
    to: Numbers


class LabelEdit(Body):
    """Another class for the sample in this row of the iteration's batch."""

    label: Row
    row: Row = 0


class SampleEdit(Body):
    """Train on this sample alone."""

    sample: Row


class OptimizerEdit(Body):
    """Another optimizer. One of the same kind keeps what it has gathered; of another kind, it begins anew."""

    optimizer: OptimizerRequest


class FreezeEdit(Body):
    """A layer, or a parameter, stops learning."""

    freeze: Label


class UnfreezeEdit(Body):
    """A layer, or one parameter of a frozen layer, learns again; what the optimizer keeps for it begins anew."""

    unfreeze: Label


class CutEdit(Body):
    """Nothing comes back over an edge, given as a node (id or label) and its input's number."""

    cut: tuple[Whole | Label, Annotated[Whole, Field(ge=0, le=64)]]


class MendEdit(Body):
    """What an edit cut carries the gradient back again."""

    mend: tuple[Whole | Label, Annotated[Whole, Field(ge=0, le=64)]]


class BreakEdit(Body):
    """A mistake made on purpose, one of the catalogue's `faults`: from here on the numbers are what it gives, and
    `verify` names the first event that does not follow. Null: by the honest rules again.
    """

    model_config = ConfigDict(serialize_by_alias=True)
    fault: Annotated[Literal[*FAULTS] | None, Field(alias="break")]  # type: ignore[valid-type]


KINDS = {"set": SetEdit, "label": LabelEdit, "sample": SampleEdit, "optimizer": OptimizerEdit, "freeze": FreezeEdit,
         "unfreeze": UnfreezeEdit, "cut": CutEdit, "mend": MendEdit, "break": BreakEdit}  # fmt: skip


def _kind(value: Any) -> str:
    """Whatever is no edit at all is told what the first kind lacks."""
    if isinstance(value, dict):
        return next((name for name in KINDS if name in value), "set")
    return next((name for name, kind in KINDS.items() if isinstance(value, kind)), "set")


Edit = Annotated[
    Annotated[SetEdit, Tag("set")]
    | Annotated[LabelEdit, Tag("label")]
    | Annotated[SampleEdit, Tag("sample")]
    | Annotated[OptimizerEdit, Tag("optimizer")]
    | Annotated[FreezeEdit, Tag("freeze")]
    | Annotated[UnfreezeEdit, Tag("unfreeze")]
    | Annotated[CutEdit, Tag("cut")]
    | Annotated[MendEdit, Tag("mend")]
    | Annotated[BreakEdit, Tag("break")],
    Discriminator(_kind),
]


class TwinRequest(Body):
    """What the twin has and its original has not, from an iteration on: the present one where none is said.

    Or another `spec`, from the beginning; the twin then has the edits of its original.
    """

    model_config = as_example(edits=[{"set": "w", "to": 0.25}])
    edits: Annotated[list[Edit], Field(max_length=TOGETHER)] = Field(default_factory=list)
    iteration: Annotated[Whole, Field(ge=0, le=10_000_000)] | None = None
    spec: SpecRequest | None = None

    @model_validator(mode="after")
    def _one(self) -> TwinRequest:
        if self.spec is not None and (self.edits or self.iteration is not None):
            raise ValueError("a twin has either a `spec` of its own or `edits` from an iteration on")
        return self


class EditsRequest(Body):
    """All of these edits or none, in this order, at an iteration: the one the session stands at where none is said."""

    model_config = as_example(edits=[{"set": "w", "to": 0.25}])
    edits: Annotated[list[Edit], Field(min_length=1, max_length=TOGETHER)]
    iteration: Annotated[Whole, Field(ge=0, le=10_000_000)] | None = None
