"""The data of a spec as a client may ask for it: a data set by name, one sent before, or arrays of the client's own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from app.checks import one_of, shape_of
from app.data import SOURCES, Source
from app.fields import Body, Flag, Numbers, Real, Seed, Whole


class Chosen(Body):
    """Which samples a training step sees.

    `sample`: this one alone, by its number, whatever `batch` says. `batch`: so many at a time, all where it is null;
    with `shuffle`, every epoch has an order of its own. `split`: the fraction of all samples that training does not
    see, chosen by the seed. `standardize`: each feature gets mean 0 and standard deviation 1 over the samples seen.
    """

    sample: Annotated[Whole, Field(ge=0, lt=2**31)] | None = None
    batch: Annotated[Whole, Field(ge=1, le=1_024)] | None = None
    shuffle: Flag = True
    split: Annotated[Real, Field(ge=0, le=0.9, allow_inf_nan=False)] = 0.0
    standardize: Flag = False
    seed: Seed = 0


class SourceRequest(Chosen):
    """A data set by name; beside what stands here, the options of its kind (see /catalogue).

    Of pictures, sample 0 is shown where neither `sample` nor `batch` is said.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    name: str

    @model_validator(mode="after")
    def _known(self) -> SourceRequest:
        one_of("data set", self.name, SOURCES)
        self.source.check(self.model_extra or {})
        return self

    @property
    def source(self) -> Source:
        return SOURCES[self.name]

    def options(self) -> dict[str, Any]:
        """Every option of the data set, and its seed."""
        return self.source.complete(self.model_extra or {}, self.seed)


class UploadRequest(Chosen):
    """A data set that was sent before, by the id it was given."""

    name: Literal["upload"] = "upload"
    id: Annotated[str, Field(min_length=1, max_length=64)]


class ArraysRequest(Chosen):
    """Arrays of the client's own: x (samples, …); y class numbers (samples,) or targets (samples, …)."""

    name: Literal["arrays"] = "arrays"
    arrays: dict[Literal["x", "y"], Numbers]

    @model_validator(mode="after")
    def _fitting(self) -> ArraysRequest:
        missing = {"x", "y"} - set(self.arrays)
        if missing:
            raise ValueError(f"arrays: {', '.join(sorted(missing))} missing")
        x, y = (shape_of(self.arrays[k], 0) for k in ("x", "y"))
        if len(x) < 2:
            raise ValueError(f"x must be (samples, …); its shape is {x}")
        if not y or y[0] != x[0]:
            raise ValueError(f"y must be ({x[0]},) or ({x[0]}, …); its shape is {y}")
        return self


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "arrays" if "arrays" in value else "upload" if "id" in value else "source"
    return "arrays" if isinstance(value, ArraysRequest) else "upload" if isinstance(value, UploadRequest) else "source"


DataRequest = Annotated[
    Annotated[SourceRequest, Tag("source")]
    | Annotated[ArraysRequest, Tag("arrays")]
    | Annotated[UploadRequest, Tag("upload")],
    Discriminator(_kind),
]
