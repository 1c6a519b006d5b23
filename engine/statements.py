"""From text to Python's statements, within limits: nothing is evaluated, and what is not plain ASCII is refused."""

from __future__ import annotations

import ast
from threading import Lock

from engine.frozen import frozen

# Python up to 3.11 counts how deep its parser is for all threads together. Where the garbage collector lets another
# thread in, and that one parses too, the count does not come out, and Python raises SystemError.
_PARSING = Lock()


class ExpressionError(ValueError):
    """Text that is not an expression this engine knows. `column` counts from 0, `line` from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 0) -> None:
        super().__init__(message)
        self.line, self.column = line, column


@frozen(kw_only=False)
class Limits:
    """How much is taken on: characters, nodes and levels of parentheses of a text; parameters of a network; and nodes
    in all, of which a recurrent layer has some for each time step.
    """

    characters: int = 2_000
    nodes: int = 500
    levels: int = 64
    parameters: int | None = None
    all_nodes: int | None = None


def trimmed(source: str) -> str:
    """Without blanks around it. Lines before it stay, so that places in the text are right."""
    body = source.lstrip(" \n")
    return "\n" * source.count("\n", 0, len(source) - len(body)) + body.rstrip(" \n")


def statements_of(source: str, limits: Limits) -> list[ast.stmt]:
    """The statements of a text, as Python's parser sees them. Raises `ExpressionError` with the place in the text."""
    _check_text(source, limits)
    try:
        with _PARSING:
            statements = ast.parse(source).body
    except SyntaxError as error:
        raise ExpressionError(
            f"not an expression: {error.msg}", error.lineno or 1, max((error.offset or 1) - 1, 0)
        ) from None
    except (RecursionError, MemoryError, ValueError) as error:
        raise ExpressionError(f"too deep or too long to read ({type(error).__name__})") from None
    if not statements:
        raise ExpressionError("the expression is empty")
    return statements


def _check_text(source: str, limits: Limits) -> None:
    """Before Python's parser sees it: it would fold full-width letters into ASCII and recurse into parentheses."""
    if len(source) > limits.characters:
        raise ExpressionError(f"{len(source)} characters; at most {limits.characters} are read")
    strange = next((i for i, c in enumerate(source) if not (c.isascii() and (c.isprintable() or c == "\n"))), None)
    if strange is not None:
        raise ExpressionError(f"character {source[strange]!a} is not plain ASCII", *_place(source, strange))
    level = 0
    for i, c in enumerate(source):
        level += (c in "([") - (c in ")]")
        if level > limits.levels:
            raise ExpressionError(f"more than {limits.levels} levels of parentheses", *_place(source, i))


def _place(source: str, i: int) -> tuple[int, int]:
    """Line and column of a character."""
    return source.count("\n", 0, i) + 1, i - (source.rfind("\n", 0, i) + 1)
