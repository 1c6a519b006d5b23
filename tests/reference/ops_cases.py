"""The ops that are compared with PyTorch: 30 configurations each, drawn from a seed, and how results are kept."""

import numpy as np

COUNT, WHOLE, SUMS = 30, 6, 4


# --- shapes ---


def _shape(rng, low=0, high=3):
    return tuple(map(int, rng.integers(1, 5, rng.integers(low, high + 1))))


def _like(rng, shape):
    """A shape that broadcasts to `shape`: some sizes 1, some leading axes left out."""
    kept = shape[rng.integers(0, len(shape) + 1) :]
    return tuple(1 if rng.random() < 0.3 else n for n in kept)


def _one(**options):
    return lambda rng: ([_shape(rng)], {name: draw(rng) for name, draw in options.items()})


def _broadcast(count):
    def drawn(rng):
        shape = _shape(rng)
        shapes = [_like(rng, shape) for _ in range(count)]
        shapes[rng.integers(0, count)] = shape
        return shapes, {}

    return drawn


def _scores(rng):
    return [_shape(rng, 1)], {}


def _between(low, high):
    return lambda rng: float(rng.uniform(low, high))


def _axes(rng, rank):
    """None, one axis or several; negative ones too."""
    chosen = rng.permutation(rank)[: rng.integers(1, rank + 1)]
    several = tuple(int(a - rank if rng.random() < 0.5 else a) for a in chosen)
    return [None, several[0], several][rng.integers(0, 3)]


def _reduced(rng):
    shape = _shape(rng, 1)
    return [shape], {"axis": _axes(rng, len(shape)), "keepdims": bool(rng.random() < 0.5)}


def _variance(rng):
    (shape,), options = _reduced(rng)
    return [tuple(n + 1 for n in shape)], options | {"correction": int(rng.integers(0, 2))}


def _product(subscripts):
    def drawn(rng):
        sizes = {c: int(rng.integers(1, 9)) for c in subscripts}
        return [tuple(sizes[c] for c in term) for term in subscripts.split("->")[0].split(",")], {}

    return drawn


EINSUMS = (
    "ij,kj->ik",
    "ij->j",
    "ii->i",
    "ii,ij->ij",
    "ij,jk,k->i",
    "bij,kj->bki",
    "bqhd,bkhd->bhqk",
    "i,j->ij",
    "ij,k->i",
)


def _any_einsum(rng):
    """Up to three operands of up to three axes; letters come again within one (a diagonal) and among them."""
    terms = ["".join(rng.choice(list("ijkl"), rng.integers(1, 4))) for _ in range(rng.integers(1, 4))]
    letters = rng.permutation(sorted(set("".join(terms))))
    return f"{','.join(terms)}->{''.join(letters[: rng.integers(0, len(letters) + 1)])}"


def _einsum(rng):
    """One that models are made of, or any."""
    subscripts = EINSUMS[rng.integers(0, len(EINSUMS))] if rng.random() < 0.5 else _any_einsum(rng)
    return _product(subscripts)(rng)[0], {"subscripts": subscripts}


def _reshape(rng):
    shape = _shape(rng, 1)
    return [shape], {"shape": ((-1,), shape[::-1], (*shape, 1), (shape[0], -1))[rng.integers(0, 4)]}


def _transpose(rng):
    shape = _shape(rng, 1)
    axes = tuple(map(int, rng.permutation(len(shape))))
    return [shape], {"axes": axes if rng.random() < 0.8 else None}


def _slice(rng):
    shape = _shape(rng, 1)
    axis = int(rng.integers(-len(shape), len(shape)))
    start = int(rng.integers(0, shape[axis]))
    stop = None if rng.random() < 0.3 else int(rng.integers(start + 1, shape[axis] + 2))
    return [shape], {"axis": axis, "start": start, "stop": stop, "step": int(rng.integers(1, 3))}


def _select(rng):
    shape = _shape(rng, 1)
    axis = int(rng.integers(-len(shape), len(shape)))
    return [shape], {"axis": axis, "index": int(rng.integers(-shape[axis], shape[axis]))}


def _broadcast_to(rng):
    shape = _shape(rng)
    return [_like(rng, shape)], {"shape": shape}


def _pad(rng):
    shape = _shape(rng, 1)
    return [shape], {"widths": tuple(tuple(map(int, rng.integers(0, 3, 2))) for _ in shape)}


def _concatenate(rng):
    shape = _shape(rng, 1)
    axis = int(rng.integers(-len(shape), len(shape)))
    shapes = [list(shape) for _ in range(rng.integers(1, 4))]
    for other in shapes:
        other[axis] = int(rng.integers(1, 4))
    return list(map(tuple, shapes)), {"axis": axis}


def _stack(rng):
    shape = _shape(rng, 0, 2)
    return [shape] * int(rng.integers(1, 4)), {"axis": int(rng.integers(-len(shape) - 1, len(shape) + 1))}


def _embedding(rng):
    return [_shape(rng, 2, 2), _shape(rng, 0, 2)], {}


