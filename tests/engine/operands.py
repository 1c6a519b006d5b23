"""What every op is tried on: shapes, options, and operands drawn from its domain, away from kinks."""

from itertools import product

import numpy as np

from tests.engine import windowed

POSITIVE = {
    **windowed.POSITIVE,
    **dict.fromkeys(("log", "pow", "sqrt"), (0,)),
    **dict.fromkeys(("softmax_cross_entropy", "nll", "kl"), (1,)),
    "cross_entropy": (0, 1),
}
SHAPES = {  # what an op of so many operands, or of this name, is tried on
    **windowed.SHAPES,
    1: [((),), ((3,),), ((2, 3),)],
    2: [((), ()), ((2, 3), (3,)), ((2, 1), (2, 3)), ((3,), (2, 1))],
    3: [((), (), ()), ((2, 1), (3,), (2, 3)), ((3,), (), (2, 1))],
    "matmul": [((2, 3), (3, 4)), ((1, 2), (2, 1)), ((3, 3), (3, 3))],
    "linear": [((2, 3), (4, 3)), ((1, 2), (1, 2)), ((3, 3), (3, 3))],
    "dot": [((3,), (3,)), ((1,), (1,))],
    "matvec": [((2, 3), (3,)), ((1, 1), (1,))],
    "vecmat": [((2,), (2, 3)), ((1,), (1, 1))],
    "bmm": [((2, 2, 3), (2, 3, 2)), ((1, 1, 2), (1, 2, 1))],
    "bmm_heads": [((2, 2, 1, 3), (2, 2, 3, 2)), ((1, 2, 2, 2), (1, 2, 2, 2))],
    "bmm_shared": [((2, 2, 3), (3, 2)), ((1, 1, 2), (2, 1))],
    "sum": [((2, 3),), ((2, 2, 2),)],
    "softmax": [((3,),), ((2, 3),), ((2, 2, 3),)],
    "mse": [((), ()), ((3,), (3,)), ((2, 3), (2, 3))],
    "cross_entropy": [((3,), (3,)), ((2, 3), (2, 3)), ((2, 2, 3), (2, 2, 3))],
}
LIKE = {
    "sum": ("mean", "max", "logsumexp", "variance"),
    "softmax": ("log_softmax",),
    "mse": ("half_mse", "mae", "huber", "bce", "bce_logits", "hinge", "kl"),
    "cross_entropy": ("softmax_cross_entropy", "nll"),
}
SHAPES |= {name: SHAPES[model] for model, names in LIKE.items() for name in names}
SMALL = {  # where sums are written out to the last term
    **windowed.SMALL,
    "matmul": [((2, 3), (3, 2))],
    "linear": [((2, 3), (2, 3))],
    "sum": [((2, 2),)],
    "softmax": [((2, 3),), ((4,),)],
    "mse": [((), ()), ((2, 2), (2, 2)), ((3,), (3,))],
    "cross_entropy": [((2, 2), (2, 2)), ((3,), (3,))],
}
SMALL |= {name: SMALL[model] for model, names in LIKE.items() for name in names}
CHOICES = {
    **windowed.CHOICES,
    "reduction": ("mean", "batch", "sum"),
    "axis": (None, 0, -1, (0, -1)),
    "keepdims": (False, True),
    "slope": (0.01, 0.3),
    "alpha": (1.0, 0.7),
    "low": (0.0, -0.9),
    "high": (1.0, 1.7),
    "delta": (1.0, 0.3),
    "smoothing": (0.0, 0.1),
    "correction": (0, 1),
}
TOGETHER = {  # (shapes, options) where the options depend on the shapes
    "reshape": [(((2, 3),), {"shape": (3, 2)}), (((2, 2, 2),), {"shape": (2, -1)}), (((),), {"shape": (1, 1)})],
    "transpose": [(((2, 3),), {"axes": None}), (((2, 3, 2),), {"axes": (1, 2, 0)}), (((2, 3),), {"axes": (-1, 0)})],
    "slice": [
        (((4,),), {"axis": 0, "start": 1, "stop": 3, "step": 1}),
        (((2, 5),), {"axis": 1, "start": 0, "stop": None, "step": 2}),
        (((2, 3, 2),), {"axis": -2, "start": -2, "stop": None, "step": 1}),
        (((2, 3),), {"axis": -1, "start": 0, "stop": -1, "step": 1}),
    ],
    "select": [
        (((2, 3),), {"axis": 0, "index": 1}),
        (((2, 4, 3),), {"axis": 1, "index": 1}),
        (((2, 3),), {"axis": -1, "index": 0}),
        (((2, 2, 3),), {"axis": -2, "index": -1}),
    ],
    "broadcast_to": [
        (((3,),), {"shape": (2, 3)}),
        (((2, 1),), {"shape": (2, 3)}),
        (((),), {"shape": (2, 2)}),
        (((1, 2, 1),), {"shape": (2, 1, 2, 2)}),
    ],
    "pad": [
        (((3,),), {"widths": ((1, 2),)}),
        (((2, 2),), {"widths": ((0, 1), (1, 0))}),
        (((1, 2, 1),), {"widths": ((1, 0), (0, 0), (0, 1))}),
    ],
    "concatenate": [
        (((2,), (3,)), {"axis": 0}),
        (((2, 1), (2, 3), (2, 2)), {"axis": 1}),
        (((1, 2, 2), (1, 1, 2)), {"axis": -2}),
        (((2, 2),), {"axis": 0}),
    ],
    "stack": [(((), ()), {"axis": 0}), (((2, 3), (2, 3), (2, 3)), {"axis": -1}), (((2, 2), (2, 2)), {"axis": 1})],
    "embedding": [(((3, 2), (4,)), {}), (((2, 3), (2, 2)), {}), (((4, 1), ()), {})],
    "gather": [
        (((2, 3), (2, 4)), {"axis": -1}),
        (((3, 2), (2, 2)), {"axis": 0}),
        (((2, 3, 2), (2, 2, 2)), {"axis": 1}),
    ],
    "einsum": [
        (((2, 3), (4, 3)), {"subscripts": "ij,kj->ik"}),
        (((2, 3),), {"subscripts": "ij->j"}),
        (((3, 3),), {"subscripts": "ii->"}),
        (((3, 3), (3, 2)), {"subscripts": "ii,ij->ij"}),
        (((2, 3), (3, 2), (2,)), {"subscripts": "ij,jk,k->i"}),
        (((2, 2, 3), (2, 3)), {"subscripts": "bij,kj->bki"}),
        (((2, 2, 2, 1), (2, 3, 2, 1)), {"subscripts": "bqhd,bkhd->bhqk"}),
        (((2,), (3,)), {"subscripts": "i,j->ij"}),
        (((2, 2), (3,)), {"subscripts": "ij,k->i"}),
    ],
}


