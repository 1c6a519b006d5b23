"""A client that talks to the application in this process."""

from functools import cache

import httpx
import pytest
from starlette.routing import compile_path

from app.main import create_app
from app.settings import Settings

API = "/api/v1"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@cache
def promises():
    """Of each path in the document: its pattern, and the statuses of each method."""
    paths = create_app(Settings()).openapi()["paths"]
    return [
        (compile_path(path)[0], {method.upper(): said["responses"].keys() for method, said in methods.items()})
        for path, methods in paths.items()
    ]


async def as_promised(response):
    """No answer has a status that the document does not name, unless the service fails, as it is made to here."""
    request, status = response.request, str(response.status_code)
    found = next((said for pattern, said in promises() if pattern.match(request.url.path)), {})
    promised = found.get(request.method, {status})
    assert status in promised or status == "500", f"{request.method} {request.url.path} answered {status}"


def client_of(app, remembers=True):
    """A client; one that `remembers` sends the drive token of each session it made, as the page does."""
    # A fault of the service is answered with 500 here too, as a real server does, and not raised into the test.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    tokens = {}

    async def present(request):
        id = request.url.path.removeprefix(f"{API}/sessions/").partition("/")[0]
        if id in tokens:
            request.headers.setdefault("authorization", f"Bearer {tokens[id]}")

    async def remember(response):
        path = response.request.url.path
        if response.status_code == 201 and (path == f"{API}/sessions" or path.endswith("/twin")):
            await response.aread()
            tokens[response.json()["id"]] = response.json()["drive"]

    hooks = {"request": [present], "response": [as_promised, remember]} if remembers else {"response": [as_promised]}
    return httpx.AsyncClient(transport=transport, base_url="http://localhost" + API, event_hooks=hooks)


@pytest.fixture
async def client(anyio_backend):
    async with client_of(create_app(Settings())) as found:
        yield found


@pytest.fixture
def open_session(client):
    """Make a session; returns its answer and its path."""

    async def make(body):
        answer = await client.post("/sessions", json={"example": body} if isinstance(body, str) else {"spec": body})
        assert answer.status_code == 201, answer.text
        return answer.json(), f"/sessions/{answer.json()['id']}"

    return make


def expression(source, values, **more):
    return {"model": {"kind": "expression", "source": source, "values": values}, **more}
