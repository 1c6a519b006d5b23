"""Brings the browser's libraries, as package-lock.json pins them, into static/vendor."""

import shutil
import subprocess
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import nodejs  # noqa: E402

from app.bootstrap import FRONTEND_FILES, VENDOR, digest  # noqa: E402


class VendorHook(BuildHookInterface):
    def dependencies(self) -> list[str]:
        """A Node.js from PyPI, only where it is needed and the machine has none."""
        return [] if self._is_current() or nodejs.on_path() else [nodejs.WHEEL]

    def initialize(self, version: str, build_data: dict) -> None:
        if self._is_current():
            return
        nodejs.npm("ci", "--omit=dev", "--prefix", str(HERE))
        node, _ = nodejs.commands()
        shutil.rmtree(VENDOR, ignore_errors=True)
        subprocess.run([*node, str(HERE / "bundle.mjs"), str(VENDOR)], check=True)
        self._stamp().write_text(digest(FRONTEND_FILES))

    def _is_current(self) -> bool:
        # An sdist carries the finished files, so installing one needs no Node.js.
        return self._stamp().is_file() and self._stamp().read_text() == digest(FRONTEND_FILES)

    def _stamp(self) -> Path:
        return VENDOR / ".stamp"