def settings(op):
    """Every combination of the options the op takes."""
    if op.name in TOGETHER:
        return [{}]
    names = list(dict(op.options))
    return [dict(zip(names, chosen, strict=True)) for chosen in product(*(CHOICES[name] for name in names))]


def example(op):
    return [np.asarray(x, np.float64) for x in op.example]


def examples(op):
    """The row's example under every combination of options."""
    return [(example(op), dict(op.options) | options) for options in settings(op)]


def draw(op, shapes, rng):
    """Operands of these shapes, in the op's domain and away from zeros and kinks."""
    if op.name in DOMAINS:
        return DOMAINS[op.name](shapes, rng)
    size = [rng.uniform(0.2, 2.0, shape) for shape in shapes]
    sign = [rng.choice([-1.0, 1.0], shape) for shape in shapes]
    return [x if k in POSITIVE.get(op.name, ()) else x * s for k, (x, s) in enumerate(zip(size, sign, strict=True))]


def probabilities(shapes, rng):
    return [rng.uniform(0.05, 0.95, shape) for shape in shapes]


def signed_targets(shapes, rng):
    return [rng.uniform(-2.0, 2.0, shapes[0]), rng.choice([-1.0, 1.0], shapes[1])]


def a_choice(shapes, rng):
    return [rng.choice([0.0, 1.0, -2.0], shapes[0]), *(rng.uniform(-2.0, 2.0, shape) for shape in shapes[1:])]


def rows_of_a_table(shapes, rng):
    return [rng.uniform(-2.0, 2.0, shapes[0]), rng.integers(0, shapes[0][0], shapes[1]).astype(float)]


def places_along_an_axis(shapes, rng):
    """Whole numbers below the smallest size, so that they fit along any axis."""
    return [rng.uniform(-2.0, 2.0, shapes[0]), rng.integers(0, min(shapes[0]), shapes[1]).astype(float)]


DOMAINS = {
    "bce": probabilities,
    "hinge": signed_targets,
    "where": a_choice,
    "embedding": rows_of_a_table,
    "gather": places_along_an_axis,
}


def cases(op, rng, shapes=SHAPES):
    """(operands, options): the row's example and random operands, under every combination of options."""
    if op.name in TOGETHER:
        return [(example(op), dict(op.options)), *((draw(op, s, rng), options) for s, options in TOGETHER[op.name])]
    tried = shapes.get(op.name) or SHAPES.get(op.name) or SHAPES[len(op.inputs)]
    given = [*([example(op)] if shapes is SHAPES else []), *(draw(op, s, rng) for s in tried)]
    return [(xs, options) for xs in given for options in settings(op)]
