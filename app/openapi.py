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
OF_SESSIONS = {"410": "Nobody came back to this session for long"}
# What the gate answers, whatever the operation: see `admission` and `gate`.
ANYWHERE = {
    "408": "A request that took too long to arrive",
    "431": "A head that is larger than allowed",
    "400": "A head that says what a request cannot, or JSON that is none, or too deep",
    "421": "A host this service is not called by",
    "422": "A field that is not as it must be",
    "503": "Too much to do, or a store that is away: try again",
}
CHANGING = {"403": "A page elsewhere, or a token that is not this session's"}
WITH_BODY = {"413": "A body that is larger than allowed", "415": "A body of another type"}
BY_ADDRESS = {"429": "More than one address may ask for in a minute"}
DRIVE = {"type": "http", "description": "The drive token of the session.", "scheme": "bearer"}
RATED = {("post", "/api/v1/sessions"), ("post", "/api/v1/join")}


def _refusals(path: str, method: str) -> dict[str, str]:
    """What may be answered before a route is reached, by status."""
    changing = CHANGING | WITH_BODY if method in ("post", "delete") else {}
    of_sessions = OF_SESSIONS if path.startswith(SESSION) else {}
    return ANYWHERE | changing | of_sessions | (BY_ADDRESS if (method, path) in RATED else {})


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
    made["components"]["securitySchemes"] = {"drive": DRIVE}
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            if "401" in operation["responses"]:
                operation["security"] = [{"drive": []}]
            for status, description in _refusals(path, method).items():
                operation["responses"].setdefault(status, {"description": description})
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")):
                    answer["content"] = {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    }
    return made
