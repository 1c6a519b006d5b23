"""Text such as ``(w*x + b)**2`` to a graph, over Python's `ast` with an allow-list. Nothing is ever evaluated.

Several statements name what they compute; the last one is where the backward pass begins::

    z = w*x + b
    a = sigmoid(z)
    L = 0.5*(a - y)**2
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from engine.build import Builder, Ref
from engine.graph import Role
from engine.op import Op, ShapeError
from engine.ops import OPS
from engine.options import allowed
from engine.statements import ExpressionError, Limits, statements_of, trimmed

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
}
FUNCTIONS = (  # ops that are called by their names
    *("exp", "log", "sin", "cos", "sqrt", "square", "abs", "maximum", "minimum", "clip", "where", "detach"),
    *("tanh", "sigmoid", "relu", "leaky_relu", "elu", "selu", "gelu", "gelu_tanh", "softplus", "silu", "hard_tanh"),
    *("softmax", "log_softmax", "sum", "mean", "max", "logsumexp", "variance"),
    *("reshape", "transpose", "slice", "select", "broadcast_to", "pad", "concatenate", "stack", "embedding", "gather"),
    *("dot", "einsum"),
    *("mse", "half_mse", "mae", "huber", "bce", "bce_logits", "hinge", "nll", "kl"),
    *("cross_entropy", "softmax_cross_entropy"),
)
NEEDED = {"broadcast_to": "shape", "pad": "widths", "einsum": "subscripts"}  # options that have no usual value


class OperandError(ShapeError):
    """Operands that do not fit, at a place in a text. `column` counts from 0, `line` from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line, self.column = line, column


def parse(builder: Builder, source: str, values: Mapping[str, Any], roles: Mapping[str, Role], limits: Limits) -> Ref:
    """Add the nodes of `source` to `builder`; the result of the last statement is returned.

    `values` gives every free name an array or a number. Raises `ExpressionError`, with the place in the text, for
    anything that is not on the allow-list, and `ShapeError` for operands that do not fit.
    """
    source = trimmed(source)
    statements = statements_of(source, limits)
    builder.reserved = frozenset(n.id for s in statements for n in ast.walk(s) if isinstance(n, ast.Name))
    _check_alike(builder.reserved)
    reader = _Reader(builder, dict(values), roles, limits)
    for statement in statements:
        last = reader.statement(statement, source, alone=len(statements) == 1)
    unused = sorted(set(values) - reader.used)
    if unused:
        raise ExpressionError(f"a value is given for {unused[0]!r}, which the expression does not use")
    return last


def _check_alike(names: Collection[str]) -> None:
    """Formulas write both W1 and W_1 as W with index 1."""
    for name in sorted(names):
        if re.fullmatch(r"[A-Za-z]_\d+", name) and name.replace("_", "") in names:
            raise ExpressionError(f"{name.replace('_', '')} and {name} would be written alike; rename one of them")


