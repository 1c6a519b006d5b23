"""A data set from a CSV file; where it cannot be, every cell that is in the way, by row, column and what is wrong.

Rows are counted as a spreadsheet counts them: from 1, the header included.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import StringIO
from typing import Literal

import numpy as np

from app.data.dataset import Dataset
from app.errors import BadCell, CellsError, ColumnError, TooLargeError

Kind = Literal["class", "number"]
SEPARATORS = ",;\t"
MOST_CLASSES = 100
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What of a table to use. None: find out (header), all but the target (inputs), the last column (target),
    or what the target's first cell is (kind)."""

    header: bool | None = None
    inputs: Sequence[str] | None = None
    target: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How large a table may be."""

    rows: int
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A data set and the columns it is from."""

    dataset: Dataset
    inputs: tuple[str, ...]
    target: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Names of the columns, and the rows with their numbers; every row has one cell a column."""

    names: tuple[str, ...]
    rows: Sequence[tuple[int, list[str]]]

    def column(self, name: str, field: str) -> int:
        if name not in self.names:
            there = ", ".join(n[:24] for n in self.names[:20])
            raise ColumnError(f"there is no column {name[:64]!r}; there are {there}", field)
        return self.names.index(name)


def read(text: str, choice: Choice, bounds: Bounds) -> Read:
    """The data set. Raises `CellsError`, `ColumnError`, or `TooLargeError` beyond the bounds."""
    table = parse(text, choice.header, bounds)
    target = table.column(choice.target, "target") if choice.target is not None else len(table.names) - 1
    inputs = _inputs(table, choice, target)
    kind = choice.kind or ("class" if number(table.rows[0][1][target]) is None else "number")
    bad: list[BadCell] = []
    x = _numbers(table, inputs, bad)
    answers = _numbers(table, [target], bad) if kind == "number" else _classes(table, target, bad)
    if bad:
        raise CellsError(sorted(bad, key=lambda cell: (cell.row, cell.column)))
    names = tuple(table.names[i] for i in inputs)
    dataset = _labelled(x, answers) if isinstance(answers, list) else Dataset(x=x, values=answers)
    return Read(
        dataset=replace(dataset, names=names),
        inputs=names, target=table.names[target], kind=kind,
    )  # fmt: skip


def parse(text: str, header: bool | None, bounds: Bounds) -> Table:
    """The cells of a text.

    Raises `CellsError` for quotes that do not fit, names that stand twice and rows of another length.
    """
    records = _records(text, bounds)
    if not records:
        raise CellsError([BadCell(row=1, column=0, says="the file is empty")])
    first = records[0][1]
    titled = header if header is not None else all(number(cell) is None for cell in first)
    names = _names(*records[0]) if titled else tuple(str(k + 1) for k in range(len(first)))
    rows = records[1:] if titled else records
    if len(names) < 2:
        raise CellsError([BadCell(row=1, column=1, says="one column only; an input and a target are needed")])
    if not rows:
        raise CellsError([BadCell(row=records[-1][0] + 1, column=0, says="no row follows the header")])
    bad = [_length(row, len(cells), len(names)) for row, cells in rows if len(cells) != len(names)]
    if bad:
        raise CellsError(bad)
    return Table(names=names, rows=rows)


def _records(text: str, bounds: Bounds) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, with their numbers."""
    text = text.removeprefix("\ufeff")
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True, skipinitialspace=True)
    found, row = [], 0
    try:
        for row, cells in enumerate(reader, 1):
            if len(cells) > bounds.columns:
                raise TooLargeError(f"row {row} has {len(cells)} columns; this service allows {bounds.columns}")
            if any(cell.strip() for cell in cells):
                found.append((row, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise CellsError([BadCell(row=row + 1, column=0, says=f"cannot be split into cells: {error}")]) from None
    if len(found) > bounds.rows + 1:
        raise TooLargeError(f"the file has {len(found)} rows; this service allows {bounds.rows} and a header")
    return found


def _separator(text: str) -> str:
    """Comma, semicolon or tab: the one the first line has most of."""
    line = text.lstrip().partition("\n")[0]
    return max(SEPARATORS, key=line.count)


def _names(row: int, cells: list[str]) -> tuple[str, ...]:
    """The names of the columns; one without a name is called by its number."""
    names: dict[str, int] = {}
    bad = []
    for column, cell in enumerate(cells, 1):
        name = cell or str(column)
        if len(name) > LONGEST_NAME:
            bad.append(BadCell(row=row, column=column, says=f"a name of {len(name)} characters; {LONGEST_NAME} fit"))
        elif name in names:
            says = f"a second column called {name!r}, as column {names[name]} is"
            bad.append(BadCell(row=row, column=column, says=says))
        names.setdefault(name, column)
    if bad:
        raise CellsError(bad)
    return tuple(names)


def _length(row: int, cells: int, columns: int) -> BadCell:
    return BadCell(row=row, column=min(cells, columns) + 1, says=f"the row has {cells} cells; {columns} are needed")


def _inputs(table: Table, choice: Choice, target: int) -> list[int]:
    if choice.inputs is None:
        return [k for k in range(len(table.names)) if k != target]
    inputs = [table.column(name, "inputs") for name in choice.inputs]
    if not inputs or len(set(inputs)) < len(inputs) or target in inputs:
        raise ColumnError("the inputs must be one column or more, each once, and not the target", "inputs")
    return inputs


def number(cell: str) -> float | None:
    """The finite number a cell holds, if it holds one: digits, a sign, a decimal point, an exponent."""
    try:
        found = float(cell) if cell.isascii() and "_" not in cell else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _numbers(table: Table, columns: Sequence[int], bad: list[BadCell]) -> np.ndarray:
    """(rows, columns); what is no number is noted in `bad`."""
    found = [[number(cells[k]) for k in columns] for _, cells in table.rows]
    for (row, cells), values in zip(table.rows, found, strict=True):
        bad.extend(_bad(row, k, table, cells[k]) for k, value in zip(columns, values, strict=True) if value is None)
    return np.array(found, np.float64) if not bad else np.zeros((0, len(columns)))


def _bad(row: int, column: int, table: Table, cell: str) -> BadCell:
    what = f"{cell[:32]!r} is not a finite number" if cell else "empty"
    return BadCell(row=row, column=column + 1, says=f"{what} (in {table.names[column][:32]!r})")


def _classes(table: Table, column: int, bad: list[BadCell]) -> list[str]:
    """Each row's class; a cell without one is noted in `bad`, and so is the class that is one too many."""
    known: set[str] = set()
    for row, cells in table.rows:
        if not 1 <= len(cells[column]) <= LONGEST_NAME:
            says = "empty, where a class is needed" if not cells[column] else f"longer than {LONGEST_NAME} characters"
            bad.append(BadCell(row=row, column=column + 1, says=says))
        elif cells[column] not in known and len(known) == MOST_CLASSES:
            bad.append(BadCell(row=row, column=column + 1, says=f"more than {MOST_CLASSES} classes"))
            break
        known.add(cells[column])
    return [cells[column] for _, cells in table.rows]


def _labelled(x: np.ndarray, answers: list[str]) -> Dataset:
    """Classes in the order of their numbers where they are numbers, else of their names."""
    names = set(answers)
    if len(names) == 1:
        raise ColumnError(f"every row is of the class {answers[0]!r}; there must be two or more", "target")
    sizes = {name: number(name) for name in names}
    order = sorted(names) if None in sizes.values() else sorted(names, key=lambda name: (sizes[name], name))
    places = {name: place for place, name in enumerate(order)}
    return Dataset(x=x, labels=np.array([places[a] for a in answers], np.int64), classes=tuple(order))
