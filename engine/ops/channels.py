"""Operations that have numbers per channel (axis 1): the bias, and batch normalisation with given statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from engine.bind import bind
from engine.contraction import indexed
from engine.op import Index, Op, Pick, ShapeError, handed_on, series, template
from engine.ops import normalisation_text as text
from engine.tape import Array, Call, Kernel, Options, Rule, Scratch, Shape, trace

EPSILON: Options = (("eps", 1e-5),)


def flat(x: Array) -> Array:
    """(samples, channels, places); numbers per channel as (1, channels, 1). A view."""
    return x.reshape(1, -1, 1) if x.ndim == 1 else x.reshape(*x.shape[:2], -1)


def by_channel(shapes: Callable[..., tuple[Shape, ...]], rule: Rule) -> Kernel:
    """`rule` on the operands as (samples, channels, places)."""

    def write(ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, **options: Any) -> list[Call]:
        xs, ys = list(map(flat, ins)), list(map(flat, outs))
        return bind(trace(rule, tuple(x.shape for x in xs), tuple(options.items())), xs, ys, scratch)

    return Kernel(shapes, write)


OTHERS = (0, 2)  # all axes but the channels'


def like(slot: int) -> Callable[..., tuple[Shape, ...]]:
    """The shape of an operand after upstream, y and `slot` more."""
    return lambda *shapes, **options: (shapes[2 + slot],)


def channel_shape(name: str, names: Sequence[str] = ("gamma", "beta", "mean", "variance")) -> Callable[..., Shape]:
    def shape(x: Shape, *others: Shape, **options: float) -> Shape:
        if len(x) < 2:
            raise ShapeError(f"{name}: the input has shape {x}; it takes at least 2 axes (samples, channels, …)")
        for what, other in zip(names, others, strict=False):
            if other != x[1:2]:
                raise ShapeError(f"{name}: axis channels is {x[1]} in the input; {what} has shape {other}")
        return x

    return shape


def to_beta(g: Any, *rest: Any, **options: float) -> Any:
    return g.sum(axis=OTHERS, keepdims=True)


# --- the bias of a channel ---


def _bias_jvp(dxs: Sequence[Any], y: Array, x: Array, b: Array) -> Array:
    moved = [flat(np.asarray(dx)) for dx in dxs if dx is not None]
    return np.asarray(sum(moved) + np.zeros(flat(y).shape)).reshape(y.shape)


def _bias_entry(pick: Pick, at: Index) -> str:
    (channel,) = at
    shape = pick.shape(0)
    return series((shape[0], *shape[2:]), lambda n, *place: pick.g(n, channel, *place))


# --- batch normalisation in evaluation ---


def _evaluate(x: Any, gamma: Any, beta: Any, mean: Any, variance: Any, eps: float) -> Any:
    return gamma * ((x - mean) / np.sqrt(variance + eps)) + beta


def _evaluated_to_x(g: Any, y: Any, x: Any, gamma: Any, beta: Any, mean: Any, variance: Any, eps: float) -> Any:
    return g * (gamma / np.sqrt(variance + eps))


def _evaluated_to_gamma(g: Any, y: Any, x: Any, gamma: Any, beta: Any, mean: Any, variance: Any, eps: float) -> Any:
    return (g * ((x - mean) / np.sqrt(variance + eps))).sum(axis=OTHERS, keepdims=True)


def _evaluate_jvp(dxs: Sequence[Any], y: Array, *xs: Array, eps: float) -> Array:
    x, gamma, _, mean, variance = map(flat, xs)
    root = np.sqrt(variance + eps)
    slopes = (gamma / root, (x - mean) / root, 1.0)
    moved = [slope * flat(np.asarray(dx)) for slope, dx in zip(slopes, dxs[:3], strict=True) if dx is not None]
    return np.asarray(sum(moved) + np.zeros(x.shape)).reshape(y.shape)


AWKWARD = [[1e3, 2.0], [1e3, 4.0], [1e3, -1.5]]  # one channel without any spread

ROWS = (
    Op(
        name="add_channel",
        family="plain",
        symbol="+b",
        title="bias of a channel",
        inputs=("x", "b"),
        does="Add to every channel of {0} its number in {1}",
        sends=("hands the gradient on unchanged", "adds up the gradient over the samples and places of a channel"),
        forward=by_channel(lambda x, b: (x,), lambda x, b: x + b),
        vjps=(handed_on, by_channel(like(1), to_beta)),
        jvp=_bias_jvp,
        shape=channel_shape("add_channel", ("the bias",)),
        flops=lambda x, b: prod(x),
        latex=lambda names, options=(): rf"{indexed(names[0].text, 'ncij')} + {indexed(names[1].text, 'c')}",
        local=(template("1"), template(r"[c = c']")),
        numpy=lambda names, options=(): "{0} + {1}.reshape(-1, *[1] * ({0}.ndim - 2))".format(*(n.text for n in names)),
        numpy_vjp=(
            lambda names, options=(): names[0].text,
            lambda names, options=(): "{0}.sum((0, *range(2, {0}.ndim)))".format(names[0].text),
        ),
        entry=lambda pick, at: f"{pick.x(0, *at)} + {pick.x(1, at[1])}",
        entry_vjp=(lambda pick, at: pick.g(*at), _bias_entry),
        example=([[[[1.0, -2.0]], [[0.0, 3.0]]]], [10.0, -0.5]),
        doc="Adds one number per channel (axis 1), in every sample and place.",
    ),
    Op(
        name="batch_norm_eval",
        family="plain",
        symbol="BN",
        title="batch normalisation (evaluation)",
        inputs=("x", r"\gamma", r"\beta", r"\mu", r"\sigma^2"),
        does="Shift and scale {0} by the mean {3} and variance {4} kept from training, then by {1} and {2}",
        sends=(
            "scales the gradient by gamma over the root of the variance",
            "adds up the gradient times the normalised numbers",
            "adds up the gradient",
            "sends nothing to the mean",
            "sends nothing to the variance",
        ),
        forward=by_channel(lambda x, *others, eps: (x,), _evaluate),
        vjps=(
            by_channel(like(0), _evaluated_to_x),
            by_channel(like(1), _evaluated_to_gamma),
            by_channel(like(2), to_beta),
            None,
            None,
        ),
        jvp=_evaluate_jvp,
        shape=channel_shape("batch_norm_eval"),
        flops=lambda x, *others, eps: 4 * prod(x),
        latex=text.value,
        local=(
            lambda names, options: (
                rf"\frac{{{names[2].text}}}{{\sqrt{{{names[5].text} + {text.epsilon(dict(options)['eps'])}}}}}"
            ),
            template(r"\hat{{x}}"),
            template("1"),
            template("0"),
            template("0"),
        ),
        numpy=text.evaluated,
        numpy_vjp=(
            text.evaluated_to_x,
            text.evaluated_to_gamma,
            text.evaluated_to_beta,
            template("np.zeros_like({5})"),
            template("np.zeros_like({6})"),
        ),
        options=EPSILON,
        entry=text.evaluated_entry,
        entry_vjp=text.EVALUATED_ENTRIES,
        example=(AWKWARD, [2.0, -0.5], [0.0, 1.0], [900.0, 1.0], [1e-12, 4.0]),
        doc="Batch normalisation as in evaluation: mean and variance are given and get no gradient. ε stands inside "
        "the root.",
    ),
)
