"""Lint, types and the JavaScript tests, as tests like any other."""

import json
import re
import subprocess
import sys

import nodejs
import pytest

from app.bootstrap import ROOT, VENDOR
from tests import machine

# Needed to make static/vendor; nothing of them is served.
TOOLS = {"esbuild", "subset-font"}


def run(*command):
    """Run in the repository; a failure shows all that the tool said."""
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def tsc(*arguments):
    node, _ = nodejs.commands()
    return run(*node, ".frontend/node_modules/typescript/bin/tsc", *arguments)


def node_test(files):
    node, _ = nodejs.commands()
    return run(*node, "--test", "--test-reporter=tap", *files)


def test_python_is_formatted():
    run(sys.executable, "-m", "ruff", "format", "--check", "--diff", ".")


def test_python_has_no_lint():
    run(sys.executable, "-m", "ruff", "check", ".")


def test_python_types_hold_strictly():
    run(sys.executable, "-m", "mypy")


def test_javascript_types_hold_strictly():
    tsc("--project", ".frontend")


def test_a_wrong_type_in_javascript_is_found(tmp_path):
    (tmp_path / "wrong.js").write_text("/** @type {number} */\nexport const wrong = 'text';\n")
    with pytest.raises(AssertionError, match="TS2322"):
        tsc("--allowJs", "--checkJs", "--strict", "--noEmit", tmp_path / "wrong.js")


def test_every_javascript_test_passes():
    files = sorted((ROOT / "tests" / "js").rglob("*.test.js"))
    if files:
        counts = dict(re.findall(r"^# (\w+) (\d+)$", node_test(files), re.MULTILINE))
        assert int(counts["pass"]) == int(counts["tests"]) >= len(files), counts


def test_a_failing_javascript_test_is_found(tmp_path):
    (tmp_path / "wrong.test.js").write_text("require('node:test')('fails', () => { throw new Error('planted'); });\n")
    with pytest.raises(AssertionError, match="planted"):
        node_test([tmp_path / "wrong.test.js"])


def test_javascript_tests_are_named_so_that_they_run():
    files = (ROOT / "tests" / "js").rglob("*.js")
    assert [path for path in files if "node:test" in path.read_text() and not path.name.endswith(".test.js")] == []


def test_the_lock_file_names_no_address():
    lock = json.loads((machine.FRONTEND / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_every_library_that_a_browser_gets_brings_its_licence():
    wanted = json.loads((machine.FRONTEND / "package.json").read_text())["dependencies"].keys() - TOOLS
    text = (VENDOR / "LICENSES.txt").read_text()
    shipped = dict(re.findall(r"^(\S+) [\d.]+ \(([\w.-]+)\)$", text, re.MULTILINE))
    assert wanted <= shipped.keys()
    assert set(shipped.values()) <= {"Apache-2.0", "BSD-3-Clause", "ISC", "MIT", "OFL-1.1"}


def test_styles_name_only_fonts_that_are_there():
    for sheet in ("fonts.css", "katex.css"):
        fonts = re.findall(r"url\([\"']?([^)\"']+)", (VENDOR / sheet).read_text())
        assert fonts
        assert [font for font in fonts if not (VENDOR / font).is_file()] == []
