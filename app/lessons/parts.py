"""What the rows of the gallery are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SPIRAL = {"name": "spiral", "points": 100, "classes": 3, "noise": 0.2, "seed": 42}
RELU = {"type": "relu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One entry of the gallery, lesson `lesson` of chapter `chapter`, which is called `group`.

    `stops`: how many stops its guided lesson has; 0 where there is none.
    """

    id: str
    title: str
    summary: str
    group: str
    spec: dict[str, Any]
    chapter: int = 0
    lesson: int = 0
    stops: int = 0


def expression(source: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A spec of a model written as text; `more` stands beside the model."""
    roles = {"roles": more.pop("roles")} if "roles" in more else {}
    return {"model": {"kind": "expression", "source": source, "values": values, **roles}, **more}


def network(
    layers: list[dict[str, Any]], data: dict[str, Any], rate: float, loss: str = "softmax_cross_entropy", **more: Any
) -> dict[str, Any]:
    """A spec of a network on data of the catalogue, trained by gradient descent; `more` adds to it or replaces."""
    return {
        "model": {"kind": "network", "layers": layers, "loss": {"name": loss, "reduction": "mean"}},
        "data": data,
        "optimizer": {"name": "sgd", "learning_rate": rate},
        "seed": 42,
        **more,
    }


def dense(units: int) -> dict[str, Any]:
    """A layer of so many units, drawn for the relu that follows."""
    return {"type": "dense", "units": units, "initializer": "he_normal"}
