"""The page's types, made from the service's OpenAPI document: `python3 -m tests.api_types` writes them anew."""

import subprocess
import tempfile
from pathlib import Path

import orjson

from app.bootstrap import ROOT
from app.main import create_app
from app.settings import Settings
from tests.machine import nodejs

TYPES = ROOT / "static" / "js" / "generated" / "api.d.ts"
GENERATOR = ROOT / ".frontend" / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
OPTIONS = ("--root-types", "--root-types-no-schema-prefix", "--alphabetize")


def generate() -> str:
    """The types as they should be."""
    node, _ = nodejs.commands()
    with tempfile.TemporaryDirectory() as folder:
        document, types = Path(folder, "openapi.json"), Path(folder, "api.d.ts")
        document.write_bytes(orjson.dumps(create_app(Settings()).openapi()))
        subprocess.run(
            [*node, str(GENERATOR), str(document), "-o", str(types), *OPTIONS], check=True, capture_output=True
        )
        return types.read_text()


if __name__ == "__main__":
    TYPES.parent.mkdir(exist_ok=True)
    TYPES.write_text(generate())
