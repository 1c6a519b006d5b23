"""Directions through the parameters by name: an entry, the gradient, the update, the path, or drawn from a seed."""

from __future__ import annotations

import re

import numpy as np

from app.errors import OutsideError
from app.tensors import entry_of, find
from app.terrain import Terrain
from engine import Array, Landscape, check_entry, principal

ENTRY = re.compile(r"(.{1,64}?)(?:\[([0-9,]*)\])?")
RANDOM = re.compile(r"random(?::([0-9]{1,9}))?")
SAID = {
    "gradient": "along the gradient",
    "update": "along the update",
    "path1": "along the path",
    "path2": "across the path",
}


def named(around: Terrain, x: str | None, y: str | None) -> tuple[str, str]:
    """As asked; else the numbers of a model that learns two, or where the path leads."""
    if around.land.learning == 2:
        usual = _entries(around.land)
    else:
        along = len(principal(around.places, around.land.here))
        usual = ["path1" if along else "gradient", "path2" if along == 2 else "random"]
    x = x or next(name for name in usual if name != y)
    return x, y or next(name for name in usual if name != x)


def _entries(land: Landscape) -> list[str]:
    found = [(n.label, index) for n in land.graph.parameters if n.wanted for index in np.ndindex(n.shape)]
    return [f"{label}[{','.join(map(str, index))}]" if index else label for label, index in found]


def direction(around: Terrain, name: str) -> Array:
    """Raises `OutsideError`, `EntryError` or `NotFoundError` for one there is not."""
    land = around.land
    if name in ("path1", "path2"):
        found, number = principal(around.places, land.here), int(name[-1])
        if len(found) < number:
            what = f"the path of {len(around.path)} points goes in {len(found)} directions"
            raise OutsideError(f"{name} asked for; {what}")
        return found[number - 1]
    if name == "gradient":
        return land.gradient()
    if name == "update":
        return land.update()
    if drawn := RANDOM.fullmatch(name):
        return land.random(int(drawn[1] or 0))
    return _entry(land, name)


def _entry(land: Landscape, name: str) -> Array:
    asked = ENTRY.fullmatch(name)
    node = find(land.graph, asked[1] if asked else name)
    if node.role != "parameter":
        raise OutsideError(f"a direction is an entry of a parameter; {node.label} is of role {node.role}")
    return land.entry(node, check_entry(land.trace, node.id, entry_of(asked[2] or None if asked else None) or ()))


def label(name: str) -> str:
    """For people."""
    drawn = RANDOM.fullmatch(name)
    return f"random direction {drawn[1] or 0}" if drawn else SAID.get(name, name)
