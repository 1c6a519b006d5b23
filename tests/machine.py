"""What the tests need of the machine: Node.js with the checkers, a browser, Redis. Whatever is missing is brought."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from app.bootstrap import ROOT, digest, install

FRONTEND = ROOT / ".frontend"
CHECKERS_STAMP = FRONTEND / "node_modules" / ".with-checkers"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# An environment variable carries the choice from `python3 -m tests` to the fixtures.
CHOSEN = "BACKPROP_EXPLORER_BROWSER"

sys.path.insert(0, str(FRONTEND))
import nodejs  # noqa: E402


def prepare() -> None:
    """Bring what is missing, and say which tools will be used."""
    bring_node()
    bring_checkers()
    bring_redis()
    browser = bring_browser()
    os.environ[CHOSEN] = browser
    print(f"Node.js: {nodejs.commands()[0][0]}\nBrowser: {browser or 'the Chromium of Playwright'}", flush=True)


def bring_node() -> None:
    if not nodejs.on_path() and not nodejs.wheel_is_here():
        install(nodejs.WHEEL, python=sys.executable)


def bring_checkers() -> None:
    """The development packages of npm. The set-up of the application leaves them out, and removes this stamp."""
    wanted = digest([".frontend/package-lock.json"])
    if CHECKERS_STAMP.is_file() and CHECKERS_STAMP.read_text() == wanted:
        return
    nodejs.npm("ci", "--include=dev", "--prefix", str(FRONTEND))
    CHECKERS_STAMP.write_text(wanted)


def bring_browser() -> str:
    """The path of a Chromium; empty where Playwright has its own."""
    if find_browser() is None and _is_debian_root():
        _install("chromium")
    return find_browser() or _bring_playwrights_own()


def _bring_playwrights_own() -> str:
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr)
    if done.returncode:
        raise SystemExit("No browser: there is no Chromium on the path, and Playwright could not fetch its own.")
    return ""


def bring_redis() -> None:
    """A real server: what a store promises is no matter of taste."""
    if shutil.which("redis-server") is None and _is_debian_root():
        _install("redis-server")
    if shutil.which("redis-server") is None:
        raise SystemExit("No redis-server on the path. On Debian and Ubuntu: sudo apt install redis-server")


def _install(package: str) -> None:
    for arguments in (["update"], ["install", "--yes", package]):
        subprocess.run(["apt-get", "-qq", *arguments], stdout=sys.stderr)


def find_browser() -> str | None:
    """The browser chosen before, or the first Chromium on the path."""
    return os.environ.get(CHOSEN) or next(filter(None, map(shutil.which, BROWSERS)), None)


def _is_debian_root() -> bool:
    release = Path("/etc/os-release")
    return os.name == "posix" and os.geteuid() == 0 and release.is_file() and "ID=debian" in release.read_text()
