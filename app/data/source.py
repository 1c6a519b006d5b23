"""A data set by name is a row: what it is, its options, and how to make it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.data.dataset import Dataset

Family = Literal["points", "curve", "sequence", "picture", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataOption:
    """A setting of a data set, and what stands there if nothing is said.

    `low` and `high` bound numbers, and the length of a text, both included; `choices` are what a choice may be.
    """

    name: str
    kind: Literal["integer", "number", "boolean", "choice", "text"]
    doc: str
    default: Any
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> None:
        """Raises ValueError where the option cannot have this value."""
        kinds = {"integer": (int,), "number": (int, float), "boolean": (bool,), "choice": (str,), "text": (str,)}
        if type(value) not in kinds[self.kind]:
            raise ValueError(f"{self.name} must be of kind {self.kind}, got {type(value).__name__}")
        if self.kind == "choice" and value not in self.choices:
            raise ValueError(f"{self.name} is {value[:24]!r}; it must be one of {', '.join(self.choices)}")
        if self.kind in ("integer", "number"):
            self._check_bounds(value, str(value)[:24])
        if self.kind == "text":
            self._check_bounds(len(value), f"{len(value)} characters long")

    def _check_bounds(self, size: float, said: str) -> None:
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not (low <= size <= high and math.isfinite(size)):
            raise ValueError(f"{self.name} is {said}; it must be from {low:g} to {high:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A data set. `generated`: another seed makes another one. `single`: one sample is shown unless batches are said.

    `load(**options)`, with `seed` where it is generated, gives the same arrays every time.
    """

    name: str
    family: Family
    doc: str
    load: Callable[..., Dataset]
    options: tuple[DataOption, ...] = ()
    generated: bool = True
    single: bool = False

    def check(self, said: Mapping[str, Any]) -> None:
        """Raises ValueError for an option there is not, or one that cannot have its value."""
        known = {option.name: option for option in self.options}
        for name, value in said.items():
            if name not in known:
                raise ValueError(f"{self.name} has no option {name[:64]!r}; it has {', '.join(known) or 'none'}")
            known[name].check(value)

    def complete(self, said: Mapping[str, Any], seed: int) -> dict[str, Any]:
        """Every option's value, and the seed where it matters."""
        chosen = {option.name: said.get(option.name, option.default) for option in self.options}
        return chosen | ({"seed": seed} if self.generated else {})


def samples(default: int = 200, high: int = 1_000) -> DataOption:
    return DataOption(name="samples", kind="integer", doc="how many samples", default=default, low=1, high=high)


def noise(default: float, doc: str) -> DataOption:
    return DataOption(name="noise", kind="number", doc=doc, default=default, low=0, high=10)


def integer(name: str, doc: str, default: int, low: int, high: int) -> DataOption:
    return DataOption(name=name, kind="integer", doc=doc, default=default, low=low, high=high)
