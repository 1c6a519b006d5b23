"""From a request to the engine's model: data sets resolved, sizes held to the limits before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from app.data import SOURCES, Dataset
from app.errors import SpecError, TooLargeError
from app.requests import ArraysRequest, Batched, Digits8Request, ExpressionRequest, NetworkRequest, SpecRequest
from app.settings import Settings
from engine import Data, Limits, Model, build

Resolved = tuple[Data | None, Dataset | None]


def to_model(request: SpecRequest, settings: Settings) -> tuple[Model, Dataset | None]:
    """The model of a spec and the data set its batch is from.

    Raises `TooLargeError` naming the number asked and the number allowed, `SpecError`, `ExpressionError` or
    `ShapeError`.
    """
    data, dataset = resolve(request, settings)
    if isinstance(request.model, ExpressionRequest):
        _check_values(request.model, settings)
    elif data is not None:
        _check_network(request.model, data.x.shape, settings)
    limits = Limits(
        characters=settings.expression_characters, nodes=settings.expression_nodes, levels=settings.expression_levels
    )
    try:
        model = build(request.to_spec(), data, limits)
    except ValueError as error:
        if type(error) is ValueError:
            raise SpecError(str(error), "/spec/model") from None
        raise
    _check_memory(model, settings)
    return model, dataset


def resolve(request: SpecRequest, settings: Settings) -> Resolved:
    """The batch a spec's data names, and its data set."""
    source = request.data
    if source is None:
        return None, None
    if isinstance(source, ArraysRequest):
        return _arrays(source, settings), None
    generated = SOURCES[source.name].generated
    dataset = load(source.name, **(source.model_dump(exclude={"name", "batch", "shuffle"}) if generated else {}))
    one = isinstance(source, Digits8Request) and source.batch is None
    chosen = [source.sample] if isinstance(source, Digits8Request) and one else list(range(len(dataset.x)))
    return _batches(source, dataset.x[chosen], dataset.targets()[chosen], chosen, settings), dataset


def _batches(
    source: Batched, x: NDArray[np.float64], targets: NDArray[np.float64], samples: Sequence[int], settings: Settings
) -> Data:
    data = Data(x=x, targets=targets, samples=samples, batch=source.batch, shuffle=source.shuffle, seed=source.seed)
    _allow("samples in a batch", data.size, settings.batch)
    return data


@lru_cache(maxsize=8)
def load(name: str, **options: float) -> Dataset:
    return SOURCES[name].load(**options)


def _arrays(source: ArraysRequest, settings: Settings) -> Data:
    x = np.array(source.arrays["x"], np.float64)
    y = np.array(source.arrays["y"], np.float64)
    if y.ndim == 1:
        if (y < 0).any() or (y % 1 != 0).any() or y.max() >= 1_000:
            raise SpecError("class numbers must be whole, from 0 to 999", "/spec/data/arrays/y")
        y = np.eye(int(y.max()) + 1)[y.astype(int)]
    return _batches(source, x, y, range(len(x)), settings)


def _check_values(model: ExpressionRequest, settings: Settings) -> None:
    for name, value in model.values.items():
        _allow(f"numbers in {name!r}", int(np.size(value)), settings.value_entries)


def _check_network(model: NetworkRequest, shape: tuple[int, ...], settings: Settings) -> None:
    """Before anything is drawn: a row of wide layers would not fit into memory."""
    _allow("layers", len(model.layers), settings.layers)
    parameters, features = 0, prod(shape[1:])
    for layer in model.layers:
        units = layer.options().get("units")
        if units is not None:
            _allow("units in a layer", units, settings.units)
            parameters, features = parameters + (features + 1) * units, units
    _allow("parameters", parameters, settings.parameters)


def _check_memory(model: Model, settings: Settings) -> None:
    """Values, gradients and slopes of every node, and the updated parameters: about four numbers an entry."""
    entries = sum(prod(n.shape) for n in model.graph.nodes)
    _allow("bytes for one training step", 4 * 8 * entries, settings.session_bytes)


def _allow(what: str, asked: int, allowed: int) -> None:
    if asked > allowed:
        raise TooLargeError(f"{asked} {what} asked for; this service allows {allowed}")
