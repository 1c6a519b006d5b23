"""From a request to the engine's model: data sets resolved, sizes held to the limits before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod

import numpy as np

from app.data import Dataset
from app.data.batches import resolve
from app.data.uploads import Uploads
from app.errors import SpecError, TooLargeError
from app.settings import Settings
from app.specs import ExpressionRequest, NetworkRequest, SpecRequest
from app.trained import trained
from engine import Array, Limits, Model, build, demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What edits brought that no spec can say.

    `x_rows` and `target_rows` stand in for samples of these numbers; `frozen` layers and parameters do not learn,
    nothing comes back over the edges in `cut`, the optimizer counts from iteration `began`, and `fault` is the mistake
    that is made on purpose.
    """

    x_rows: Mapping[int, Array] = field(default_factory=dict)
    target_rows: Mapping[int, Array] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()
    cut: tuple[tuple[int, int], ...] = ()
    began: int = 0
    fault: str | None = None


def to_model(
    request: SpecRequest, settings: Settings, uploads: Uploads | None = None, amendment: Amendment | None = None
) -> tuple[Model, Dataset | None]:
    """The model of a spec, with what edits brought, and the data set its batch is from.

    Raises `TooLargeError` or `SizeError` naming the number asked and the number allowed, `SpecError`,
    `ExpressionError` or `ShapeError`.
    """
    data, dataset = resolve(request.data, settings, uploads) if request.data else (None, None)
    amendment = amendment or Amendment()
    if data is not None:
        data = replace(data, x_rows=amendment.x_rows, target_rows=amendment.target_rows)
    if isinstance(request.model, ExpressionRequest):
        _check_values(request.model, settings)
    else:
        _check_network(request.model, settings)
    limits = Limits(
        characters=settings.expression_characters, nodes=settings.expression_nodes, levels=settings.expression_levels,
        parameters=settings.parameters, all_nodes=settings.nodes,
    )  # fmt: skip
    try:
        spec = request.to_spec()
        spec = replace(
            spec, frozen=(*spec.frozen, *amendment.frozen), cut=(*spec.cut, *amendment.cut), fault=amendment.fault
        )
        model = replace(build(spec, data, limits), began=amendment.began)
    except ValueError as error:
        if type(error) is ValueError:
            raise SpecError(str(error), "/spec/model") from None
        raise
    _check_memory(model, settings)
    begun = trained(request, settings, uploads, to_model)
    return (replace(model, values={**model.values, **begun}) if begun else model), dataset


def _check_values(model: ExpressionRequest, settings: Settings) -> None:
    for name, value in model.values.items():
        _allow(f"numbers in {name!r}", int(np.size(value)), settings.value_entries)


def _check_network(model: NetworkRequest, settings: Settings) -> None:
    """How many layers, and how wide. Their parameters are counted as they are built, before they are drawn."""
    _allow("layers", len(model.layers), settings.layers)
    for layer in model.layers:
        _allow("units in a layer", layer.options().get("units") or 0, settings.units)


def _check_memory(model: Model, settings: Settings) -> None:
    """Values, gradients and slopes of every node, and the updated parameters: about four numbers an entry."""
    entries = sum(prod(n.shape) for n in model.graph.nodes)
    asked = demand(model.graph, model.backward)
    if model.backward.mode != "reverse":
        what = f"visits of nodes (directions times nodes) by the way {model.backward.mode!r}"
        _allow(what, asked.visits, settings.visits)
    _allow("bytes for one training step", 8 * max(4 * entries, asked.numbers), settings.session_bytes)


def _allow(what: str, asked: int, allowed: int) -> None:
    if asked > allowed:
        raise TooLargeError(f"{asked} {what} asked for; this service allows {allowed}")
