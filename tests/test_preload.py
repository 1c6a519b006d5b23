"""The page names all its modules at once, so that a browser need not find them import by import."""

import re

from app.bootstrap import ROOT
from tests.test_imports import COMMENT, STATEMENT

ENTRY = ROOT / "static" / "js" / "main.js"
LINK = re.compile(r'<link rel="modulepreload" href="/static/([^"]+)">')


def reached(path, found=()):
    """Every module that a module needs before it runs, itself first."""
    if path in found:
        return found
    found = (*found, path)
    if path.is_relative_to(ROOT / "static" / "js"):
        for name in STATEMENT.findall(COMMENT.sub("", path.read_text())):
            found = reached((path.parent / name).resolve(), found)
    return found


def test_the_template_preloads_exactly_the_modules_the_page_imports():
    named = LINK.findall((ROOT / "templates" / "index.html").read_text())
    wanted = {path.relative_to(ROOT / "static").as_posix() for path in reached(ENTRY)} - {"js/main.js"}
    assert set(named) == wanted
    assert len(named) == len(wanted)
