"""python3 -m tests.benchmarks.hello: FastAPI and one route that says hello, and nothing else; its port comes first."""

import asyncio

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def hello() -> dict[str, str]:
    return {"hello": "world"}


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)  # noqa: T201


if __name__ == "__main__":
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, http="httptools", log_level="warning", access_log=False, server_header=False
    )
    asyncio.run(Server(config).serve())
