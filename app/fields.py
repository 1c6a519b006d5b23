"""What requests are made of: a strict body, and fields with the bounds of what they may hold."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from app.checks import WHOLE, numbers


def _number(value: Any) -> Any:
    """A word that looks like a number is none, and neither is a truth."""
    if isinstance(value, bool | str):
        raise ValueError(f"a number is needed, not {value!r:.64}")
    return value


def _whole(value: Any) -> Any:
    if isinstance(value, int) and not -WHOLE <= value < WHOLE:
        raise ValueError("the whole number has more than 64 bits")
    return _number(value)


Whole = Annotated[int, BeforeValidator(_whole)]
Real = Annotated[float, BeforeValidator(_number)]
Flag = Annotated[bool, Strict()]
Numbers = Annotated[
    Any, AfterValidator(numbers), Field(json_schema_extra={"anyOf": [{"type": "number"}, {"type": "array"}]})
]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Seed = Annotated[Whole, Field(ge=0, lt=2**32)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def as_example(**body: Any) -> ConfigDict:
    """For a request's `model_config`: a body that a session of the gallery's `neuron` takes."""
    return ConfigDict(json_schema_extra={"examples": [body]})
