"""Lets `python3 -m app` and `python3 -m tests` work on a bare clone. Standard library only.

The first start makes `.venv`, installs the project there by pinned versions, and starts over inside it;
later starts compare a digest and go on. The interpreter it was started with is never installed into.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import metadata, util
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Relative, because pip splits this setting at spaces and a clone's path may hold some.
CONSTRAINTS = ".python/constraints.txt"
# Written last and removed first: an environment without it was left half-made.
READY = ENVIRONMENT / ".backprop-explorer"
PYTHON_FILES = ("pyproject.toml", CONSTRAINTS)
FRONTEND_FILES = (".frontend/package-lock.json", ".frontend/bundle.mjs")
# A module that only an installation with this extra has.
WITNESS = {"": "uvicorn", "test": "pytest_playwright"}


def ensure(module: str, extra: str = "") -> None:
    """Return if all that `module` needs is installed here; else see to it in `.venv` and start over there."""
    _refuse_old_python()
    if not (ROOT / "pyproject.toml").is_file():
        return  # an installed wheel: pip has seen to everything
    inside = Path(sys.prefix).resolve() == ENVIRONMENT.resolve()
    if not (inside and READY.is_file()) and _installed_here(extra):
        return  # an environment of the reader's own making
    with _one_at_a_time():
        if not _ready(extra) or (inside and not _installed_here(extra)):
            _set_up(extra, inside)
    if not inside:
        _start_over(module)


def install(*requirements: str, python: str | Path = "") -> None:
    """Install into `.venv`, or beside another Python, each package in the version the constraints file names."""
    pins = {"PIP_CONSTRAINT": CONSTRAINTS, "PIP_BUILD_CONSTRAINT": CONSTRAINTS, "PIP_USER": "0"}
    # Compiling all of SciPy ahead would take ten seconds more than compiling what is imported.
    quick = ["-qq", "--no-input", "--no-compile", "--disable-pip-version-check"]
    command = [str(python or PYTHON), "-m", "pip", "install", *quick, *requirements]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **pins}, stdout=sys.stderr)
    if done.returncode:
        raise SystemExit(
            "Setting up stopped: the packages could not be installed (the lines above say why).\n"
            "It fetches them from PyPI and npm: check the network, then start again."
        )


def digest(names: Iterable[str]) -> str:
    """One number for the contents of these files of the repository."""
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def _refuse_old_python() -> None:
    if sys.version_info < (3, 11):
        raise SystemExit(f"Backprop Explorer needs Python 3.11 or newer; this is {sys.version.split()[0]}.")


def _installed_here(extra: str) -> bool:
    try:
        metadata.version("backprop-explorer")
    except metadata.PackageNotFoundError:
        return False
    return util.find_spec(WITNESS[extra]) is not None and _vendor_is_current()


def _vendor_is_current() -> bool:
    stamp = VENDOR / ".stamp"
    return stamp.is_file() and stamp.read_text() == digest(FRONTEND_FILES)


def _ready(extra: str) -> bool:
    """Whether `.venv` is whole, up to date, and made for this place and this extra."""
    if not (READY.is_file() and PYTHON.is_file() and _vendor_is_current()):
        return False
    state, _, extras = READY.read_text().partition("\n")
    return state == _state() and extra in ("", extras)


def _state() -> str:
    # With the path, because an editable installation points to it: a moved clone is set up again.
    return f"{digest(PYTHON_FILES)} {ROOT}"


def _set_up(extra: str, inside: bool) -> None:
    whole = READY.is_file() and PYTHON.is_file()
    doing = "Bringing .venv up to date" if whole else "First start: setting up in .venv"
    print(f"{doing}, this takes about half a minute ...", file=sys.stderr, flush=True)
    READY.unlink(missing_ok=True)
    if inside:
        subprocess.run([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL, check=True)
    elif not whole:
        _make_environment()
    install("--editable", f".[{extra}]" if extra else ".")
    READY.write_text(f"{_state()}\n{extra}")


def _make_environment() -> None:
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    if util.find_spec("ensurepip") is None:
        _install_debian_venv()
    venv.create(ENVIRONMENT, symlinks=os.name != "nt", with_pip=True)


def _install_debian_venv() -> None:
    """Debian and Ubuntu keep the part of Python that makes environments in a package of its own."""
    package = f"python3.{sys.version_info.minor}-venv"
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True, stdout=sys.stderr)
        subprocess.run(["apt-get", "install", "-y", "-qq", package], check=True, stdout=sys.stderr)
    else:
        raise SystemExit(f"This Python lacks venv. On Debian and Ubuntu: sudo apt install {package}")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two first starts at once would build the same environment over each other."""
    try:
        import fcntl
    except ImportError:  # Windows has none
        yield
        return
    with open(ROOT / "pyproject.toml") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start_over(module: str) -> NoReturn:
    command = [str(PYTHON), "-m", module, *sys.argv[1:]]
    if os.name == "nt":  # exec returns to the shell at once there
        raise SystemExit(subprocess.call(command))
    os.execv(command[0], command)