def _gather(rng):
    shape = _shape(rng, 1)
    axis = int(rng.integers(-len(shape), len(shape)))
    taken = list(shape)
    taken[axis] = int(rng.integers(1, 6))
    return [shape, tuple(taken)], {"axis": axis}


def _loss(low=0, **options):
    def drawn(rng):
        shape = _shape(rng, low)
        reduction = ("mean", "batch", "sum")[rng.integers(0, 3)]
        return [shape, shape], {"reduction": reduction, **{name: draw(rng) for name, draw in options.items()}}

    return drawn


DRAWN = {
    **dict.fromkeys(("neg", "square", "exp", "log", "sin", "cos", "sqrt", "abs", "detach"), _one()),
    **dict.fromkeys(("tanh", "sigmoid", "relu", "selu", "gelu", "gelu_tanh", "softplus", "silu", "hard_tanh"), _one()),
    **dict.fromkeys(("add", "sub", "mul", "div", "pow", "maximum", "minimum"), _broadcast(2)),
    "where": _broadcast(3),
    "clip": _one(low=_between(-2, 0), high=_between(0, 2)),
    "leaky_relu": _one(slope=_between(0, 0.5)),
    "elu": _one(alpha=_between(0.2, 2)),
    **dict.fromkeys(("softmax", "log_softmax"), _scores),
    **dict.fromkeys(("sum", "mean", "max", "logsumexp"), _reduced),
    "variance": _variance,
    "matmul": _product("ij,jk->ik"),
    "linear": _product("ij,kj->ik"),
    "dot": _product("i,i->"),
    "matvec": _product("ij,j->i"),
    "vecmat": _product("i,ij->j"),
    "bmm": _product("bij,bjk->bik"),
    "bmm_heads": _product("bhij,bhjk->bhik"),
    "bmm_shared": _product("bij,jk->bik"),
    "einsum": _einsum,
    "reshape": _reshape,
    "transpose": _transpose,
    "slice": _slice,
    "select": _select,
    "broadcast_to": _broadcast_to,
    "pad": _pad,
    "concatenate": _concatenate,
    "stack": _stack,
    "embedding": _embedding,
    "gather": _gather,
    **dict.fromkeys(("mse", "half_mse", "mae", "bce", "bce_logits", "hinge", "kl"), _loss()),
    "huber": _loss(delta=_between(0.2, 2)),
    "nll": _loss(1),
    **dict.fromkeys(("cross_entropy", "softmax_cross_entropy"), _loss(1, smoothing=_between(0, 0.3))),
}


# --- operands ---


def _shares(rng, shape):
    """Probabilities along the last axis."""
    found = rng.uniform(0.05, 1.0, shape)
    return found / found.sum(-1, keepdims=True) if shape else found


def _signs(rng, shape):
    return rng.choice([-1.0, 1.0], shape)


def _within(rng, shape):
    return rng.uniform(0.05, 0.95, shape)


def _positive(rng, shape):
    return rng.uniform(0.1, 3.0, shape)


def _rounded(rng, shape):
    """With ties."""
    return np.round(2 * rng.standard_normal(shape))


DOMAINS = {  # op -> operand -> how it is drawn, where it is not any number
    **{name: {0: _positive} for name in ("log", "sqrt", "pow")},
    **{name: {0: _within, 1: _shares} for name in ("cross_entropy", "bce")},
    **{name: {1: _shares} for name in ("softmax_cross_entropy", "nll", "kl", "bce_logits")},
    "hinge": {1: _signs},
    "where": {0: lambda rng, shape: rng.choice([0.0, 1.0, -2.0], shape)},
}
TIED = {name: {0: _rounded, 1: _rounded} for name in ("max", "maximum", "minimum")}


def configuration(name, rng, *, ties=False):
    """(operands, options); with `ties`, where the op has a rule for them, whole numbers that are often equal."""
    shapes, options = DRAWN[name](rng)
    return operands(name, shapes, options, rng, ties=ties), options


def operands(name, shapes, options, rng, *, ties=False):
    """Operands of these shapes, in the op's domain."""
    domains = TIED.get(name, {}) if ties else {}
    domains = domains or DOMAINS.get(name, {})
    xs = [domains[k](rng, s) if k in domains else 2 * rng.standard_normal(s) for k, s in enumerate(shapes)]
    if name in ("embedding", "gather"):
        size = shapes[0][options.get("axis", 0)]
        xs[1] = rng.integers(0, size, shapes[1]).astype(float)
    return [np.asarray(x, float) for x in xs]


def configurations(name):
    """(operands, options, generator for upstream) of every configuration of an op."""
    rng = np.random.default_rng([2, *name.encode()])
    for k in range(COUNT):
        yield *configuration(name, rng, ties=k % 2 == 0), rng


def compact(arrays):
    """Arrays of up to 6 numbers whole, larger ones as 4 weighted sums of all their numbers, one after another."""
    return np.concatenate([_kept(np.asarray(x, np.float64).reshape(-1)) for x in arrays])


def _kept(x):
    if x.size <= WHOLE:
        return x
    weights = np.random.default_rng(20_240_607).integers(0, 4, (SUMS, x.size)) - 1.5
    return weights @ x
