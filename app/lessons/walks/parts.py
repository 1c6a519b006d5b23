"""What guided lessons are made of: stops, each of them bound to an event by name, never by number.

`at` names the event behind which a stop stands:

| `at` | stands behind |
|---|---|
| `start`, `end` | nothing; all of the training step |
| `batch`, `clear`, `seed`, `clip` | the batch; the clearing of gradients; the 1 backward begins with; clipping |
| `forward z` | the event that computes z |
| `contribution a → z` | the event in which a sends its part to the gradient of z |
| `gradient z` | the last event that brings something to the gradient of z |
| `update w` | the event that gives w its new value |
| `keep w` | where gradients are not cleared: the event that adds this step's gradient of w to what was left |

`says` is text with marks. `[z]` is the name of a node, `[the loss|L]` other words for one. A number stands in braces:
`{value z}`, `{gradient z}` (all that arrived), `{new w}` (after the update), `{kept w}` (of `keep w`), `{rate}` (the
learning rate), and of a contribution `{contribution a → z}`, `{total a → z}` (with those before it),
`{upstream a → z}`, `{local a → z}` and `{size a → z}` (the root mean square of what was sent). An entry of an array is
`{value p[0,2]}`. Clipping has the `{norm}` of all gradients together and its `{factor}`. `{value L @0}` is the number
in the walk's first training step, wherever the stop stands; without it, a number is that of the stop's own step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isclose
from typing import Literal

View = Literal["graph", "network", "code", "training"]
Read = Callable[[str], float]


def _always(read: Read) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One place of a walk, in the training step that comes `step` after the first, and what is said there.

    `holds`: whether the relation that the text states is one of these numbers; it reads them by the text's own names.
    """

    at: str
    says: str
    step: int = 0
    view: View = "graph"
    holds: Callable[[Read], bool] = _always


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The guided lesson of an example."""

    example: str
    stops: tuple[Stop, ...]


def same(a: float, b: float) -> bool:
    """Equal but for rounding."""
    return isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