class _Reader:
    def __init__(self, builder: Builder, values: dict[str, Any], roles: Mapping[str, Role], limits: Limits) -> None:
        self.builder, self.values, self.roles, self.limits = builder, values, roles, limits
        self.names: dict[str, Ref] = {}
        self.used: set[str] = set()

    def statement(self, statement: ast.stmt, source: str, *, alone: bool) -> Ref:
        if isinstance(statement, ast.Expr):
            return self._grouped(statement.value, "result", source, alone)
        if not (
            isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
        ):
            raise self._error(statement, "only expressions and lines like `z = w*x + b` are read")
        name = statement.targets[0].id
        if name in self.names or name in self.values:
            raise self._error(statement, f"{name!r} already has a value")
        ref = self._grouped(statement.value, name, source, alone, f"{name} = ")
        if ref.id in {r.id for r in self.names.values()}:
            raise self._error(statement, f"{name!r} would only be another name for a value that has one")
        self.names[name] = ref.named(name)
        return ref

    def _grouped(self, value: ast.expr, name: str, source: str, alone: bool, prefix: str = "") -> Ref:
        """A statement of two or more operations is a group of its own, unless it is the whole model."""
        operations = sum(isinstance(n, ast.BinOp | ast.Call | ast.UnaryOp) for n in ast.walk(value))
        title = prefix + (ast.get_source_segment(source, value) or "")
        here: AbstractContextManager[None] = (
            nullcontext() if alone or operations < 2 else self.builder.group(name, title)
        )
        with here:
            return self.read(value)

    def read(self, root: ast.expr) -> Ref:
        """Operands first, over a stack of our own: 500 terms are 500 levels deep in Python's tree."""
        waiting: list[tuple[ast.expr, bool]] = [(root, False)]
        done: list[Ref | float] = []
        while waiting:
            node, operands_done = waiting.pop()
            operands = self._operands(node)
            if operands and not operands_done:
                waiting += [(node, True), *((o, False) for o in reversed(operands))]
                continue
            arguments = done[len(done) - len(operands) :]
            del done[len(done) - len(operands) :]
            done.append(self._make(node, arguments))
        return done[0] if isinstance(done[0], Ref) else self.builder.constant(done[0])

    def _operands(self, node: ast.expr) -> list[ast.expr]:
        match node:
            case ast.Constant() | ast.Name():
                return []
            case ast.UnaryOp(op=ast.USub()):
                return [node.operand]
            case ast.BinOp():
                return [node.left, node.right]
            case ast.Call():
                return list(node.args)
        raise self._error(node, f"{type(node).__name__} is not part of the language of expressions")

    def _make(self, node: ast.expr, operands: list[Ref | float]) -> Ref | float:
        if len(self.builder.nodes) >= self.limits.nodes:
            raise self._error(node, f"more than {self.limits.nodes} nodes")
        match node:
            case ast.Constant():
                return self._literal(node, node.value)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp():
                return -operands[0]
            case ast.BinOp():
                return self._binary(node, *operands)
            case _:
                return self._call(node, operands)  # type: ignore[arg-type]

    def _literal(self, node: ast.expr, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._error(node, f"the literal {value!a} is not a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._error(node, "the number is too large for a float64")
        return number

    def _name(self, node: ast.Name) -> Ref:
        name = node.id
        if name not in self.names:
            if name not in self.values:
                raise self._error(node, f"{name!r} has no value")
            self.used.add(name)
            self.names[name] = self.builder.leaf(name, self.values[name], self.roles[name])
        return self.names[name]

    def _binary(self, node: ast.BinOp, left: Ref | float, right: Ref | float) -> Ref:
        if isinstance(node.op, ast.Pow):
            base = left if isinstance(left, Ref) else self.builder.constant(left)
            return self._placed(node, lambda: self.builder.power(base, right))
        if isinstance(node.op, ast.MatMult):
            return self._placed(node, lambda: self.builder.product(left, right))
        if type(node.op) not in BINARY:
            raise self._error(node, f"the operator {type(node.op).__name__} is not part of the language of expressions")
        return self._placed(node, lambda: self.builder.op(BINARY[type(node.op)], left, right))

    def _call(self, node: ast.Call, operands: list[Ref | float]) -> Ref:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            asked = node.func.id if isinstance(node.func, ast.Name) else type(node.func).__name__
            raise self._error(node, f"there is no function {asked!r}; there are {', '.join(sorted(FUNCTIONS))}")
        row = OPS[node.func.id]
        self._check_count(node, row)
        chosen = self._options(node, row)
        if (needed := NEEDED.get(row.name, "")) not in {"", *chosen}:
            raise self._error(node, f"{row.name} needs the option {needed}")
        return self._placed(node, lambda: self.builder.op(row.name, *operands, **chosen))

    def _check_count(self, node: ast.Call, row: Op) -> None:
        count, given = len(row.inputs), len(node.args)
        if row.variadic and not given:
            raise self._error(node, f"{row.name} takes at least 1 operand, 0 given")
        if not row.variadic and given != count:
            raise self._error(node, f"{row.name} takes {count} operand{'s' * (count > 1)}, {given} given")

    def _options(self, node: ast.Call, row: Op) -> dict[str, Any]:
        chosen: dict[str, Any] = {}
        for k in node.keywords:
            name = self._option_name(node, k, row)
            if name in chosen:
                raise self._error(k, f"{name} is given twice")
            chosen[name] = self._option(k, row)
        return chosen

    def _option_name(self, node: ast.Call, keyword: ast.keyword, row: Op) -> str:
        known = dict(row.options)
        if keyword.arg not in known:
            raise self._error(node, f"no option {keyword.arg!r} here; there are: {', '.join(known) or 'none'}")
        return keyword.arg

    def _option(self, keyword: ast.keyword, row: Op) -> Any:
        try:
            value = ast.literal_eval(keyword.value)
        except (ValueError, TypeError, SyntaxError):
            raise self._error(keyword.value, f"{keyword.arg} must be a literal") from None
        if not allowed(row, keyword.arg or "", value):
            raise self._error(keyword.value, f"{keyword.arg} cannot be {value!a}")
        return value

    def _placed(self, node: ast.expr, make: Callable[[], Ref]) -> Ref:
        try:
            return make()
        except ShapeError as error:
            line, column = node.lineno, node.col_offset
            raise OperandError(f"line {line}, column {column}: {error}", line, column) from None

    def _error(self, node: ast.AST, message: str) -> ExpressionError:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        return ExpressionError(f"line {line}, column {column}: {message}", line, column)
