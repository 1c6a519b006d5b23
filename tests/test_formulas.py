"""Every formula of the gallery is one that KaTeX draws: a faulty one would stand on the page as red text."""

import json
import subprocess

from app.bootstrap import ROOT
from engine import Explainer
from tests.engine.models import FULL, NAMES, gallery
from tests.machine import nodejs

DRAW = """
import { readFileSync } from "node:fs";
import katex from "./.frontend/node_modules/katex/dist/katex.mjs";
const faults = [];
for (const text of JSON.parse(readFileSync(0))) {
  try { katex.renderToString(text.replace(/\\\\num\\{\\d+\\}/g, "1.5"), { throwOnError: true, strict: false }); }
  catch (fault) { faults.push(fault.message); }
}
console.log(JSON.stringify(faults));
"""
MOST = 80  # events of an example; recurrent ones say the same again and again


def faults_in(texts):
    """What KaTeX finds wrong with them."""
    node, _ = nodejs.commands()
    command = [*node, "--input-type=module", "--eval", DRAW]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(texts), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def formulas(run):
    explainer = Explainer(run.graph, run.schedule)
    some = range(0, run.schedule.length, -(-run.schedule.length // MOST))
    lines = (line for k in some for line in explainer.explain(k, None).lines)
    return {text for line in lines for text in (line.formula, line.numbers) if text}


def test_katex_draws_every_formula_of_the_gallery():
    texts = sorted(set().union(*(formulas(gallery(name)) for name in (*NAMES, *FULL))))
    assert len(texts) > 1_000
    assert faults_in(texts) == []


def test_a_second_subscript_is_found():
    assert len(faults_in([r"\sum_i z_{1}_i", r"\sum_i {z_{1}}_i"])) == 1
