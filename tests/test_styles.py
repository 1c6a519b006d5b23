"""Style sheets of parts that are fetched when they are wanted."""

import re

import pytest

from app.bootstrap import ROOT

CSS = ROOT / "static" / "css"
NAME = re.compile(r"[.#][a-zA-Z][\w-]*|\[data-view=\"\w+\"\]")


def selectors(sheet):
    """Each selector of a sheet, those in lists one by one."""
    text = re.sub(r"/\*.*?\*/", "", (CSS / sheet).read_text(), flags=re.DOTALL)
    lists = [found.strip() for found in re.findall(r"([^{};]+)\{", text)]
    return [one.strip() for found in lists if not found.startswith("@") for one in re.split(r",(?![^(]*\))", found)]


def names(sheet):
    return {name for selector in selectors(sheet) for name in NAME.findall(selector)}


def sheets_at_first():
    return re.findall(r"/static/css/([\w-]+\.css)", (ROOT / "templates" / "index.html").read_text())


def sheets_fetched_later():
    scripts = (ROOT / "static" / "js").rglob("*.js")
    return sorted(
        {sheet for script in scripts for sheet in re.findall(r'style\("([\w-]+\.css)"\)', script.read_text())}
    )


def test_every_sheet_is_loaded_at_first_or_fetched_later_and_not_both():
    assert sorted([*sheets_at_first(), *sheets_fetched_later()]) == sorted(
        sheet.name for sheet in CSS.iterdir() if sheet.name not in ("docs.css",)
    )


@pytest.mark.parametrize("sheet", sheets_fetched_later())
def test_a_sheet_that_comes_later_changes_nothing_that_stood_before(sheet):
    known = {name for other in sheets_at_first() for name in names(other)}
    assert [selector for selector in selectors(sheet) if not set(NAME.findall(selector)) - known] == []
