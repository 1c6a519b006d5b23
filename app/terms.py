"""What decides a session's numbers from some iteration on: the spec, and the edits in force, as a pure function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from app.data.batches import resolve
from app.data.uploads import Uploads
from app.edits import (
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
from app.errors import EditError
from app.models import Amendment
from app.settings import Settings
from app.specs import ExpressionRequest, OptimizerRequest, SpecRequest
from app.timeline import Line
from engine import LEAF, Array, Data, Graph, Node, State

READ: TypeAdapter[Edit] = TypeAdapter(Edit)
OPTIMIZER = "optimizer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A parameter's number that was set: all of them where `index` is None."""

    node: int
    index: tuple[int, ...] | None
    to: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds from iteration `start` on. `patches` are made once, to what that iteration begins with.

    `model` is the revision that decided the model: terms that differ in patches alone share it.
    """

    start: int = 0
    model: int = 1
    spec: SpecRequest
    amendment: Amendment = field(default_factory=Amendment)
    patches: tuple[Patch, ...] = ()

    def patched(self, state: State) -> State:
        """A state with the patches made."""
        found = dict(state)
        for patch in self.patches:
            before = found[patch.node, LEAF]
            after = np.array(before)
            after[... if patch.index is None else patch.index] = patch.to
            found[patch.node, LEAF] = after
        return found


@dataclass(frozen=True, slots=True)
class Editor:
    """Applies edits. The graph's nodes and their names are the same under all terms of a session."""

    graph: Graph
    settings: Settings
    uploads: Uploads | None

    def terms(self, spec: SpecRequest, line: Line) -> list[Terms]:
        """What holds when, in order of `start`. Raises `EditError` naming the edit that cannot be made."""
        found = [Terms(spec=spec)]
        for batch in line:
            terms = self._begun(found[-1], batch.iteration, batch.revision)
            for number, edit in enumerate(batch.edits):
                terms = self._edited(terms, edit, number, batch.revision)
            if terms.start == found[-1].start:
                found.pop()
            found.append(terms)
        return found

    def _begun(self, terms: Terms, iteration: int, revision: int) -> Terms:
        return terms if iteration == terms.start else replace(terms, start=iteration, patches=())

    def _edited(self, terms: Terms, edit: Any, number: int, revision: int) -> Terms:
        try:
            after = self._one(terms, READ.validate_python(edit))
        except (KeyError, IndexError, ValueError) as error:
            raise EditError(_said(error), f"/edits/{number}") from None
        same = after.spec is terms.spec and after.amendment is terms.amendment
        return after if same else replace(after, model=revision)

    def _one(self, terms: Terms, edit: Edit) -> Terms:
        match edit:
            case SetEdit() if edit.set.startswith(OPTIMIZER):
                return self._setting(terms, edit)
            case SetEdit():
                return self._set(terms, edit)
            case LabelEdit():
                return self._label(terms, edit)
            case SampleEdit():
                return _sample(terms, edit.sample)
            case OptimizerEdit():
                return _optimizer(terms, edit.optimizer)
            case FreezeEdit():
                return _amended(terms, frozen=(*terms.amendment.frozen, edit.freeze))
            case UnfreezeEdit():
                return self._unfrozen(terms, edit.unfreeze)
            case BreakEdit():
                return _amended(terms, fault=edit.fault)
            case CutEdit():
                edge = self.find(str(edit.cut[0])).id, edit.cut[1]
                return _amended(terms, cut=(*terms.amendment.cut, edge))
            case MendEdit():
                return _mended(terms, (self.find(str(edit.mend[0])).id, edit.mend[1]))

    def find(self, name: str) -> Node:
        try:
            return self.graph.find(name)
        except KeyError as error:
            raise ValueError(str(error.args[0])) from None

    def _unfrozen(self, terms: Terms, name: str) -> Terms:
        """Whether an edit or the spec froze it, by this name or within a layer."""
        thawed = self._parameters(name)
        by_spec, by_edit = (list(self._left(names, thawed)) for names in (terms.spec.freeze, terms.amendment.frozen))
        if by_spec == list(terms.spec.freeze) and by_edit == list(terms.amendment.frozen):
            frozen = sorted({*by_spec, *by_edit})
            raise ValueError(f"{name!r} is not frozen; frozen are {', '.join(frozen) or 'no parameters'}")
        spec = terms.spec.model_copy(update={"freeze": by_spec})
        return _amended(replace(terms, spec=spec), frozen=tuple(by_edit))

    def _parameters(self, name: str) -> list[str]:
        """The parameter of this name, or those of the layer."""
        return [node.label for node in self.graph.parameters if name in (node.label, *node.group[:1])]

    def _left(self, names: Sequence[str], thawed: Sequence[str]) -> Iterator[str]:
        """What stays frozen; of a layer, its other parameters by their own names."""
        for name in names:
            own = self._parameters(name)
            yield from [each for each in own if each not in thawed] if set(own) & set(thawed) else [name]

    def _setting(self, terms: Terms, edit: SetEdit) -> Terms:
        name = edit.set.removeprefix(OPTIMIZER)
        if edit.index is not None:
            raise ValueError(f"{edit.set} is one number: it has no index")
        if name in ("name", "schedule", "clip"):
            raise ValueError(f'{edit.set} is no number: send {{"optimizer": {{…}}}} with all its settings')
        said = {} if terms.spec.optimizer is None else terms.spec.optimizer.model_dump(exclude_unset=True)
        return _optimizer(terms, OptimizerRequest.model_validate({**said, name: edit.to}))

    def _set(self, terms: Terms, edit: SetEdit) -> Terms:
        node = self.find(edit.set)
        if node.role == "parameter":
            index = None if edit.index is None else tuple(edit.index)
            return replace(terms, patches=(*terms.patches, Patch(node=node.id, index=index, to=_fitting(node, edit))))
        if node.role not in ("input", "target"):
            raise ValueError(f"{edit.set} is no parameter, input or target: it is a {node.role}, and cannot be set")
        if isinstance(terms.spec.model, ExpressionRequest):
            return self._value(terms, terms.spec.model, node, edit)
        return self._rows(terms, node, edit)

    def _value(self, terms: Terms, model: ExpressionRequest, node: Node, edit: SetEdit) -> Terms:
        """A name of an expression."""
        array = np.array(model.values[node.label], np.float64)
        array[... if edit.index is None else tuple(edit.index)] = _fitting(node, edit)
        changed = model.model_copy(update={"values": {**model.values, node.label: array.tolist()}})
        return replace(terms, spec=terms.spec.model_copy(update={"model": changed}))

    def _rows(self, terms: Terms, node: Node, edit: SetEdit) -> Terms:
        """Rows of a batch: those samples look like that from now on."""
        data, (name, rows) = self._data(terms), _side(terms.amendment, node.role)
        array = data.inputs(terms.start) if node.role == "input" else data.answers(terms.start)
        array[... if edit.index is None else tuple(edit.index)] = _fitting(node, edit)
        touched = range(len(array)) if edit.index is None else edit.index[:1]
        samples = data.chosen(terms.start)
        return _amended(terms, **{name: {**rows, **{samples[row]: array[row] for row in touched}}})

    def _label(self, terms: Terms, edit: LabelEdit) -> Terms:
        data = self._data(terms)
        if terms.spec.data is None or data.targets.ndim != 2 or not _classed(terms, self.settings, self.uploads):
            raise ValueError("a label is for data with classes, one for each sample")
        classes, samples = data.targets.shape[1], data.chosen(terms.start)
        if edit.label >= classes or edit.row >= len(samples):
            raise ValueError(f"label {edit.label}, row {edit.row}: there are {classes} classes, {len(samples)} rows")
        row = np.eye(classes)[edit.label]
        return _amended(terms, target_rows={**terms.amendment.target_rows, samples[edit.row]: row})

    def _data(self, terms: Terms) -> Data:
        if terms.spec.data is None:
            raise ValueError("an expression has no data: set its values by name")
        data, _ = resolve(terms.spec.data, self.settings, self.uploads)
        return replace(data, x_rows=terms.amendment.x_rows, target_rows=terms.amendment.target_rows)


