"""Completes FastAPI's OpenAPI document: the one shape of every error."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457. `detail` names the number that was wrong and the limit; `errors` points to each field.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors", "request"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "request": {"type": ["string", "null"]},
    },
}


NUMBER_SCHEMA: dict[str, Any] = {
    "title": "Number",
    "description": "JSON has no NaN and no infinity: they travel as strings.",
    "anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"], "type": "string"}],
}


SESSION = "/api/v1/sessions/{id}"
EVERYWHERE = {"410": "Nobody came back to this session for long", "503": "The store does not answer"}


def _allow_nonfinite(schema: Any) -> None:
    """In answers, any number may be one that JSON lacks."""
    if isinstance(schema, list):
        for part in schema:
            _allow_nonfinite(part)
    elif isinstance(schema, dict):
        if schema.get("type") == "number":
            del schema["type"]
            schema["$ref"] = "#/components/schemas/Number"
        for part in list(schema.values()):
            _allow_nonfinite(part)


def document(app: FastAPI) -> None:
    """Give `app` its document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in schemas.items():
        if not name.endswith("Request"):
            _allow_nonfinite(schema)
    schemas["Problem"] = PROBLEM_SCHEMA
    schemas["Number"] = NUMBER_SCHEMA
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for path, operations in made["paths"].items():
        for operation in operations.values():
            if path.startswith(SESSION):
                for status, description in EVERYWHERE.items():
                    operation["responses"].setdefault(status, {"description": description})
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")):
                    answer["content"] = {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    }
    return made
