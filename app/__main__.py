"""Starts the explorer: `python3 -m app`, or `backprop-explorer` where it is installed."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn

PORT = 8000


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser("backprop-explorer", description="Walk through a training step, number by number.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, help=f"port to listen on (default: {PORT}; 0 picks a free one)")
    parser.add_argument(
        "--store",
        metavar="URL",
        help="where sessions are kept: sqlite:///path, redis://host, or memory: for this run only "
        "(default: one SQLite file in your data directory)",
    )
    parser.add_argument("--no-browser", action="store_true", help="don't open a browser")
    parser.add_argument(
        "--open", action="store_true", help="let every client move and edit every session, without its drive token"
    )
    parser.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        help="a name to answer to besides this machine's own; * for any",
    )
    parser.add_argument(
        "--origin", metavar="URL", action="append", default=[], help="another page's origin that may read and change"
    )
    parser.add_argument(
        "--embed", metavar="URL", action="append", default=[], help="an origin that may show the page in a frame"
    )
    parser.add_argument(
        "--log", choices=("warning", "info"), default="warning", help="info: a line of JSON for each request"
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 65535")
    return int(text)


def listen(host: str, port: int | None) -> socket.socket:
    """A bound socket: on the port asked for, or on a free one if none was and the usual one is taken."""
    try:
        return _bind(host, PORT if port is None else port)
    except OSError as error:
        if port is not None or error.errno != errno.EADDRINUSE:
            raise SystemExit(_why(host, PORT if port is None else port, error)) from error
    listener = _bind(host, 0)
    print(f"Port {PORT} is taken; using {listener.getsockname()[1]} instead.", file=sys.stderr)
    return listener


def _why(host: str, port: int, error: OSError) -> str:
    reason = str(error.strerror).partition(" (while")[0]  # Python appends the address a second time
    return f"Cannot listen on {host}, port {port}: {reason}. Another port: --port N, or --port 0 for any free one."


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=2048)
    # Connections inherit it. Without it the second packet of an answer waits until the first is acknowledged: 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(host: str, port: int) -> str:
    """The address a browser on this machine can open."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def open_browser(url: str) -> None:
    """Open the page where there is a screen; elsewhere a browser would take over the terminal."""
    screen = os.name == "nt" or sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    if screen:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def serve(options: argparse.Namespace) -> None:
    """Listen, say where, and serve until interrupted."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more threads change result bits, and are slower here
    gc.disable()  # until all is imported, which stays: see `startup`
    listener = listen(options.host, options.port)
    url = address(options.host, listener.getsockname()[1])
    make_server(options, partial(announce, url, browser=not options.no_browser)).run(sockets=[listener])


def announce(url: str, browser: bool) -> None:
    """Print the address, which is the first line on standard output, and show the page."""
    print(url, flush=True)
    if browser:
        open_browser(url)


def make_server(options: argparse.Namespace, started: Callable[[], None]) -> uvicorn.Server:
    """A server that calls `started` once it answers.

    Imports the application only now: a port in use or a wrong option is said without waiting for NumPy.
    """
    import uvicorn

    from app.main import create_app
    from app.protocol import protocol
    from app.settings import Settings
    from app.store import StoreError

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            gc.enable()
            gc.freeze()  # what there is by now stays: to look through it takes 60 ms, in which nobody is answered
            if self.started:
                started()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.hub.close()  # streams end before connections are waited for
            await super().shutdown(sockets)

    try:
        settings = Settings.from_environment(**_given(options))
        app = create_app(settings)
    except (ValueError, StoreError) as error:
        raise SystemExit(f"Cannot start: {error}.") from error
    config = uvicorn.Config(
        app, http=protocol(settings), log_config=_log(options.log), access_log=False, server_header=False,
        timeout_graceful_shutdown=3,
    )  # fmt: skip
    return Server(config)


def _own_file() -> str:
    """This user's sessions."""
    from platformdirs import user_data_path

    path = user_data_path("backprop-explorer", appauthor=False) / "sessions.db"
    return path.as_uri().replace("file:", "sqlite:", 1)


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """Settings from the command line; a list that was not given leaves the environment's."""
    lists = {"hosts": options.allow_host, "origins": options.origin, "embed": options.embed}
    store = options.store or os.environ.get("BACKPROP_STORE") or _own_file()
    always = {"host": options.host, "store": store, "open": options.open}
    return always | {name: tuple(given) for name, given in lists.items() if given}


def _log(level: str) -> dict[str, Any]:
    """Every line of the log is one JSON object, on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "app.metrics.Lines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {"uvicorn": {"level": "WARNING"}},
    }


def main() -> None:
    """The console command. Ctrl-C is how it ends, so that is no error."""
    options = parse()
    with suppress(KeyboardInterrupt):
        serve(options)


if __name__ == "__main__":
    from app.bootstrap import ensure

    parse()
    with suppress(KeyboardInterrupt):
        ensure("app")
        main()
