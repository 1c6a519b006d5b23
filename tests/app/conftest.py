"""A client that talks to the application in this process."""

import httpx
import pytest

from app.main import create_app
from app.settings import Settings

API = "/api/v1"


@pytest.fixture
def anyio_backend():
    return "asyncio"


def client_of(app):
    # A fault of the service is answered with 500 here too, as a real server does, and not raised into the test.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost" + API)


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
