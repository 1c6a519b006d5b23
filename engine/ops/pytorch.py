"""What PyTorch calls each operation: one line of code per row of the op table.

A line is made from the operands' names, the options and the operands' shapes. `F` is `torch.nn.functional`. PyTorch is
no dependency: these are texts, which exports print and the reference values of the tests are computed with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from engine.notation import ATOM, Text, exact, wrap
from engine.op import Op
from engine.tape import Shape

Options = Mapping[str, Any]
Line = Callable[[Sequence[str], Options, Sequence[Shape]], str]


def pytorch_line(row: Op, names: Sequence[Text], options: Options, shapes: Sequence[Shape]) -> str:
    """The operation as an expression in PyTorch. Options left out have the row's defaults."""
    return PYTORCH[row.name]([wrap(n, ATOM) for n in names], {**dict(row.options), **options}, shapes)


def _text(template: str) -> Line:
    return lambda names, options, shapes: template.format(*names, **options)


def _keywords(options: Options, **usual: Any) -> str:
    """The options as keywords, without those that stand at what PyTorch takes anyway."""
    return "".join(f", {k}={options[k]!r}" for k, value in usual.items() if options[k] != value)


def _axes(options: Options, shape: Shape) -> str:
    """The axes of a reduction as keywords; nothing where all go and none is kept."""
    axis, keep = options["axis"], options["keepdims"]
    if axis is None and not keep:
        return ""
    return f"dim={tuple(range(len(shape))) if axis is None else axis}" + (", keepdim=True" if keep else "")


