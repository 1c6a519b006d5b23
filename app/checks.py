"""Checks of what a client says: each raises ValueError naming what was wrong and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from engine import INITIALIZERS, OPS, Option

DEEPEST = 8  # axes a value may have
WHOLE = 2**63  # whole numbers beyond have more bits than JSON's writer takes


def numbers(value: Any) -> Any:
    """A finite number, or lists of them with equal lengths on every level. Whole ones that JSON's writer refuses come
    back as floats, which is how they are computed with.
    """
    shape_of(value, 0)
    return written(value)


def written(value: Any) -> Any:
    """Whole numbers that JSON's writer refuses as floats, in lists too."""
    if isinstance(value, list):
        return [written(v) for v in value]
    return value if isinstance(value, float) or -WHOLE <= value < WHOLE else float(value)


def shape_of(value: Any, depth: int) -> tuple[int, ...]:
    """The shape of nested lists. Raises ValueError where they are ragged or hold anything but finite numbers."""
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
    shapes = {shape_of(v, depth + 1) for v in value}
    if len(shapes) > 1:
        first, second = sorted(map(str, shapes))[:2]
        raise ValueError(f"entries of one list differ in shape: {first} and {second}")
    return (len(value), *shapes.pop())


def check_option(option: Option, value: Any) -> None:
    """Raises ValueError where a layer's option cannot have this value."""
    if value is None and option.default is not None:
        raise ValueError(f"{option.name} cannot be null")
    kinds: dict[str, tuple[type, ...]] = {"integer": (int,), "number": (int, float), "boolean": (bool,)}
    if option.kind == "initializer":
        check_initializer(value)
    elif option.kind == "op":
        one_of("op", str(value), OPS)
    elif option.kind == "shape":
        if not isinstance(value, list) or not all(type(n) is int and 1 <= n <= 65_536 for n in value) or len(value) > 8:
            raise ValueError(f"{option.name} must be a list of at most 8 sizes from 1 to 65536")
    elif type(value) not in kinds[option.kind]:
        raise ValueError(f"{option.name} must be of kind {option.kind}, got {type(value).__name__}")
    elif option.kind != "boolean":
        _check_range(option, value)


def check_initializer(value: Any) -> None:
    """Raises ValueError where this is no initialiser's name, nor its name with settings it has."""
    if not isinstance(value, dict):
        return one_of("initializer", str(value), INITIALIZERS)
    said = dict(value)
    name = str(said.pop("name", ""))
    one_of("initializer", name, INITIALIZERS)
    check_settings(f"the initializer {name}", said, INITIALIZERS[name].settings, low=-1e6, high=1e6)


def _check_range(option: Option, value: float) -> None:
    low, high = option.low, option.high
    large = abs(value) >= WHOLE  # also of whole numbers that no float holds
    if large or not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{option.name} is {str(value)[:24]}; it must be from {low:g} to {high:g}")


def check_settings(
    what: str, said: dict[str, Any], known: Mapping[str, float | bool], low: float = 0, high: float = 1e9
) -> None:
    """Raises ValueError for a setting there is not, or one of a wrong kind or size."""
    for name, value in said.items():
        if name not in known:
            raise ValueError(f"{what} has no setting {name[:64]!r}; it has {', '.join(known) or 'none'}")
        if isinstance(known[name], bool) != isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{name} must be {'true or false' if isinstance(known[name], bool) else 'a number'}")
        if not low <= value <= high:
            raise ValueError(f"{name} is {str(value)[:24]}; it must be from {low:g} to {high:g}")


def one_of(what: str, asked: str, table: Any) -> None:
    """Raises ValueError naming what there is."""
    if asked not in table:
        raise ValueError(f"there is no {what} {asked[:64]!r}; there are {', '.join(table)}")
