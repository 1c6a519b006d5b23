"""Who may import whom: the map of the code, held in Python and in JavaScript alike.

A module may import what its row names, and whatever those may import in their turn.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

from app.bootstrap import ROOT

Table = Mapping[str, set[str]]

ENGINE: Table = {
    "frozen": set(),
    "garbage": set(),
    "calls": {"frozen"},
    "tape": {"calls"},
    "bind": {"tape"},
    "notation": {"tape"},
    "op": {"notation"},
    "taking": {"op"},
    "contract": {"tape"},
    "contraction": {"contract", "op"},
    "elementwise": {"op"},
    "ops": {"bind", "contraction", "elementwise", "taking"},
    "graph": {"ops"},
    "feeds": {"tape"},
    "build": {"feeds", "graph"},
    "options": {"op"},
    "statements": {"frozen"},
    "expression": {"build", "options", "statements"},
    "init": {"notation"},
    "rates": {"frozen"},
    "optim": {"notation", "rates"},
    "layers": {"build", "init"},
    "derived": {"tape"},
    "recording": {"derived"},
    "backward": {"frozen"},
    "walk": {"backward", "events", "graph", "optim"},
    "keeping": {"graph"},
    "reverse": {"elementwise", "keeping", "walk"},
    "descent": {"walk"},
    "scope": {"graph", "recording"},
    "directions": {"walk"},
    "forward": {"directions", "scope"},
    "difference": {"bind", "directions", "scope"},
    "rtrl": {"reverse", "scope"},
    "ways": {"difference", "forward", "rtrl"},
    "schedule": {"descent", "garbage", "reverse", "stopping", "ways"},
    "trace": {"schedule"},
    "asked": {"rtrl"},
    "stopping": {"tape"},
    "faults": {"schedule", "scope"},
    "spec": {"asked", "faults", "layers", "expression"},
    "answers": {"spec"},
    "watched": {"answers"},
    "update": {"bind", "schedule"},
    "statistics": {"graph"},
    "explain_statistics": {"statistics", "words"},
    "explain_stopping": {"words"},
    "recipes": {"ops"},
    "scalar": {"recipes", "update"},
    "run": {"scalar", "statistics", "update", "watched"},
    "evaluate": {"run"},
    "probing": {"run"},
    "check": {"faults", "probing", "trace"},
    "verification": {"faults", "run", "trace"},
    "state": {"run"},
    "held": {"schedule"},
    "demand": {"directions", "rtrl"},
    "cost": {"demand", "held"},
    "truncation": {"run", "trace"},
    "triangle": {"asked", "truncation"},
    "names": {"graph", "optim"},
    "explanation": {"op", "recording"},
    "events": {"recording"},
    "words": {"schedule", "names", "explanation"},
    "explain_backward": {"words"},
    "explain_update": {"words"},
    "explain_forward": {"explain_backward"},
    "explain_difference": {"explain_forward"},
    "explain_rtrl": {"explain_backward", "rtrl"},
    "explain": {
        "explain_backward",
        "explain_difference",
        "explain_rtrl",
        "explain_statistics",
        "explain_stopping",
        "explain_update",
    },
    "predict": {"explanation", "links"},
    "links": {"directions", "trace"},
    "paths": {"links"},
    "nudge": {"run", "trace"},
    "landscape": {"run", "trace"},
    "samples": {"run", "trace"},
    "health": {"trace", "words"},
    "meter": {"evaluate", "health"},
    "firstbad": {"explain", "trace"},
    "remedies": {"firstbad"},
    "diagnose": {"health", "numerals", "remedies"},
    "why": {"health", "links", "numerals"},
    "products": {"trace"},
    "insight": {"explain", "paths", "products", "why"},
    "numerals": set(),
    "layered": {"graph"},
    "svg": {"layered", "numerals", "trace"},
    "thumbnail": {"layered"},
    "show": {"run", "svg"},
    "export": {"explain", "faults", "numerals", "trace"},
}
ENGINE_LIBRARIES = sys.stdlib_module_names | {"numpy"}

JAVASCRIPT: Table = {
    "vendor": set(),
    "generated": set(),
    "model": {"generated"},
    "api": {"generated"},
    "store": {"model", "vendor"},
    "url": {"store"},
    "answers": {"api", "vendor"},
    "recordings": {"api", "model"},
    "words": {"api", "store"},
    "actions": {"recordings", "words"},
    "opening": {"actions"},
    "report": {"actions", "url"},
    "lazy": {"actions"},
    "scene": {"actions"},
    "paired": {"api", "store"},
    "changes": {"opening", "paired"},
    "keeping": {"api", "store"},
    "panels": {"changes"},
    "measured": {"actions"},
    "runs": {"measured"},
    "twins": {"actions"},
    "both": {"runs"},
    "take": {"lazy", "url"},
    "mark": {"store"},
    "build": {"answers", "lazy", "mark"},
    "lesson": {"lazy"},
    "doctor": {"changes", "lazy", "twins"},
    "ui": {"both", "doctor", "build", "changes", "lazy", "lesson", "take", "runs", "twins", "url"},
    "classroom": {"panels", "ui"},
    "training": {"answers", "ui"},
    "compare": {"training"},
    "main": {"classroom", "compare", "keeping", "lesson", "report", "scene", "panels", "training"},
}


def allowed(table: Table, module: str) -> set[str]:
    """The module itself, what its row names, and what follows from those."""
    return {module}.union(*(allowed(table, other) for other in table[module]))


def python_imports(source: str, package: list[str]) -> Iterator[str]:
    """The dotted names that a module of `package` imports, wherever in the module it does so."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def engine_violations(root: Path, table: Table = ENGINE) -> list[str]:
    return [
        f"engine/{place} imports {name}"
        for path in sorted((root / "engine").rglob("*.py"))
        if (place := path.relative_to(root / "engine")).as_posix() != "__init__.py"
        for name in python_imports(path.read_text(), ["engine", *place.parent.parts])
        if not engine_may_import(place.parts[0].removesuffix(".py"), name.split("."), table)
    ]


