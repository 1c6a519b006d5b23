"""What of a session's edits goes along when its model is built on: what still names the same thing in another spec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from app.edits import (
    TOGETHER,
    BreakEdit,
    CutEdit,
    Edit,
    FreezeEdit,
    LabelEdit,
    MendEdit,
    OptimizerEdit,
    SampleEdit,
    SetEdit,
    UnfreezeEdit,
)
from app.models import Amendment
from app.session import Session
from app.specs import ExpressionRequest, SpecRequest
from app.terms import OPTIMIZER, READ, Editor, Terms
from app.thinning import portions
from app.timeline import Batch, Line
from engine import Graph, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftEdit:
    """An edit that does not go along: what it changes, and why it cannot, both as parts of a sentence."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What fits the other spec, as the `edits` of an export; how many those are; and what is left out."""

    edits: tuple[dict[str, Any], ...]
    kept: int
    left: tuple[LeftEdit, ...]


CHANGED = {"optimizer": "the model has another optimizer", "data": "the model has other data"}


class Side(NamedTuple):
    """A spec, and the graph that it is built to."""

    spec: SpecRequest
    graph: Graph


def carried(session: Session, spec: SpecRequest) -> Carried:
    """The edits in force, as the other spec takes them. Raises what building it raises."""
    spec = spec.model_copy(update={"trained": None})
    carrier = Carrier(session, Side(session.spec, session.editor.graph), Side(spec, _graph(session, Terms(spec=spec))))
    line: Line = ()
    left: list[LeftEdit] = []
    for portion in portions(session.standing.timeline.line, TOGETHER):
        batch = Batch(len(line) + 1, portion["iteration"], ())
        for written in portion["edits"]:
            edit = READ.validate_python(written)
            try:
                batch = carrier.joined(line, batch, edit)
            except ValueError as error:
                left.append(LeftEdit(what=what(edit, session.editor.graph), why=str(error)))
        line = (*line, batch) if batch.edits else line
    edits = tuple({"iteration": batch.iteration, "edits": list(batch.edits)} for batch in line)
    return Carried(edits=edits, kept=sum(len(batch.edits) for batch in line), left=tuple(left))


def _graph(session: Session, terms: Terms) -> Graph:
    return session.make(terms).model.graph


class Carrier(NamedTuple):
    """Brings edits from one model to another. A ValueError says why one stays behind."""

    session: Session
    old: Side
    new: Side

    def joined(self, line: Line, batch: Batch, edit: Edit) -> Batch:
        """The batch with the edit, as the new model takes it after all those before."""
        written = self._fitted(edit).model_dump(mode="json", exclude_unset=True)
        grown = batch._replace(edits=(*batch.edits, written))
        if isinstance(edit, UnfreezeEdit | MendEdit):  # they take back what another edit did
            Editor(self.new.graph, self.session.settings, self.session.uploads).terms(self.new.spec, (*line, grown))
        return grown

    def _fitted(self, edit: Edit) -> Edit:
        match edit:
            case OptimizerEdit():
                self._same("optimizer")
            case SetEdit() if edit.set.startswith(OPTIMIZER):
                self._same("optimizer")
            case SetEdit():
                return edit.model_copy(update={"set": str(self._set(self.old.graph.find(edit.set)).id)})
            case LabelEdit() | SampleEdit():
                self._same("data")
            case FreezeEdit(freeze=name) | UnfreezeEdit(unfreeze=name):
                self._learning(name)
            case CutEdit():
                return edit.model_copy(update={"cut": self._edge(*edit.cut)})
            case MendEdit():
                return edit.model_copy(update={"mend": self._edge(*edit.mend)})
            case BreakEdit(fault=fault) if fault is not None:
                _graph(self.session, Terms(spec=self.new.spec, amendment=Amendment(fault=fault)))
        return edit

    def _same(self, part: str) -> None:
        if getattr(self.old.spec, part) != getattr(self.new.spec, part):
            raise ValueError(CHANGED[part])

    def _set(self, node: Node) -> Node:
        """The node of this name, where it still is what was set: a parameter of this shape, or the same numbers."""
        twin = self._named(node)
        if twin.shape != node.shape:
            raise ValueError(f"its shape is {twin.shape} now, and was {node.shape}")
        before, after = self.old.spec.model, self.new.spec.model
        if isinstance(before, ExpressionRequest) and isinstance(after, ExpressionRequest):
            if before.values[node.label] != after.values[node.label]:
                raise ValueError("its number was typed anew")
        elif node.role != "parameter":
            self._same("data")
        return twin

    def _named(self, node: Node) -> Node:
        found = [n for n in self.new.graph.nodes if (n.label, n.role, n.op) == (node.label, node.role, node.op)]
        if not found:
            raise ValueError(f"there is no such {node.role if node.op is None else 'operation'} any more")
        return found[0]

    def _learning(self, name: str) -> None:
        if not any(name in (node.label, *node.group[:1]) for node in self.new.graph.parameters):
            raise ValueError("there is no such layer or parameter any more")

    def _edge(self, node: int | str, slot: int) -> tuple[int, int]:
        before = self.old.graph.find(str(node))
        after = self._named(before)
        if slot >= len(after.inputs) or self._from(self.old, before, slot) != self._from(self.new, after, slot):
            raise ValueError("it comes from another place now")
        return after.id, slot

    @staticmethod
    def _from(side: Side, node: Node, slot: int) -> str:
        return side.graph.nodes[node.inputs[slot]].label


def what(edit: Edit, graph: Graph) -> str:
    """What an edit changes, in words."""
    match edit:
        case SetEdit() if edit.set.startswith(OPTIMIZER):
            return f"the {edit.set.removeprefix(OPTIMIZER).replace('_', ' ')}"
        case SetEdit():
            return f"{graph.find(edit.set).label}{edit.index or ''}"
        case LabelEdit():
            return f"the label of row {edit.row}"
        case SampleEdit():
            return f"sample {edit.sample}"
        case OptimizerEdit():
            return f"the optimizer {edit.optimizer.name}"
        case FreezeEdit():
            return f"{edit.freeze}, frozen"
        case UnfreezeEdit():
            return f"{edit.unfreeze}, learning again"
        case CutEdit():
            return f"the cut into {graph.find(str(edit.cut[0])).label}"
        case MendEdit():
            return f"the mended edge into {graph.find(str(edit.mend[0])).label}"
        case BreakEdit():
            return "what was broken on purpose"
