"""The layers that are compared with torch.nn's: 30 configurations of every type, drawn from one seed."""

import numpy as np

from engine import LAYERS, LayerSpec
from engine.build import Builder
from engine.layers import Context
from tests.reference import sequence_cases
from tests.reference.ops_cases import compact
from tests.reference.sequence_cases import COUNT, Case

SEED = 20_241_122
RESIDUAL = ("relu", "tanh", "sigmoid", "silu", "softplus", "gelu")


def _sizes(rng, low, high):
    return tuple(map(int, rng.integers(1, 5, rng.integers(low, high + 1))))


def _picture(rng, channels=None):
    return (*_sizes(rng, 1, 1), int(channels or rng.integers(1, 5)), *map(int, rng.integers(5, 10, 2)))


def _entries(**options):
    """Any input; options between the bounds given."""
    return lambda rng: (_sizes(rng, 2, 4), {name: float(rng.uniform(*bounds)) for name, bounds in options.items()})


def _dense(rng):
    return _sizes(rng, 2, 5), {"units": int(rng.integers(1, 6))}


def _conv2d(rng):
    groups = int(rng.choice([1, 1, 2, 3]))
    bounds = (("kernel", 1, 4), ("stride", 1, 4), ("padding", 0, 3), ("dilation", 1, 3))
    drawn = {name: int(rng.integers(low, high)) for name, low, high in bounds}
    filters, inputs = (groups * int(n) for n in rng.integers(1, 3, 2))
    return _picture(rng, inputs), drawn | {"filters": filters, "groups": groups}


def _pool(rng):
    kernel = int(rng.integers(2, 5))
    return _picture(rng), {"kernel": kernel, "stride": int(rng.integers(0, 4)), "padding": int(rng.integers(0, 2))}


def _batch_norm(rng):
    shape = (int(rng.integers(2, 6)), *_sizes(rng, 1, 1), *_sizes(rng, 0, 2))
    return shape, {"eps": float(rng.choice([1e-5, 1e-3, 0.1])), "momentum": float(rng.uniform(0, 1))}


def _layer_norm(rng):
    shape = tuple(n + 1 for n in _sizes(rng, 2, 4))
    return shape, {"axes": int(rng.integers(1, len(shape))), "eps": float(rng.choice([1e-5, 1e-3, 0.1]))}


def _residual(rng):
    return _sizes(rng, 2, 2), {"units": int(rng.integers(1, 6)), "activation": str(rng.choice(RESIDUAL))}


def _reshape(rng):
    sample = _sizes(rng, 1, 3)
    return (*_sizes(rng, 1, 1), *sample), {"shape": [list(sample[::-1]), [1, *sample]][rng.integers(0, 2)]}


DRAWN = {
    "dense": _dense,
    **dict.fromkeys(("relu", "selu", "gelu", "gelu_tanh", "softplus", "silu", "sigmoid", "tanh"), _entries()),
    **dict.fromkeys(("hard_tanh", "softmax", "log_softmax", "flatten"), _entries()),
    "leaky_relu": _entries(slope=(-0.5, 0.5)),
    "elu": _entries(alpha=(0.1, 2)),
    "dropout": _entries(p=(0, 0.9)),
    "reshape": _reshape,
    "conv2d": _conv2d,
    "max_pool2d": _pool,
    "avg_pool2d": _pool,
    **dict.fromkeys(("global_avg_pool", "global_max_pool"), lambda rng: (_picture(rng), {})),
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "residual": _residual,
    "positional_encoding": lambda rng: (_sizes(rng, 3, 3), {}),
}
OTHERWISE = ("batch_norm", "dropout")  # in evaluation they do something else
TYPES = (*DRAWN, *sequence_cases.TYPES)


def cases(type):
    """The configurations of a layer, each with its input, targets and parameters."""
    if type in sequence_cases.TYPES:
        return sequence_cases.cases(type)
    rng = np.random.default_rng([SEED, *type.encode()])
    return [case_of(type, rng, whole=k % 3 == 0) for k in range(COUNT)]


def case_of(type, rng, *, whole=False):
    """One configuration. With `whole`, the input has whole numbers: equal ones, some on the kinks of activations."""
    if type in sequence_cases.TYPES:
        return sequence_cases.case_of(type, rng)
    shape, options = DRAWN[type](rng)
    x = 2 * rng.standard_normal(shape)
    x = np.round(x) if whole else x
    out, parameters = _shapes(type, x, options)
    drawn = {name: rng.standard_normal(shape) for name, shape in parameters.items()}
    case = Case(type, 1, options, x, rng.standard_normal(out), drawn)
    if type == "batch_norm":
        case.kept = {"running_mean": rng.standard_normal(shape[1]), "running_var": rng.uniform(0.1, 3, shape[1])}
    return case


def _shapes(type, x, options):
    """Of the output and of every parameter."""
    builder, name = Builder(), f"{type}1"
    options = LAYERS[type].complete(LayerSpec(type=type, name=name, options=options))
    context = Context(builder=builder, name=name, options=options, rng=np.random.default_rng(0))
    out = LAYERS[type].add(context, builder.leaf("x", x, "input"))
    return out.shape, {n.label: n.shape for n in builder.nodes if n.role == "parameter"}


def packed(arrays):
    """What is kept of the arrays of one case: the output, the gradient of its input, those of its parameters, running
    statistics after the step, and the output in evaluation where it is another one.
    """
    return compact(arrays)
