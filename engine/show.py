"""A training step in a notebook: three lines give one that shows itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from engine.frozen import frozen
from engine.graph import Node, Role
from engine.numerals import four
from engine.optim import OptimizerSpec
from engine.run import Run
from engine.spec import ExpressionModel, Spec, build
from engine.svg import PictureError, shown, svg
from engine.tape import Array
from engine.trace import Trace


@frozen(kw_only=False)
class ShownTrace(Trace):
    """A trace that shows itself: in a notebook as a picture and a table, elsewhere as one line per gradient."""

    @property
    def loss(self) -> float:
        """The result of the forward pass."""
        value = self.value(self.graph.loss.id, self.schedule.length)
        assert value is not None, "a training step computes its loss"
        return float(value)

    @property
    def gradients(self) -> dict[str, Array]:
        """By leaf: how much the loss changes with every entry of it, shaped as the leaf is. Copies."""
        return {node.label: gradient.copy() for node, gradient in self._leaves() if gradient is not None}

    def _leaves(self) -> Iterator[tuple[Node, Array | None]]:
        for node in self.graph.leaves:
            if node.role != "constant" or node.named:
                yield node, self.gradient(node.id, self.schedule.length)

    def __repr__(self) -> str:
        label = self.graph.loss.label
        lines = [f"{label} = {four(self.loss)} after {self.schedule.length} events"]
        lines += [
            f"d{label}/d{node.label} = {_said(gradient)}" for node, gradient in self._leaves() if gradient is not None
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Picture and table, for Jupyter: nothing in them runs, and every name is escaped."""
        label = escape(self.graph.loss.label)
        try:
            picture = svg(self, f"{self.graph.loss.label} = {four(self.loss)}")
        except PictureError as error:
            picture = f"<p>No picture: {escape(str(error))}.</p>"
        rows = "".join(self._row(node, gradient) for node, gradient in self._leaves())
        head = f"<tr><th>name</th><th>role</th><th>value</th><th>∂{label}/∂name</th></tr>"
        return f'<div style="overflow-x: auto">{picture}</div><table><thead>{head}</thead><tbody>{rows}</tbody></table>'

    def _row(self, node: Node, gradient: Array | None) -> str:
        value = _said(self.view(self.schedule.values[node.id]))
        cells = (node.label, node.role, value, "—" if gradient is None else _said(gradient))
        return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _said(x: Array) -> str:
    """A number; of an array, its shape and norm."""
    return f"{' × '.join(map(str, x.shape))} numbers, norm {shown(x)}" if x.ndim else shown(x)


def trace(
    source: str,
    /,
    *,
    optimizer: OptimizerSpec | None = None,
    roles: Mapping[str, Role] | None = None,
    **values: Any,
) -> ShownTrace:
    """One training step of a model written as text, computed and ready to be looked at.

    `values`: a number or a nested list for every name in the text. Without an optimizer every name gets a gradient,
    unless `roles` say otherwise; with one, x and y are input and target, and the other names are trained. A name such
    as `roles` cannot be given here; `build` takes any.

    Raises `ExpressionError` naming line and column of what cannot be read, `ShapeError` where shapes do not fit.
    """
    model = ExpressionModel(source=source, values=values, roles=roles or {})
    run = Run(build(Spec(model=model, optimizer=optimizer)))
    return ShownTrace(run.graph, run.schedule, run.recording)
