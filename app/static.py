"""The page's own files: asked about each time, so that a new version is seen at once, and sent compressed."""

from __future__ import annotations

import gzip
from functools import lru_cache
from os import PathLike, stat_result
from pathlib import Path

from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Scope

from app.wire import takes_gzip

WORTH_IT = (".js", ".css", ".svg", ".json", ".txt")


class Static(StaticFiles):
    """Files with their tag; text that is worth it compressed, where the browser takes it."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        path, asked = str(full_path), Headers(scope=scope)
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        if not path.endswith(WORTH_IT):
            return response
        response.headers["Vary"] = "Accept-Encoding"
        if not isinstance(response, FileResponse) or scope["method"] != "GET" or "range" in asked:
            return response
        return _small(response, path, stat_result) if takes_gzip(asked.get("accept-encoding", "")) else response


def _small(response: FileResponse, path: str, status: stat_result) -> Response:
    """The same answer, compressed. Its tag is weak: the bytes are others than those of the file."""
    kept = {name: response.headers[name] for name in ("cache-control", "vary", "last-modified")}
    tag = {"ETag": f"W/{response.headers['etag']}", "Content-Encoding": "gzip"}
    return Response(_compressed(path, status.st_mtime_ns), headers=kept | tag, media_type=response.media_type)


@lru_cache(maxsize=512)
def _compressed(path: str, _changed: int) -> bytes:
    """Once for each version of a file: the processor is spent on the first who asks."""
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)
