"""What PyTorch calls each operation. That the lines are right is held by the reference values, which they compute."""

import ast

import numpy as np
import pytest

from engine import OPS
from engine.notation import NEGATE, Text
from engine.ops.pytorch import PYTORCH, pytorch_line


def line(op, options=(), shapes=((4, 3), (4, 3), (3,))):
    row = OPS[op]
    names = "abcde"[: 2 if row.variadic else len(row.inputs)]
    return pytorch_line(row, list(map(Text, names)), dict(options), shapes)


def test_every_operation_has_its_line():
    assert PYTORCH.keys() == OPS.keys()


@pytest.mark.parametrize("row", OPS.values(), ids=OPS)
def test_every_line_is_an_expression_of_all_its_operands(row):
    names = [f"x{k}" for k in range(len(row.example))]
    text = pytorch_line(row, list(map(Text, names)), {}, [np.shape(x) for x in row.example])
    read = {n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name)}
    assert read - {"torch", "F"} == set(names)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (line("matmul"), "a @ b"),
        (line("conv2d", {"stride": 2}), "F.conv2d(a, b, stride=2)"),
        (line("softmax_cross_entropy"), "F.cross_entropy(a, b)"),
        (line("softmax_cross_entropy", shapes=((2, 4, 3),) * 2), "F.cross_entropy(a.flatten(0, -2), b.flatten(0, -2))"),
        (line("mse", {"reduction": "batch"}), 'F.mse_loss(a, b, reduction="sum") / 4'),
        (line("half_mse"), "F.mse_loss(a, b) / 2"),
        (line("sum", {"axis": 0, "keepdims": True}), "a.sum(dim=0, keepdim=True)"),
        (line("slice", {"axis": -1, "start": 1, "step": 2}), "a[:, 1::2]"),
        (line("add_channel", shapes=((2, 3, 5, 5), (3,))), "a + b.reshape(-1, 1, 1)"),
    ],
)
def test_lines_read_as_people_write_them(text, written):
    assert text == written


def test_a_negative_number_is_held_together():
    assert pytorch_line(OPS["pow"], [Text("-2", NEGATE), Text("x")], {}, ((), ())) == "(-2)**x"
