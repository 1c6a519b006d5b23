"""A model before it is one: its graph and shapes, without a session."""

from __future__ import annotations

from math import prod

from fastapi import APIRouter
from fastapi.responses import Response

from app.answers import Preview
from app.models import to_model
from app.requests import PreviewRequest
from app.routes import API, SettingsHere, UploadsHere, problems
from app.wire import answer
from engine import Model

router = APIRouter(prefix=API, tags=["sessions"], responses=problems(404, 413, 422, 503))


@router.post("/preview", response_model=Preview)
def preview(body: PreviewRequest, settings: SettingsHere, uploads: UploadsHere) -> Response:
    """What a spec is built to, or what is wrong with it: by field, by line and column, or by layer.

    Of a layer that does not fit, `errors` tells its name, and in `before` the shapes up to there. Nothing is trained,
    whatever `trained` says.
    """
    spec = body.spec.model_copy(update={"trained": None})
    model, _ = to_model(spec, settings, uploads)
    return answer(_told(model, settings.preview_nodes))


def _told(model: Model, most: int) -> Preview:
    graph = model.graph
    return {
        "graph": graph if len(graph.nodes) <= most else None,
        "nodes": len(graph.nodes),
        "parameters": sum(prod(n.shape) for n in graph.parameters),
        "layers": list(model.layers),
        "targets": model.data.answers(0).shape if model.data else None,
    }
