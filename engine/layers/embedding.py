"""Layers that turn whole numbers into vectors, and places in a sequence too."""

from __future__ import annotations

import numpy as np

from engine.build import Ref
from engine.layers.layer import Context, Layer, Option
from engine.op import ShapeError
from engine.tape import Array

VOCABULARY = Option(
    name="vocabulary", kind="integer", doc="How many different numbers there are, from 0.", low=1, high=65_536
)
WIDTH = Option(name="units", kind="integer", doc="How long each vector is.", low=1, high=4_096)
TABLE = Option(
    name="initializer", kind="initializer", doc="How the first vectors are drawn.", default="uniform"
)  # the fans of a table say nothing: each sample sees one row


def embedding(context: Context, x: Ref) -> Ref:
    """One row of weight (vocabulary, units) for each number: the product with a one-hot vector, without the product."""
    vocabulary, units = context.options["vocabulary"], context.options["units"]
    _check_numbers(context, x, vocabulary)
    weight = context.parameter("weight", context.draw(vocabulary, units))
    return context.op("embedding", weight, x).named(f"{context.name}.e")


def _check_numbers(context: Context, x: Ref, vocabulary: int) -> None:
    """Raises `ShapeError` for a number without a row, in whichever batch it comes; only what is given can be looked at
    before it is computed.
    """
    given = context.builder.values.get(x.id)
    if given is None:
        raise ShapeError(
            f"{context.name}: an embedding takes the input itself, whole numbers; it cannot follow a layer"
        )
    given = given if context.samples is None else context.samples
    wrong = given[(given < 0) | (given >= vocabulary) | (given != np.floor(given))]
    if wrong.size:
        raise ShapeError(f"{context.name}: {wrong[0]:g} stands in the input; the rows are 0 to {vocabulary - 1}")


def positions(time: int, units: int) -> Array:
    """(time, units): sin(t / 10000^(2k/units)) in column 2k, the cosine of the same in column 2k + 1."""
    column = np.arange(units)
    angles = np.arange(time)[:, np.newaxis] / 10_000.0 ** ((column - column % 2) / units)
    return np.asarray(np.where(column % 2, np.cos(angles), np.sin(angles)))


def positional_encoding(context: Context, x: Ref) -> Ref:
    if len(x.shape) != 3:
        raise ShapeError(f"{context.name}: places are told of (batch, time, features); its input has shape {x.shape}")
    _, time, features = x.shape
    return (x + context.constant("positions", positions(time, features))).named(f"{context.name}.e")


ROWS = (
    Layer(
        type="embedding",
        doc="A vector for each whole number: row k of the weight for number k. Only rows that were taken learn.",
        add=embedding,
        options=(VOCABULARY, WIDTH, TABLE),
    ),
    Layer(
        type="positional_encoding",
        doc="Adds sines and cosines that tell time steps apart (Vaswani et al. 2017, section 3.5).",
        add=positional_encoding,
    ),
)