def _classed(terms: Terms, settings: Settings, uploads: Uploads | None) -> bool:
    assert terms.spec.data is not None, "asked of data only"
    labels = resolve(terms.spec.data, settings, uploads)[1].labels
    return labels is not None and labels.ndim == 1


def _side(amendment: Amendment, role: str) -> tuple[str, Mapping[int, Array]]:
    return ("x_rows", amendment.x_rows) if role == "input" else ("target_rows", amendment.target_rows)


def _amended(terms: Terms, **fields: Any) -> Terms:
    return replace(terms, amendment=replace(terms.amendment, **fields))


def _mended(terms: Terms, edge: tuple[int, int]) -> Terms:
    if edge not in terms.amendment.cut:
        cut = ", ".join(f"[{node}, {slot}]" for node, slot in dict.fromkeys(terms.amendment.cut))
        raise ValueError(f"no edit cut the edge [{edge[0]}, {edge[1]}]; cut are {cut or 'none'}")
    return _amended(terms, cut=tuple(other for other in terms.amendment.cut if other != edge))


def _sample(terms: Terms, sample: int) -> Terms:
    if terms.spec.data is None:
        raise ValueError("an expression has no samples")
    changed = terms.spec.data.model_copy(update={"sample": sample})
    return replace(terms, spec=terms.spec.model_copy(update={"data": changed}))


def _optimizer(terms: Terms, optimizer: OptimizerRequest) -> Terms:
    before = terms.spec.optimizer
    if before is None:
        raise ValueError("nothing trains this model: it has no optimizer to change")
    spec = terms.spec.model_copy(update={"optimizer": optimizer})
    began = terms.amendment.began if optimizer.name == before.name else terms.start
    return replace(terms, spec=spec, amendment=replace(terms.amendment, began=began))


def _fitting(node: Node, edit: SetEdit) -> Array:
    """The numbers to set. Raises ValueError where they do not fit the entry or the node."""
    array = np.array(edit.to, np.float64)
    if edit.index is None:
        if array.shape != node.shape:
            raise ValueError(f"{edit.set} has shape {node.shape}; {array.shape} given, and no index")
        return array
    inside = len(edit.index) == len(node.shape) and all(i < n for i, n in zip(edit.index, node.shape, strict=True))
    if not inside:
        raise ValueError(f"index {edit.index} names no entry of {edit.set}, whose shape is {node.shape}")
    if array.shape:
        raise ValueError(f"one number is set at an index; {array.shape} given")
    return array


def _said(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(str(e["msg"]).removeprefix("Value error, ") for e in error.errors()[:5])
    return str(error.args[0] if isinstance(error, KeyError) else error)


def at(found: Sequence[Terms], iteration: int) -> int:
    """The number of the terms that hold at an iteration."""
    return max(number for number, terms in enumerate(found) if terms.start <= iteration)