def _reduced(method: str, *, needs_axes: bool = False) -> Line:
    def line(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
        axes = _axes(options, shapes[0]) or (f"dim={tuple(range(len(shapes[0])))}" if needs_axes else "")
        more = f"correction={options['correction']}" if "correction" in options else ""
        return f"{names[0]}.{method}({', '.join(filter(None, (axes, more)))})"

    return line


def _index(axis: int, rank: int, place: str) -> str:
    return ":, " * (axis % rank) + place


def _slice(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
    start, stop, step = (options[k] for k in ("start", "stop", "step"))
    place = f"{start or ''}:{'' if stop is None else stop}{f':{step}' if step != 1 else ''}"
    return f"{names[0]}[{_index(options['axis'], len(shapes[0]), place)}]"


def _select(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
    return f"{names[0]}[{_index(options['axis'], len(shapes[0]), str(options['index']))}]"


def _transpose(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
    axes = tuple(options["axes"] or reversed(range(len(shapes[0]))))
    return f"{names[0]}.T" if axes == (1, 0) else f"{names[0]}.permute({axes})"


def _padded(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
    widths = tuple(n for pair in reversed(options["widths"]) for n in pair)  # the last axis first
    return f"F.pad({names[0]}, {widths})"


def _joined(function: str) -> Line:
    return lambda names, options, shapes: f"{function}([{', '.join(names)}], dim={options['axis']})"


def _einsum(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
    return f"torch.einsum({options['subscripts']!r}, {', '.join(names)})"


def _channel(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
    places = len(shapes[0]) - 2
    return f"{names[0]} + {names[1]}" + (f".reshape(-1{', 1' * places})" if places else "")


def _pool(function: str) -> Line:
    def line(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
        stride = "" if options["stride"] == options["kernel"] else f", stride={options['stride']!r}"
        return f"{function}({names[0]}, {options['kernel']!r}{stride}{_keywords(options, padding=0)})"

    return line


def _convolution(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
    return f"F.conv2d({names[0]}, {names[1]}{_keywords(options, stride=1, padding=0, dilation=1, groups=1)})"


def _loss(function: str, after: str = "", **usual: Any) -> Line:
    """A loss that PyTorch has: its mean is over every entry, as here; by sample is ours."""

    def line(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
        more = _keywords(options, **usual)
        if options["reduction"] == "mean":
            return f"{function}({names[0]}, {names[1]}{more}){after}"
        samples = f" / {shapes[0][0]}" if options["reduction"] == "batch" and shapes[0] else ""
        return f'{function}({names[0]}, {names[1]}{more}, reduction="sum"){samples}{after}'

    return line


def _total(entries: str) -> Line:
    """A loss that PyTorch has no name for, or another mean: the sum of its entries, divided."""

    def line(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
        shape = shapes[0]
        below = {"mean": prod(shape), "batch": shape[0] if shape else 1, "sum": 1}[options["reduction"]]
        return entries.format(*names) + (f" / {below}" if options["reduction"] != "sum" else "")

    return line


def _target(t: str, options: Options, shape: Shape) -> str:
    s = options.get("smoothing")
    return f"({exact(1 - s)} * {t} + {exact(s / shape[-1])})" if s else t


def _by_rows(terms: str) -> Line:
    """A loss of rows of classes: their sum, or the mean over the rows."""

    def line(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
        reduced = ".sum()" if options["reduction"] == "sum" else ".sum(-1).mean()"
        return f"-({terms.format(names[0], _target(names[1], options, shapes[1]))}){reduced}"

    return line


def _cross_entropy(names: Sequence[str], options: Options, shapes: Sequence[Shape]) -> str:
    """PyTorch has the classes on axis 1, so of more than two axes the first are made one."""
    z, t = (f"{n}.flatten(0, -2)" if len(shapes[0]) > 2 else n for n in names)
    smoothing = f", label_smoothing={options['smoothing']!r}" if options["smoothing"] else ""
    reduction = ', reduction="sum"' if options["reduction"] == "sum" else ""
    return f"F.cross_entropy({z}, {t}{smoothing}{reduction})"


CALLED = {
    **{name: f"torch.{name}" for name in ("exp", "log", "sin", "cos", "sqrt", "abs", "tanh", "sigmoid", "relu")},
    **{name: f"F.{name}" for name in ("selu", "gelu", "softplus", "silu")},
    "hard_tanh": "F.hardtanh",
}
PYTORCH: dict[str, Line] = {
    **{name: _text(f"{{0}} {sign} {{1}}") for name, sign in (("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/"))},
    "neg": _text("-{0}"),
    "pow": _text("{0}**{1}"),
    "square": _text("{0}**2"),
    **{name: _text(f"{function}({{0}})") for name, function in CALLED.items()},
    "maximum": _text("torch.maximum({0}, {1})"),
    "minimum": _text("torch.minimum({0}, {1})"),
    "detach": _text("{0}.detach()"),
    "clip": _text("{0}.clamp({low!r}, {high!r})"),
    "where": _text("torch.where({0} != 0, {1}, {2})"),
    "leaky_relu": _text("F.leaky_relu({0}, {slope!r})"),
    "elu": _text("F.elu({0}, alpha={alpha!r})"),
    "gelu_tanh": _text('F.gelu({0}, approximate="tanh")'),
    "softmax": _text("torch.softmax({0}, dim=-1)"),
    "log_softmax": _text("torch.log_softmax({0}, dim=-1)"),
    **dict.fromkeys(("matmul", "dot", "matvec", "vecmat", "bmm", "bmm_heads", "bmm_shared"), _text("{0} @ {1}")),
    "linear": _text("F.linear({0}, {1})"),
    "einsum": _einsum,
    "sum": _reduced("sum"),
    "mean": _reduced("mean"),
    "max": _reduced("amax"),
    "logsumexp": _reduced("logsumexp", needs_axes=True),
    "variance": _reduced("var", needs_axes=True),
    "reshape": _text("{0}.reshape({shape})"),
    "transpose": _transpose,
    "broadcast_to": _text("{0}.broadcast_to({shape})"),
    "slice": _slice,
    "select": _select,
    "pad": _padded,
    "concatenate": _joined("torch.cat"),
    "stack": _joined("torch.stack"),
    "embedding": _text("F.embedding({1}.long(), {0})"),
    "gather": _text("{0}.gather({axis}, {1}.long())"),
    "conv2d": _convolution,
    "add_channel": _channel,
    "max_pool2d": _pool("F.max_pool2d"),
    "avg_pool2d": _pool("F.avg_pool2d"),
    "batch_norm": _text("F.batch_norm({0}, None, None, {1}, {2}, training=True, eps={eps!r})"),
    "batch_norm_eval": _text("F.batch_norm({0}, {3}, {4}, {1}, {2}, eps={eps!r})"),
    "layer_norm": _text("F.layer_norm({0}, {1}.shape, {1}, {2}, eps={eps!r})"),
    "mse": _loss("F.mse_loss"),
    "half_mse": _loss("F.mse_loss", " / 2"),
    "mae": _loss("F.l1_loss"),
    "huber": _loss("F.huber_loss", delta=1.0),
    "bce": _loss("F.binary_cross_entropy"),
    "bce_logits": _loss("F.binary_cross_entropy_with_logits"),
    "hinge": _total("torch.relu(1 - {0} * {1}).sum()"),
    "kl": _total('F.kl_div({0}, {1}, reduction="sum")'),
    "nll": _by_rows("{1} * {0}"),
    "cross_entropy": _by_rows("{1} * torch.log({0})"),
    "softmax_cross_entropy": _cross_entropy,
}
