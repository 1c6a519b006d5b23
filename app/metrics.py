"""What the service says of itself: numbers for Prometheus, and a line for each request in the log."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

import orjson
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import Scope

LOG = logging.getLogger("backprop.requests")
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("backprop_requests_total", "Requests answered.", ("method", "route", "status"))
DURATION = Histogram("backprop_request_seconds", "Time to answer a request.", ("route",), buckets=SECONDS)
SESSIONS = Gauge("backprop_live_sessions", "Sessions held in memory.")
BYTES = Gauge("backprop_live_bytes", "Bytes of the sessions held in memory.")
FOLLOWERS = Gauge("backprop_followers", "Streams being followed.")
RUNS = Gauge("backprop_training_runs", "Training runs under way.")
METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})


def answered(scope: Scope, status: int, seconds: float) -> None:
    """Count a request. The route's pattern stands for the path: a path may hold a session's id, which is a key."""
    route = getattr(scope.get("route"), "path", "")
    method = scope["method"] if scope["method"] in METHODS else "other"
    count, duration = _of(method, route, status)
    count.inc()
    duration.observe(seconds)
    if LOG.isEnabledFor(logging.INFO):
        said = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 2)}
        LOG.info("answered", extra={"fields": {"request": scope["state"]["request_id"], **said}})


@lru_cache
def _of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), DURATION.labels(route)


def exposition(registry: CollectorRegistry = REGISTRY) -> bytes:
    """All numbers in Prometheus' text format."""
    return generate_latest(registry)


class Lines(logging.Formatter):
    """One JSON object a line: time, level, logger, what happened, and the fields given with it."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(said).decode()
