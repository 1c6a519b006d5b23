"""A table as it is read, before anybody chose of it: its columns, and its first rows."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.data.cells import Bounds, number, parse

FIRST = 6  # rows that are shown
LONGEST = 40  # characters of a cell that are shown


class Column(TypedDict):
    """A column: how many of its cells are numbers, how many are empty, and how many different ones there are."""

    name: str
    numbers: int
    empty: int
    different: int


class Row(TypedDict):
    """A row by its number in the file, with its cells, cut short where they are long."""

    row: int
    cells: list[str]


class TableAnswer(TypedDict):
    """The columns of a table, its first rows, and how many rows there are beside the header."""

    columns: list[Column]
    first: list[Row]
    samples: int


def looked_at(text: str, header: bool | None, bounds: Bounds) -> TableAnswer:
    """Raises what `parse` raises."""
    table = parse(text, header, bounds)
    cells = zip(*(cells for _, cells in table.rows), strict=True)
    return TableAnswer(
        columns=[_column(name, column) for name, column in zip(table.names, cells, strict=True)],
        first=[Row(row=row, cells=[cell[:LONGEST] for cell in cells]) for row, cells in table.rows[:FIRST]],
        samples=len(table.rows),
    )


def _column(name: str, cells: tuple[str, ...]) -> Column:
    numbers = sum(number(cell) is not None for cell in cells)
    return Column(name=name, numbers=numbers, empty=cells.count(""), different=len(set(cells)))
