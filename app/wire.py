"""Dataclasses and arrays to JSON. JSON has no NaN: numbers that are not finite travel as strings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import orjson
from fastapi.responses import Response

NAMES: dict[type[Any], tuple[str, ...]] = {}  # looked up once; there are as many as there are classes


def encode(value: Any) -> bytes:
    """JSON in UTF-8; numbers that are not finite as "NaN", "Infinity", "-Infinity"."""
    return orjson.dumps(plain(value))


def joined(parts: Sequence[bytes]) -> orjson.Fragment:
    """A list of what is encoded already."""
    return orjson.Fragment(b"[" + b",".join(parts) + b"]")


def plain(value: Any) -> Any:
    """The same in dicts, lists, strings and finite numbers."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _named(value)
    if value is None or isinstance(value, str | int | orjson.Fragment):
        return value
    if isinstance(value, np.ndarray):
        return value.tolist() if np.isfinite(value).all() else plain(value.tolist())
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return {name: plain(getattr(value, name)) for name in names(type(value))}


def names(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a dataclass."""
    return NAMES.get(kind) or NAMES.setdefault(kind, _fields(kind))


def _fields(kind: type[Any]) -> tuple[str, ...]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} has no form on the wire")
    return tuple(f.name for f in fields(kind))


def _named(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def answer(value: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer."""
    return Response(encode(value), status, headers, media_type="application/json")


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    return any(
        part.strip().split(";")[0] == "gzip" and "q=0" not in part.replace("q=0.", "") for part in accepted.split(",")
    )