def engine_may_import(module: str, name: list[str], table: Table) -> bool:
    if name[0] == "engine":
        return module in table and len(name) > 1 and name[1] in allowed(table, module)
    return module in table and name[0] in ENGINE_LIBRARIES


def app_violations(root: Path) -> list[str]:
    """The service takes the engine's public names and reaches no deeper."""
    public = {"engine", *(f"engine.{name}" for name in bound_names((root / "engine/__init__.py").read_text()))}
    return [
        f"app/{path.relative_to(root / 'app')} imports {name}"
        for path in sorted((root / "app").rglob("*.py"))
        for name in python_imports(path.read_text(), ["app", *path.relative_to(root / "app").parent.parts])
        if name.split(".")[0] == "engine" and name not in public
    ]


def bound_names(source: str) -> set[str]:
    imports = (node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name for node in imports for alias in node.names}


COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STATEMENT = re.compile(r"""^(?:import|export)\b(?:[^'";(]*?\bfrom)?\s*['"]([^'"]+)['"]""", re.MULTILINE)
EXPRESSION = re.compile(r"""\b(?:import|new URL)\(\s*['"]([^'"]+)['"]""")


def javascript_imports(source: str) -> list[str]:
    """What a module imports when it runs; types that JSDoc imports may come from anywhere."""
    code = COMMENT.sub("", source)
    return STATEMENT.findall(code) + EXPRESSION.findall(code)


def javascript_violations(root: Path, table: Table = JAVASCRIPT) -> list[str]:
    base = root / "static" / "js"
    return [
        f"static/js/{path.relative_to(base)} imports {name}"
        for path in sorted(base.rglob("*.js"))
        for name in javascript_imports(path.read_text())
        if not javascript_may_import(javascript_module(base, path), javascript_module(base, path.parent / name), table)
    ]


def javascript_module(base: Path, path: Path) -> str:
    """The row of the table a file belongs to: its folder under static/js, or its own name."""
    parts = path.resolve().relative_to(base.resolve().parent).parts
    return (parts[1] if parts[0] == "js" else parts[0]).split(".")[0]


def javascript_may_import(module: str, other: str, table: Table) -> bool:
    return module in table and other in allowed(table, module)


