"""Strategies for what a client may send: expressions, networks of every kind of layer, specs of the gallery bent in
one place, and bodies that are hardly JSON.
"""

import json
import math

from hypothesis import strategies as st

from app.data import SOURCES
from app.lessons import EXAMPLES
from engine import INITIALIZERS, LAYERS, LOSSES, OPS, OPTIMIZERS, SCHEDULES

DEEP = json.loads("[" * 20 + "0" + "]" * 20)
WHOLE = [0, 1, -1, 2, 3, 7, 64, 4_096, 4_097, 65_536, 2**31, 2**32, 2**63, 2**64, -(2**63) - 1, 10**400]
REAL = [0.0, -0.0, 0.5, 1e-9, 5e-324, 1e16, 1e300, 1.7e308, -1.7e308, math.nan, math.inf, -math.inf]
WORDS = ["", "1", "NaN", "x", "dense1", "é", "ｘ", "\x00", "\ud800", "<script>", "a" * 70]
LISTS = [[], [1], [[1, 2], [3]], [[]], [None], ["x"], [0] * 5_000, DEEP]
ODD = st.sampled_from(
    [*WHOLE, *REAL, *WORDS, *LISTS, True, False, None, {}, {"name": "sgd"}, {"norm": 1}, {"value": -1}]
)
NUMBERS = st.sampled_from([0, 1, -2, 3, 0.5, -0.25, 1e-3, 1e3, 1e-320, 1e200, -1e300, 2**70])
SMALL = st.integers(1, 4)


def often(usual, seldom=ODD):
    """Mostly the one, now and then the other."""
    return st.integers(0, 15).flatmap(lambda n: seldom if n == 15 else usual)


