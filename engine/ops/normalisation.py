"""Batch and layer normalisation. ε stands inside the root; the variance is divided by the count, not by one less."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from engine.op import Op, ShapeError, template, unbroadcast
from engine.ops import normalisation_text as text
from engine.ops.channels import AWKWARD, EPSILON, OTHERS, by_channel, channel_shape, flat, like, to_beta
from engine.tape import Array, Rule, Shape

SAVED = ("mean", "variance", "normalised")


# --- rules, on any axes: the ones normalised over are kept at size 1 ---


def normalise(x: Any, gamma: Any, beta: Any, axes: tuple[int, ...], eps: float) -> tuple[Any, Any, Any, Any]:
    count = prod(x.shape[a] for a in axes)
    mean = x.sum(axis=axes, keepdims=True) / count
    centred = x - mean
    variance = np.square(centred).sum(axis=axes, keepdims=True) / count
    normalised = centred / np.sqrt(variance + eps)
    return gamma * normalised + beta, mean, variance, normalised


def through(v: Any, variance: Any, normalised: Any, axes: tuple[int, ...], eps: float) -> Any:
    """The slope of x̂ times v: v without its mean and without its part along x̂; symmetric, so it serves both ways."""
    count = prod(normalised.shape[a] for a in axes)
    mean = v.sum(axis=axes, keepdims=True) / count
    along = (v * normalised).sum(axis=axes, keepdims=True) / count
    return (v - mean - normalised * along) / np.sqrt(variance + eps)


# --- batch normalisation: over samples and places, channel by channel ---


def _batch(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return normalise(x, gamma, beta, OTHERS, eps)


def _batch_to_x(
    g: Any, y: Any, mean: Any, variance: Any, normalised: Any, x: Any, gamma: Any, *rest: Any, eps: float
) -> Any:
    return through(g * gamma, variance, normalised, OTHERS, eps)


def _batch_to_gamma(g: Any, y: Any, mean: Any, variance: Any, normalised: Any, *xs: Any, eps: float) -> Any:
    return (g * normalised).sum(axis=OTHERS, keepdims=True)


def _batch_jvp(
    dxs: Sequence[Any], y: Array, mean: Array, variance: Array, normalised: Array, *xs: Array, eps: float
) -> Array:
    return _jvp([None if d is None else flat(np.asarray(d)) for d in dxs], flat(variance), flat(normalised),
                flat(xs[1]), OTHERS, eps).reshape(y.shape)  # fmt: skip


def _jvp(
    dxs: Sequence[Any], variance: Array, normalised: Array, gamma: Array, axes: tuple[int, ...], eps: float
) -> Array:
    dx, dgamma, dbeta = dxs
    moved = np.zeros(normalised.shape)
    if dx is not None:
        moved = moved + gamma * through(dx, variance, normalised, axes, eps)
    if dgamma is not None:
        moved = moved + dgamma * normalised
    return moved if dbeta is None else moved + dbeta


def _training_shape(x: Shape, gamma: Shape, beta: Shape, eps: float) -> Shape:
    shape = channel_shape("batch_norm")(x, gamma, beta, eps=eps)
    if prod(x) == x[1]:
        raise ShapeError(
            f"batch_norm: the input {x} has 1 number in each channel; a spread takes at least 2 (a larger batch)"
        )
    return shape


# --- layer normalisation: over the last axes, as many as gamma has ---


def _last(gamma: Any) -> tuple[int, ...]:
    return tuple(range(-gamma.ndim, 0))


def _layer_shape(x: Shape, gamma: Shape, beta: Shape, eps: float) -> Shape:
    if not gamma or gamma != beta:
        raise ShapeError(
            f"layer_norm: gamma has shape {gamma} and beta {beta}; they must be equal, with an axis or more"
        )
    if x[-len(gamma) :] != gamma:
        raise ShapeError(f"layer_norm: the last axes of the input {x} are normalised; gamma has shape {gamma}")
    return x


def _layer(x: Any, gamma: Any, beta: Any, eps: float) -> Any:
    return normalise(x, gamma, beta, _last(gamma), eps)


def _layer_to_x(
    g: Any, y: Any, mean: Any, variance: Any, normalised: Any, x: Any, gamma: Any, *rest: Any, eps: float
) -> Any:
    return through(g * gamma, variance, normalised, _last(gamma), eps)


def _layer_to_gamma(
    g: Any, y: Any, mean: Any, variance: Any, normalised: Any, x: Any, gamma: Any, *rest: Any, eps: float
) -> Any:
    return unbroadcast(g * normalised, gamma.shape)


def _layer_to_beta(
    g: Any, y: Any, mean: Any, variance: Any, normalised: Any, x: Any, gamma: Any, *rest: Any, eps: float
) -> Any:
    return unbroadcast(g, gamma.shape)


def _layer_jvp(
    dxs: Sequence[Any], y: Array, mean: Array, variance: Array, normalised: Array, *xs: Array, eps: float
) -> Array:
    return _jvp(dxs, variance, normalised, xs[1], _last(xs[1]), eps)


# --- rows ---


def _row(
    name: str, title: str, over: str, kernels: tuple[Rule, ...], lines: text.Lines, entries: text.Entries, **own: Any
) -> Op:
    """What the normalisations of a batch and of a layer share; `kernels` are forward and the three VJPs."""
    return Op(
        name=name,
        family="plain",
        title=title,
        inputs=("x", r"\gamma", r"\beta"),
        does=f"Shift and scale {{0}} to mean 0 and variance 1 over {over}, then scale it by {{1}} and add {{2}}",
        sends=(
            "takes from the gradient its mean and its part along the normalised numbers, and scales what is left",
            "adds up the gradient times the normalised numbers",
            "adds up the gradient",
        ),
        forward=kernels[0],
        saved=SAVED,
        vjps=kernels[1:],
        flops=lambda x, gamma, beta, eps: 9 * prod(x),
        latex=text.value,
        local=(text.slope, template(r"\hat{{x}}"), template("1")),
        numpy=lines.value,
        numpy_saved=(lines.statistic("mean"), lines.statistic("var"), lines.normalised),
        numpy_vjp=(lines.to_x, lines.to_gamma, lines.to_beta),
        options=EPSILON,
        entry=entries.value,
        entry_vjp=(entries.to_x, entries.to_gamma, entries.to_beta),
        **own,
    )


def _results(x: Shape, gamma: Shape, beta: Shape, eps: float) -> tuple[Shape, ...]:
    return x, gamma, gamma, x


ROWS = (
    _row(
        "batch_norm", "batch normalisation", "the batch, channel by channel",
        (
            by_channel(_results, _batch),
            by_channel(like(3), _batch_to_x),
            by_channel(like(4), _batch_to_gamma),
            by_channel(like(5), to_beta),
        ),
        text.BATCH, text.BATCH_ENTRIES,
        symbol="BN",
        jvp=_batch_jvp,
        shape=_training_shape,
        example=(AWKWARD, [2.0, -0.5], [0.0, 1.0]),
        doc="Batch normalisation as in training, over all axes but the channels' (axis 1), for (N, C), (N, C, L) and "
        "(N, C, H, W). The variance is Σ(x − μ)²/m, divided by the count m; ε stands inside the root. A channel "
        "without spread becomes β.",
    ),
    _row(
        "layer_norm", "layer normalisation", "each sample's own numbers",
        (_layer, _layer_to_x, _layer_to_gamma, _layer_to_beta),
        text.LAYER, text.LAYER_ENTRIES,
        symbol="LN",
        jvp=_layer_jvp,
        shape=_layer_shape,
        example=([[1.0, 2.0, 4.0], [5.0, 5.0, 5.0]], [2.0, -0.5, 1.0], [0.0, 1.0, 0.5]),
        doc="Layer normalisation over the last axes, as many as γ has. The variance is Σ(x − μ)²/m, divided by the "
        "count m; ε stands inside the root.",
    ),
)  # fmt: skip
