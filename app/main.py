"""The application: routes, pages, errors, put together."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates
from prometheus_client import CONTENT_TYPE_LATEST

from app import errors, metrics
from app.data.uploads import Uploads
from app.gate import Gate
from app.listener import Listener
from app.live import Hub
from app.openapi import document
from app.places import WEB
from app.routes import (
    catalogue,
    compare,
    datasets,
    edits,
    evaluate,
    export,
    insight,
    live,
    preview,
    sessions,
    traces,
    training,
)
from app.runs import Runs
from app.sessions import Sessions
from app.settings import Settings
from app.static import Static
from app.store import opened
from app.turns import Attention

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
async def healthz() -> dict[str, str]:
    """Alive, however many threads are at work: this needs none."""
    return {"status": "alive"}


@pages.get("/readyz")
def readyz(request: Request) -> dict[str, str]:
    """Ready: the store answers. Raises what the store raises, which is answered with 503."""
    request.app.state.sessions.store.ready()
    return {"status": "ready"}


@pages.get("/metrics", response_class=Response)
def numbers(request: Request) -> Response:
    sessions = request.app.state.sessions
    metrics.SESSIONS.set(sessions.live)
    metrics.BYTES.set(sessions.bytes)
    return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    """Engine work shares this many threads; more would only take turns, and keep the event loop waiting."""
    threads = current_default_thread_limiter()
    threads.total_tokens = app.state.settings.threads
    store = app.state.sessions.store
    listener = Listener(store, app.state.hub) if store.shared else None
    if listener:
        listener.start()
    app.state.runs.open()
    yield
    app.state.runs.close()
    if listener:
        listener.close()
    store.close()


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service. Without settings: those of the environment."""
    settings = settings or Settings.from_environment()
    # Numbers are in /metrics, lines in the log: FastAPI need not look for others who want them at each request.
    untraced: Any = {"tracing": False, "metrics": False, "logs": False}
    app = FastAPI(
        title="Backprop Explorer", version="1", docs_url=None, redoc_url=None, lifespan=_running, telemetry=untraced
    )
    app.state.settings = settings
    store = opened(settings)
    app.state.hub = Hub(settings)
    app.state.uploads = Uploads(store)
    app.state.sessions = Sessions(store, settings, app.state.uploads, app.state.hub)
    app.state.runs = Runs(app.state.sessions)
    for module in (
        sessions,
        traces,
        edits,
        training,
        live,
        evaluate,
        insight,
        compare,
        export,
        preview,
        datasets,
        catalogue,
    ):
        # Into one list: those of a router that is included are built at the first request, and matched twice at each.
        app.router.routes += module.router.routes
    app.router.routes += pages.routes
    app.mount("/static", Static(directory=WEB / "static"), name="static")
    if settings.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=settings.origins, allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "Idempotency-Key"],
            expose_headers=["ETag", "Location", "X-Request-Id"], allow_credentials=True,
        )  # fmt: skip
    app.add_middleware(Attention, turns=app.state.runs.turns)
    app.add_middleware(Gate, settings=settings)
    errors.install(app)
    document(app)
    return app
