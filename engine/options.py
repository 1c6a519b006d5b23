"""What may stand in the options of ops: the same rules for expressions and for requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.op import Op

MOST_AXES, LARGEST = 8, 1_000_000  # of a shape that is asked for


def _whole(value: Any, low: int = -LARGEST, high: int = LARGEST) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _number(value: Any, low: float = -1e300, high: float = 1e300) -> bool:
    """A number within the bounds; NaN is within none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _several(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, tuple) and len(value) <= MOST_AXES and all(map(fits, value))


def _pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(_whole(n, 0) for n in value)


ALLOWED: dict[str, Callable[[Any], bool]] = {  # option -> may this value stand there
    "axis": lambda v: v is None or _whole(v) or (_several(v, _whole) and v != ()),
    "axes": lambda v: v is None or _several(v, _whole),
    "keepdims": lambda v: isinstance(v, bool),
    "shape": lambda v: _several(v, lambda n: n == -1 or _whole(n, 1)),
    "index": _whole,
    "start": _whole,
    "stop": lambda v: v is None or _whole(v),
    "step": lambda v: _whole(v, 1),
    "widths": lambda v: _several(v, _pair),
    "subscripts": lambda v: isinstance(v, str) and len(v) <= 100,
    "reduction": lambda v: v in ("mean", "batch", "sum"),
    "slope": _number,
    "alpha": _number,
    "low": _number,
    "high": _number,
    "delta": lambda v: _number(v, 1e-12, 1e12),
    "smoothing": lambda v: _number(v, 0, 1),
    "correction": lambda v: _number(v, 0, 1e6),
}
ONE_AXIS = frozenset({"slice", "select", "concatenate", "stack", "gather"})  # an axis must be said, and one only


def allowed(row: Op, name: str, value: Any) -> bool:
    """Whether `value` may stand in option `name` of this op. Its shape rule may still refuse it."""
    if name == "axis" and row.name in ONE_AXIS and not _whole(value):
        return False
    return ALLOWED[name](value)


def check_options(row: Op, said: Mapping[str, Any]) -> None:
    """Raises ValueError naming an option the op does not have, or one whose value cannot stand there."""
    for name, value in said.items():
        known = dict(row.options)
        if name not in known:
            raise ValueError(f"{row.name} has no option {name[:64]!r}; it has {', '.join(known) or 'none'}")
        if not allowed(row, name, value):
            raise ValueError(f"{row.name}: {name} cannot be {str(value)[:64]!a}")