def test_the_engine_keeps_its_import_direction():
    assert engine_violations(ROOT) == []


def test_the_map_names_no_module_that_is_gone():
    python = {path.stem for path in (ROOT / "engine").iterdir()}
    javascript = {path.stem for path in (ROOT / "static" / "js").iterdir()} | {"vendor", "generated"}
    assert ENGINE.keys() <= python
    assert JAVASCRIPT.keys() <= javascript


def rooms(folder: Path) -> set[str]:
    """The modules and folders of a folder, as its map names them."""
    made = {"__pycache__/", "__init__.py", "generated/", "types.d.ts", "py.typed", "README.md"}
    return {f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir()} - made


def test_every_room_is_on_its_map():
    for folder, map, before in (("app", "app", ""), ("engine", "engine", ""), ("static/js", "static", "js/")):
        rows = [line for line in (ROOT / map / "README.md").read_text().splitlines() if line.startswith("|")]
        named = {name.removeprefix(before) for row in rows for name in re.findall(r"`([^`]+)`", row)}
        assert {room for room in rooms(ROOT / folder) if not any(fnmatch(room, name) for name in named)} == set()


def test_the_service_imports_only_the_engines_public_names():
    assert app_violations(ROOT) == []


def test_the_page_keeps_its_import_direction():
    assert javascript_violations(ROOT) == []


def plant(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("engine/op.py", "from engine.graph import Graph"),
        ("engine/op.py", "from .graph import Graph"),
        ("engine/op.py", "from engine import graph"),
        ("engine/op.py", "from . import graph"),
        ("engine/ops/arithmetic.py", "from ..run import forward"),
        ("engine/run.py", "def late():\n    import sklearn"),
        ("engine/run.py", "from app import main"),
        ("engine/unheard_of.py", "import numpy"),
    ],
)
def test_a_wrong_import_in_the_engine_is_found(tmp_path, name, text):
    plant(tmp_path, name, text)
    assert len(engine_violations(tmp_path)) == 1


@pytest.mark.parametrize("text", ["from engine.run import forward", "import engine.run", "from engine import run"])
def test_a_service_that_reaches_into_the_engine_is_found(tmp_path, text):
    plant(tmp_path, "engine/__init__.py", "from engine.run import Run")
    plant(tmp_path, "app/sessions.py", text)
    assert len(app_violations(tmp_path)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("model/trace.js", "import { signal } from '../../vendor/vendor.js';"),
        ("model/trace.js", "import {\n  cursor,\n} from '../store.js';"),
        ("scene/camera.js", "export { view } from '../panels/explain.js';"),
        ("scene/camera.js", "  const late = await import('../ui/commands.js');"),
        ("panels/explain.js", "import '../scene/camera.js';"),
        ("store.js", "new Worker(new URL('./scene/worker.js', import.meta.url));"),
        ("unheard-of.js", "import { frameAt } from './model/trace.js';"),
    ],
)
def test_a_wrong_import_in_the_page_is_found(tmp_path, name, text):
    plant(tmp_path, f"static/js/{name}", text)
    assert len(javascript_violations(tmp_path)) == 1


def test_right_imports_are_let_through(tmp_path):
    plant(
        tmp_path, "engine/ops/losses.py", "import numpy as np\nfrom ..notation import trace\nfrom . import arithmetic"
    )
    plant(tmp_path, "engine/run.py", "from engine.op import Op")
    plant(tmp_path, "engine/__init__.py", "from engine.spec import build\nfrom engine.graph import Graph")
    plant(tmp_path, "app/sessions.py", "import engine\nfrom engine import build, Graph")
    plant(tmp_path, "static/js/scene/marks/node.js", "import { html } from '../../../vendor/vendor.js';")
    plant(tmp_path, "static/js/panels/tensor.js", "/** @typedef {import('../scene/scale.js').Scale} Scale */")
    plant(tmp_path, "static/js/panels/code.js", "const a = /** @type {Map<0, import('../types').A>} */ (new Map());")
    assert engine_violations(tmp_path) + app_violations(tmp_path) + javascript_violations(tmp_path) == []
