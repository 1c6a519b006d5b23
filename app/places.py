"""Where the files of the page lie."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
WEB = next(p for p in (HERE / "_web", HERE.parent) if (p / "static").is_dir())  # an installed wheel, or a checkout
