"""What may stand in an op's options."""

import pytest

from engine import OPS
from engine.expression import FUNCTIONS
from engine.options import ALLOWED, allowed, check_options


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_option_of_a_function_has_a_rule_that_its_default_passes(name):
    row = OPS[name]
    assert set(dict(row.options)) <= set(ALLOWED)
    assert all(allowed(row, option, value) for option, value in row.options)


@pytest.mark.parametrize(
    ("op", "option", "values"),
    [
        ("sum", "axis", (True, 1.0, "0", (), (0, None), [0], (0,) * 9)),
        ("slice", "axis", (None, (0, 1))),
        ("reshape", "shape", (3, (0,), (-2,), (10**7,), [2], (1,) * 9)),
        ("pad", "widths", (1, ((1,),), ((-1, 0),), ((1, 2, 3),))),
        ("slice", "step", (0, -1, None)),
        ("einsum", "subscripts", (1, "i" * 101)),
        ("clip", "low", (float("nan"), float("inf"), 10**400, True, None)),
        ("huber", "delta", (0, -1)),
        ("cross_entropy", "smoothing", (-0.1, 1.1)),
        ("mse", "reduction", ("none", None)),
    ],
)
def test_what_cannot_stand_there_is_refused(op, option, values):
    assert [v for v in values if allowed(OPS[op], option, v)] == []


def test_an_option_the_op_does_not_have_is_named():
    with pytest.raises(ValueError, match="huber has no option 'alpha'; it has reduction, delta"):
        check_options(OPS["huber"], {"alpha": 1})
