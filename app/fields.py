"""What requests are made of: a strict body, and fields with the bounds of what they may hold."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.checks import numbers

Numbers = Annotated[
    Any, AfterValidator(numbers), Field(json_schema_extra={"anyOf": [{"type": "number"}, {"type": "array"}]})
]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
