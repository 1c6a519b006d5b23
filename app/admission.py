"""Who and what is let in: a row for each reason to refuse a request before any route sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

import numpy as np

from app.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
UPLOADS = frozenset({"/api/v1/datasets", "/api/v1/datasets/table"})  # what takes a table instead of JSON
STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the head of a request says; header names in small letters, the last of equal ones counts."""

    method: str
    path: str
    headers: Mapping[str, str]
    hosts: int  # how many Host headers there are

    @property
    def changes(self) -> bool:
        return self.method not in SAFE

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request goes no further."""

    status: int
    title: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(asked: Asked, settings: Settings) -> Refusal | None:
    """The first reason against a request, if there is one."""
    return next((found for rule in RULES if (found := rule(asked, settings))), None)


def _one_host(asked: Asked, settings: Settings) -> Refusal | None:
    if asked.hosts == 1:
        return None
    detail = f"{asked.hosts} Host headers were sent; a request has exactly one"
    return Refusal(status=400, title="Malformed request", detail=detail)


def _known_host(asked: Asked, settings: Settings) -> Refusal | None:
    """A page elsewhere can make a browser call this service by a name of its own; only known names are answered."""
    name = hostname(asked.host)
    if name in LOCAL or name in settings.hosts or "*" in settings.hosts or name == settings.host:
        return None
    detail = f"this service is not called {name[:64]!r}; a name is allowed with --allow-host"
    return Refusal(status=421, title="Wrong host", detail=detail)


def _own_page(asked: Asked, settings: Settings) -> Refusal | None:
    """What changes something comes from this service's own pages, from no page at all, or from a configured origin."""
    origin, site = asked.headers.get("origin"), asked.headers.get("sec-fetch-site")
    if not asked.changes or origin in settings.origins:
        return None
    own = origin is None or origin.partition("://")[2] == asked.host
    if site in ("same-origin", "none") or (site is None and own):
        return None
    detail = f"a page of {(origin or site or '')[:64]} may not change anything here; origins are allowed with --origin"
    return Refusal(status=403, title="Wrong origin", detail=detail)


def _right_type(asked: Asked, settings: Settings) -> Refusal | None:
    empty = asked.headers.get("content-length", "0") == "0" and "transfer-encoding" not in asked.headers
    if not asked.changes or empty:
        return None
    wanted = "text/csv" if asked.path in UPLOADS else "application/json"
    sent = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent == wanted or not asked.path.startswith("/api/"):
        return None
    detail = f"the body is {sent[:64] or 'of no stated type'}; {asked.path} takes {wanted}"
    return Refusal(status=415, title="Wrong type", detail=detail)


def _fits(asked: Asked, settings: Settings) -> Refusal | None:
    declared = asked.headers.get("content-length", "0")
    return too_large(asked, settings) if declared.isdecimal() and int(declared) > most(asked, settings) else None


RULES: tuple[Callable[[Asked, Settings], Refusal | None], ...] = (_one_host, _known_host, _own_page, _right_type, _fits)


def most(asked: Asked, settings: Settings) -> int:
    """The bytes of a body this request may send."""
    return settings.upload_bytes if asked.path in UPLOADS else settings.body_bytes


def too_large(asked: Asked, settings: Settings) -> Refusal:
    """413, with the number of bytes that this request may have."""
    detail = f"the body is larger than {most(asked, settings)} bytes, the most this service reads"
    return Refusal(status=413, title="Too large", detail=detail)


def too_deep(body: bytes, settings: Settings) -> Refusal | None:
    """JSON nested deeper than allowed. Found before any parser recurses into it."""
    if body.count(b"[") + body.count(b"{") <= settings.json_depth:
        return None
    signs = np.frombuffer(STRING.sub(b"", body), np.uint8)
    opened = (signs == ord("[")) | (signs == ord("{"))
    deepest = int(np.cumsum(opened.astype(np.int32) - ((signs == ord("]")) | (signs == ord("}")))).max(initial=0))
    if deepest <= settings.json_depth:
        return None
    detail = f"the JSON is nested {deepest} levels deep; this service reads {settings.json_depth}"
    return Refusal(status=400, title="Malformed request", detail=detail)


@lru_cache
def hostname(host: str) -> str:
    """The name in a Host header, without port and brackets, in small letters."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