def some(fields):
    """Some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


TENSORS = st.one_of(
    NUMBERS,
    st.lists(NUMBERS, min_size=1, max_size=3),
    st.lists(st.lists(NUMBERS, min_size=2, max_size=2), min_size=1, max_size=3),
)
NAMES = st.sampled_from(["x", "w"])
CONSTANTS = st.sampled_from(
    ["0", "2", "0.5", "1e308", "1e-320", "9**9", "-3", "1e999", "None", "'a'", "λ", "ｘ", "0x10", "1_0", ""]
)
UNARY = [name for name, op in OPS.items() if len(op.inputs) == 1 and op.family == "elementwise"]
CALLS = often(st.sampled_from(UNARY), st.sampled_from(sorted(OPS)))
SIGNS = st.sampled_from(["+", "-", "*", "/", "**", "@", " * "])
ENDS = st.sampled_from(
    [
        "[0]",
        ".T",
        ".__class__",
        "(x)",
        "; x",
        " if x else w",
        "\nx = w",
        "\n",
        "=1",
        ")",
        "[",
        "[:, 0]",
        " and x",
        "!",
        "\\",
    ]
)


def grown(part):
    """Text of a part: mostly of operations that fit."""
    return often(
        st.one_of(
            st.tuples(part, SIGNS, part).map("({0[0]}{0[1]}{0[2]})".format),
            st.tuples(CALLS, part).map("{0[0]}({0[1]})".format),
            st.tuples(part, st.sampled_from([2, 30, 150, 600])).map(lambda p: f"{p[0]}+" * p[1] + "x"),
            st.tuples(part, st.sampled_from([1, 20, 63, 70])).map(lambda p: "(" * p[1] + p[0] + ")" * p[1]),
        ),
        st.one_of(
            st.tuples(CALLS, part, part).map("{0[0]}({0[1]}, {0[2]})".format),
            st.tuples(CALLS, part, NUMBERS).map("{0[0]}({0[1]}, axis={0[2]})".format),
            st.tuples(part, ENDS).map("".join),
        ),
    )


SOURCES_OF_TEXT = st.recursive(often(NAMES, CONSTANTS), grown, max_leaves=8)
SCHEDULE = st.sampled_from(sorted(SCHEDULES)).map(lambda name: {"name": name})
CLIP = st.sampled_from([{"norm": 1.0}, {"value": 0.1}, {"norm": 1e-12}])


def optimizer_of(name):
    own = dict.fromkeys(OPTIMIZERS[name].settings, often(st.sampled_from([0.5, 0, 1e-9, 1e9, True])))
    return st.fixed_dictionaries(
        {"name": often(st.just(name)), "learning_rate": often(st.sampled_from([0.1, 1e6, 1e-9]))},
        optional={"schedule": often(SCHEDULE), "clip": often(CLIP), "zero_grad": often(st.booleans())} | own,
    )


OPTIMIZER = st.sampled_from(sorted(OPTIMIZERS)).flatmap(optimizer_of)
BACKWARD = some(
    {
        "mode": often(st.sampled_from(["reverse", "forward", "difference", "rtrl"])),
        "sides": often(st.sampled_from(["central", "forward"])), "epsilon": often(st.sampled_from([1e-5, 1e-12])),
        "inputs": often(st.booleans()), "checkpoint": often(st.just(["dense1"])), "truncate": often(SMALL),
    }
)  # fmt: skip
BESIDE = {
    "optimizer": often(OPTIMIZER), "backward": often(BACKWARD), "seed": often(SMALL),
    "dtype": often(st.sampled_from(["float32", "float64"])), "freeze": often(st.just(["dense1"])),
    "stop": often(st.just({"patience": 2})),
}  # fmt: skip


@st.composite
def beside(draw):
    """At most two of the fields beside the model: with each of them, fewer specs can be built."""
    names = draw(
        st.sampled_from([(), ("optimizer",), ("backward",), *((a, b) for a in BESIDE for b in BESIDE if a < b)])
    )
    return {name: draw(BESIDE[name]) for name in names}


@st.composite
def expressions(draw):
    source = draw(SOURCES_OF_TEXT)
    if draw(st.integers(0, 7)) < 7:  # so that no name is without use, and the result is one number
        source = f"sum({source}) + 0*sum(x) + 0*sum(w)"
    values = {
        name: draw(often(TENSORS)) for name in draw(often(st.just(("x", "w")), st.sampled_from([(), ("x", "w", "λ")])))
    }
    return {"model": {"kind": "expression", "source": source, "values": values}} | draw(beside())


USUAL = {
    "integer": SMALL,
    "number": st.sampled_from([0.01, 0.5, 1.0]),
    "boolean": st.booleans(),
    "op": st.sampled_from(["tanh", "relu", "gelu"]),
    "initializer": st.sampled_from(sorted(INITIALIZERS)),
    "shape": st.lists(SMALL, max_size=3),
    "choice": st.sampled_from(["sine", "cubic", "step"]),
    "text": st.just("to be or not"),
}


def said_of(options):
    """What may be said of these options: all that must be, and some of the others."""
    ways = {o.name: often(USUAL[o.kind]) for o in options}
    needed = {o.name for o in options if o.default is None}
    return st.fixed_dictionaries(
        {n: way for n, way in ways.items() if n in needed},
        optional={n: way for n, way in ways.items() if n not in needed},
    )


def layer_of(type):
    return said_of(LAYERS[type].options).map(lambda said: {"type": type} | said)


LAYER = st.sampled_from(sorted(LAYERS)).flatmap(layer_of)
CHOSEN = some(
    {
        "batch": often(SMALL), "sample": often(st.integers(0, 3)), "shuffle": st.booleans(),
        "split": often(st.sampled_from([0.2, 0.9])), "standardize": st.booleans(), "seed": often(SMALL),
    }
)  # fmt: skip
NAMED = st.sampled_from(sorted(SOURCES)).flatmap(
    lambda name: said_of(SOURCES[name].options).map(lambda said: {"name": name} | said)
)


@st.composite
def arrays(draw):
    shape, samples = draw(st.sampled_from([(2,), (2,), (3, 2), (1, 4, 4), (40, 1), ()])), draw(SMALL)
    row = draw(NUMBERS)
    for size in reversed(shape):
        row = [row] * size
    y = [draw(st.sampled_from([0, 0, [1], 1, [0, 1], -1]))] * samples
    return {"arrays": {"x": [row] * samples, "y": draw(often(st.just(y)))}}


PLAIN = ("dense", "relu", "tanh", "gelu", "softplus", "selu", "batch_norm", "layer_norm", "dropout", "residual")
OVER_TIME = ("rnn", "lstm", "gru", "attention", "multi_head_attention", "positional_encoding", "layer_norm", "flatten")
PICTURES = ("conv2d", "max_pool2d", "avg_pool2d", "batch_norm", "relu", "global_avg_pool", "flatten")
FITTING = {"sequence": OVER_TIME, "picture": PICTURES}


@st.composite
def networks(draw):
    """Layers that fit the kind of data, mostly, and an end that fits what is asked of them, often."""
    data = draw(often(st.one_of(NAMED, NAMED, arrays())))
    named = isinstance(data, dict) and data.get("name") in SOURCES
    family = SOURCES[data["name"]].family if named else "points"
    square = family == "picture" and draw(st.booleans())
    data = data | {"flat": False} if square else data
    fitting = st.sampled_from(FITTING[family] if square or family == "sequence" else PLAIN)
    layers = draw(st.lists(often(fitting.flatmap(layer_of), often(LAYER)), min_size=1, max_size=3))
    ends = draw(st.sampled_from([(), ("dense",), ("flatten", "dense")]))
    classes = draw(st.sampled_from([1, 2, 3, 10]))
    layers += [{"type": end} | ({"units": classes} if end == "dense" else {}) for end in ends]
    usual = st.sampled_from(["mse", "softmax_cross_entropy"])
    loss = {"name": draw(often(usual, often(st.sampled_from(sorted(LOSSES)))))}
    if isinstance(data, dict) and draw(st.booleans()):
        data = data | draw(CHOSEN)
    return {"model": {"kind": "network", "layers": layers, "loss": loss}, "data": data} | draw(beside())


LARGE = ("-full", "digits", "cnn")  # these alone would take most of the time
GALLERY = [example.spec for id, example in sorted(EXAMPLES.items()) if not any(part in id for part in LARGE)]


@st.composite
def bent(draw):
    """A spec of the gallery, something in which is another thing."""
    spec = json.loads(json.dumps(draw(st.sampled_from(GALLERY))))
    place, last = {"spec": spec}, "spec"
    while isinstance(place[last], dict | list) and place[last] and draw(st.integers(0, 3)):
        place = place[last]
        last = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    place[last] = draw(ODD)
    return spec


def made(specs):
    """Beyond 8 MiB a server hangs up without reading on."""
    return specs.filter(lambda spec: len(str(spec)) < 4_000_000).map(lambda spec: json.dumps({"spec": spec}).encode())


@st.composite
def bodies(draw):
    """Bytes: deep, long, broken off, doubled, or no JSON at all."""
    whole = draw(
        st.one_of(made(bent()), st.sampled_from([b'{"example": "neuron"}', b"[]", b"null", b"1e999", b'"\\ud800"']))
    )
    opened = draw(st.sampled_from([b"", b"[", b'{"a":', b'{"spec":', b'["', b"\xff", b" ", b"-", b"9"])) * draw(
        st.sampled_from([1, 31, 40, 100_000])
    )
    return opened + whole[: draw(st.integers(0, len(whole)))]


KINDS = {"expressions": made(expressions()), "networks": made(networks()), "gallery": made(bent()), "bodies": bodies()}
BUILT = {"expressions": 0.05, "networks": 0.01, "gallery": 0.1, "bodies": 0.0}  # of each kind, at least
