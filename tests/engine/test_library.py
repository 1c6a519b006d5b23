"""`engine` for people who import it: what is public is said, typed and shown by examples that run."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import engine

README = Path(engine.__file__).with_name("README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
GIVES = "  # gives "
public = pytest.mark.parametrize("name", engine.__all__)


def test_the_examples_of_the_readme_run_and_give_what_they_say():
    memory, held = {}, 0
    for block in BLOCKS:
        exec(block, memory)
        for line in block.splitlines():
            if GIVES in line:
                expression, said = line.split(GIVES)
                assert repr(eval(expression, memory)) == said, expression
                held += 1
    assert held >= 10


@public
def test_every_public_name_is_explained(name):
    found = getattr(engine, name)
    if inspect.isclass(found) or inspect.isfunction(found):
        assert said(found), name
    else:
        assert re.search(rf"`{name}`", README), f"{name} has no docstring, so the README explains it"


def said(thing):
    """Its own docstring: not one that Python made or that it inherits."""
    text = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__
    return bool(text) and not text.startswith(f"{thing.__name__}(")


@public
def test_every_public_method_is_explained(name):
    found = getattr(engine, name)
    if inspect.isclass(found):
        own = {k: v for k, v in vars(found).items() if not k.startswith("_")}
        members = {k: v for k, v in own.items() if inspect.isfunction(v) or isinstance(v, property | classmethod)}
        assert [k for k, v in members.items() if not v.__doc__] == []


def test_names_are_said_once_and_in_order():
    source = ast.parse(Path(engine.__file__).read_text())
    imported = [alias.name for node in source.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(imported) == sorted(engine.__all__)
    assert len(set(imported)) == len(imported)


def test_types_are_shipped():
    assert Path(engine.__file__).with_name("py.typed").exists()
