"""The application: routes, pages, errors, put together."""

from __future__ import annotations

import mimetypes

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from app import errors
from app.data.uploads import Uploads
from app.gate import Gate
from app.openapi import document
from app.places import WEB
from app.routes import catalogue, datasets, insight, sessions, traces
from app.sessions import Sessions
from app.settings import Settings
from app.store import opened

mimetypes.add_type("text/javascript", ".js")  # Windows may say otherwise, and then no module loads

pages = APIRouter(include_in_schema=False)
templates = Jinja2Templates(WEB / "templates")


@pages.get("/", response_class=HTMLResponse)
def explorer(request: Request) -> Response:
    return templates.TemplateResponse(request, "index.html")


@pages.get("/docs", response_class=HTMLResponse)
def docs(request: Request) -> Response:
    return templates.TemplateResponse(request, "docs.html")


@pages.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "alive"}


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service. Without settings: those of the environment."""
    settings = settings or Settings.from_environment()
    app = FastAPI(title="Backprop Explorer", version="1", docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.uploads = Uploads(settings.datasets, settings.datasets_bytes)
    app.state.sessions = Sessions(opened(settings.store, settings.sessions), settings, app.state.uploads)
    for router in (catalogue.router, datasets.router, sessions.router, traces.router, insight.router):
        app.include_router(router, prefix="/api/v1")
    app.include_router(pages)
    app.mount("/static", Static(directory=WEB / "static"), name="static")
    app.add_middleware(Gate, body_bytes=settings.body_bytes)
    errors.install(app)
    document(app)
    return app


class Static(StaticFiles):
    """Files that a browser asks about each time, so that a new version is seen at once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response
