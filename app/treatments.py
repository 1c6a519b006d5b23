"""What helps, made concrete: for each remedy the whole spec of a twin that follows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, fields
from typing import Any

from engine import LAYERS, OPS, Diagnosis, Remedy

ACTIVATIONS = frozenset(
    name for name in LAYERS if name in OPS and OPS[name].family == "elementwise" and len(OPS[name].inputs) == 1
)
SQUASHING = ("sigmoid", "tanh", "relu")
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment(Remedy):
    """A remedy and the spec that follows it; null where this model's spec has no place for it."""

    spec: Spec | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated(Diagnosis):
    """A diagnosis whose remedies bring their specs."""

    remedies: tuple[Treatment, ...]


def treated(told: Diagnosis, spec: Mapping[str, Any]) -> Treated:
    """The diagnosis of a session with this spec."""
    known = {f.name: getattr(told, f.name) for f in fields(told)}
    made = (Treatment(says=r.says, change=r.change, spec=follow(spec, r.change)) for r in told.remedies)
    return Treated(**{**known, "remedies": tuple(made)})


def follow(spec: Mapping[str, Any], change: Mapping[str, Any]) -> Spec | None:
    """A copy of the spec with the change made in it; None where nothing in it can be changed so."""
    twin = deepcopy(dict(spec))
    network = twin["model"]["kind"] == "network"
    for name, value in change.items():
        (CHANGES[name] if network else TEXT.get(name, CHANGES[name]))(twin, value)
    return None if twin == spec else twin


def _layers(spec: Spec) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = spec["model"].get("layers", [])
    return layers


def _activation(spec: Spec, name: str) -> None:
    for layer in _layers(spec):
        if layer["type"] in SQUASHING:
            layer["type"] = name
        elif layer.get("activation") in SQUASHING:
            layer["activation"] = name


def _initializer(spec: Spec, name: str) -> None:
    for layer in _layers(spec):
        if any(option.name == "initializer" for option in LAYERS[layer["type"]].options):
            layer["initializer"] = name


def _insert(spec: Spec, norm: str) -> None:
    """In front of every activation."""
    found: list[dict[str, Any]] = []
    for layer in _layers(spec):
        found += [{"type": norm}, layer] if layer["type"] in ACTIVATIONS else [layer]
    if "layers" in spec["model"]:
        spec["model"]["layers"] = found


def _optimizer(name: str) -> Callable[[Spec, Any], None]:
    def change(spec: Spec, value: Any) -> None:
        if spec.get("optimizer"):
            spec["optimizer"][name] = value

    return change


def _loss(spec: Spec, name: str) -> None:
    if "loss" in spec["model"]:
        spec["model"]["loss"]["name"] = name


def _function(spec: Spec, name: str) -> None:
    """Another activation in the text of an expression."""
    model = spec["model"]
    model["source"] = re.sub(rf"\b({'|'.join(SQUASHING)})\(", f"{name}(", model["source"])


def _shifted(spec: Spec, name: str) -> None:
    """The largest score taken off before exp, as the fused loss does: the quotient after it stays the same."""
    model = spec["model"]
    model["source"] = re.sub(r"\bexp\((\w+)\)", r"exp(\1 - max(\1, axis=-1, keepdims=True))", model["source"])


CHANGES: dict[str, Callable[[Spec, Any], None]] = {
    "activation": _activation,
    "initializer": _initializer,
    "insert": _insert,
    "clip": _optimizer("clip"),
    "learning_rate": _optimizer("learning_rate"),
    "loss": _loss,
}
TEXT = {"activation": _function, "loss": _shifted}  # in an expression
