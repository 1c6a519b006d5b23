"""A client that talks to the application in this process."""

import httpx
import pytest

from app.main import create_app
from app.settings import Settings

API = "/api/v1"


@pytest.fixture
def anyio_backend():
    return "asyncio"


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

    hooks = {"request": [present], "response": [remember]} if remembers else {}
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
