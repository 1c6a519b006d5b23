"""What tests ask of the training view."""

import re
from pathlib import Path

from app.bootstrap import ROOT

AXE = Path(ROOT, ".frontend", "node_modules", "axe-core", "axe.min.js")


def session_of(page):
    page.wait_for_function("() => location.search.includes('session=')")
    return re.search(r"session=([\w-]+)", page.url)[1]


def api(page):
    return f"{page.url.partition('?')[0]}api/v1/sessions/{session_of(page)}"


def picture(page, name, step):
    """A picture, once it shows the step."""
    found = page.locator(f"[data-picture={name}][data-step='{step}']")
    found.wait_for(timeout=30_000)
    return found


def faults_of(page, *rules):
    """What axe finds in the training view, by all its rules or by these."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("(rules) => axe.run('#training', rules.length ? { runOnly: rules } : {})", list(rules))
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]]
