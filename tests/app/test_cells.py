"""Reading CSV: each is a data set, or is refused with the cells that are in the way."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.cells import Bounds, Choice, read
from app.errors import CellsError, ColumnError

BOUNDS = Bounds(rows=1_000, columns=50)
FLOWERS = "width,length,kind\n1.5,4.2,leaf\n0.3,2.0,needle\n1.1,3.9,leaf\n"


def table(text, **choice):
    return read(text, Choice(**choice), BOUNDS)


def test_a_table_with_names_is_read_by_them():
    found = table(FLOWERS)
    assert (found.inputs, found.target, found.kind) == (("width", "length"), "kind", "class")
    assert found.dataset.x.tolist() == [[1.5, 4.2], [0.3, 2.0], [1.1, 3.9]]
    assert found.dataset.classes == ("leaf", "needle")
    assert found.dataset.labels.tolist() == [0, 1, 0]


def test_the_columns_asked_for_are_used():
    found = table(FLOWERS, inputs=["length"], target="width")
    assert (found.inputs, found.target, found.kind) == (("length",), "width", "number")
    assert found.dataset.values.tolist() == [[1.5], [0.3], [1.1]]
    found = table(FLOWERS, inputs=["length"], target="width", kind="class")
    assert found.dataset.classes == ("0.3", "1.1", "1.5")


def test_columns_without_names_are_called_by_their_numbers():
    found = table("1,2,3\n4,5,6\n", target="2")
    assert (found.inputs, found.target) == (("1", "3"), "2")
    assert found.dataset.x.tolist() == [[1, 3], [4, 6]]


def test_a_first_row_is_what_it_is_said_to_be():
    assert table("1,2\n3,4\n", header=True).inputs == ("1",)
    assert table("1,2\n3,4\n", header=False).dataset.x.tolist() == [[1], [3]]
    with pytest.raises(CellsError, match="row 1, column 1: 'a' is not a finite number"):
        table("a,b\n3,4\n", header=False)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_tables_as_spreadsheets_write_them(separator, end, start):
    rows = [["a", "b"], [" 1 ", "2e0"], [], ["-3", "+.5"]]
    found = table(start + end.join(separator.join(row) for row in rows) + end)
    assert (found.inputs, found.target) == (("a",), "b")
    assert found.dataset.x.tolist() == [[1], [-3]]
    assert found.dataset.values.tolist() == [[2], [0.5]]


def test_quotes_hold_separators_and_line_ends():
    found = table('a,b\n1,"x, y"\n2,"two\nlines"\n')
    assert found.dataset.classes == ("two\nlines", "x, y")


def test_classes_that_are_numbers_stand_in_the_order_of_numbers():
    assert table("1,10\n1,9\n1,2\n", kind="class").dataset.classes == ("2", "9", "10")


BAD = {
    "word for a number": ("a,b\n1,2\nx,3\n", {}, [(3, 1, "'x' is not a finite number (in 'a')")]),
    "several": (
        "a,b\nx,2\n1,\ny,z\n",
        {"kind": "number"},
        [(2, 1, "'x'"), (3, 2, "empty"), (4, 1, "'y'"), (4, 2, "'z'")],
    ),
    "decimal comma": ("a;b\n1,5;2\n", {}, [(2, 1, "'1,5' is not")]),
    "not a number": ("a,b\nnan,1\ninf,1\n1e999,1\n1_0,1\n", {}, [(2, 1, "'nan'"), (3, 1, ""), (4, 1, ""), (5, 1, "")]),
    "digits of another script": ("a,b\n１,1\n", {}, [(2, 1, "'１'")]),
    "short row": ("a,b,c\n1,2,3\n1,2\n", {}, [(3, 3, "the row has 2 cells; 3 are needed")]),
    "long row": ("a,b\n1,2\n1,2,3\n", {}, [(3, 3, "the row has 3 cells; 2 are needed")]),
    "blank lines counted": ("a,b\n\n\n1,x\n2,\n", {}, [(5, 2, "empty, where a class is needed")]),
    "class among numbers": ("a,b\n1,1\n1,red\n", {}, [(3, 2, "'red'")]),
    "name twice": ("a,b,a\n1,2,3\n", {}, [(1, 3, "a second column called 'a', as column 1 is")]),
    "long name": ("a,{}\n1,2\n".format("b" * 65), {}, [(1, 2, "a name of 65 characters")]),
    "long class": ("a,b\n1,{}\n".format("c" * 65), {}, [(2, 2, "longer than 64")]),
    "nothing": ("", {}, [(1, 0, "the file is empty")]),
    "blanks": (" \n\t\n", {}, [(1, 0, "the file is empty")]),
    "names alone": ("a,b\n", {}, [(2, 0, "no row follows the header")]),
    "one column": ("a\n1\n", {}, [(1, 1, "one column only")]),
    "open quotes": ('a,b\n1,"2\n', {}, [(2, 0, "cannot be split into cells")]),
    "too many classes": ("a,b\n" + "".join(f"1,c{k}\n" for k in range(102)), {}, [(102, 2, "more than 100 classes")]),
}


@pytest.mark.parametrize("case", BAD)
def test_every_bad_cell_is_named_by_row_column_and_what_is_wrong(case):
    text, choice, cells = BAD[case]
    with pytest.raises(CellsError) as error:
        table(text, **choice)
    assert [(c.row, c.column) for c in error.value.cells] == [(row, column) for row, column, _ in cells]
    assert all(says in c.says for c, (_, _, says) in zip(error.value.cells, cells, strict=True))


COLUMNS = {
    "no such target": ({"target": "colour"}, "target", "no column 'colour'; there are width, length, kind"),
    "no such input": ({"inputs": ["colour"]}, "inputs", "no column 'colour'"),
    "no inputs": ({"inputs": []}, "inputs", "one column or more"),
    "one twice": ({"inputs": ["width", "width"]}, "inputs", "each once"),
    "the target too": ({"inputs": ["width"], "target": "width"}, "inputs", "not the target"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_columns_that_cannot_be_are_refused_by_name(case):
    choice, field, said = COLUMNS[case]
    with pytest.raises(ColumnError, match=said) as error:
        table(FLOWERS, **choice)
    assert error.value.field == field


def test_one_class_is_nothing_to_learn():
    with pytest.raises(ColumnError, match="every row is of the class 'red'"):
        table("a,b\n1,red\n2,red\n")


AWKWARD = st.text(alphabet="01.e-+xnaif_,;\t\"\n\r \ufeff'ä\x00", max_size=60)


@given(
    AWKWARD | st.text(max_size=200), st.sampled_from([None, True, False]), st.sampled_from([None, "class", "number"])
)
def test_any_text_is_a_data_set_or_has_cells_to_name(text, header, kind):
    found = outcome(text, header=header, kind=kind)
    if isinstance(found, CellsError):
        assert found.cells
        assert all(c.row >= 1 and c.column >= 0 and c.says for c in found.cells)
    elif isinstance(found, ColumnError):
        assert "every row is of the class" in str(found)
    else:
        assert np.isfinite(found.dataset.x).all()
        assert np.isfinite(found.dataset.targets()).all()
        assert len(found.dataset.x) == len(found.dataset.targets()) >= 1


def outcome(text, **choice):
    try:
        return table(text, **choice)
    except (CellsError, ColumnError) as error:
        return error


NUMBER = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def tables(draw):
    columns = draw(st.integers(2, 5))
    return draw(st.lists(st.lists(NUMBER, min_size=columns, max_size=columns), min_size=1, max_size=8))


def written(rows, **style):
    file = io.StringIO(newline="")
    csv.writer(file, **style).writerows(rows)
    return file.getvalue()


@given(tables(), st.sampled_from(",;\t"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_numbers_come_out_as_they_went_in(rows, separator, quoting):
    found = table(written(rows, delimiter=separator, quoting=quoting))
    assert np.hstack([found.dataset.x, found.dataset.values]).tolist() == rows


@given(tables(), st.data())
def test_one_planted_word_is_found_in_its_own_cell(rows, data):
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[0]) - 1))
    rows[row][column] = "planted"
    with pytest.raises(CellsError) as error:
        table(written(rows), header=False, kind="number")
    assert [(c.row, c.column) for c in error.value.cells] == [(row + 1, column + 1)]
