"""The op table: every row, by name."""

from collections.abc import Iterable

from engine.op import Op
from engine.ops import (
    activations,
    arithmetic,
    channels,
    contractions,
    convolution,
    cross_entropies,
    einsum,
    indexing,
    joins,
    losses,
    normalisation,
    parts,
    pointwise_losses,
    pooling,
    reductions,
    sequences,
    softmax,
    structure,
    summaries,
)


def merged(*tables: Iterable[Op]) -> dict[str, Op]:
    """All rows by name. Raises `ValueError` naming an op that has two rows."""
    rows: dict[str, Op] = {}
    for row in (row for table in tables for row in table):
        if row.name in rows:
            raise ValueError(f"op {row.name!r} has two rows")
        rows[row.name] = row
    return rows


OPS = merged(
    arithmetic.ROWS,
    activations.ROWS,
    softmax.ROWS,
    contractions.ROWS,
    einsum.ROWS,
    reductions.ROWS,
    summaries.ROWS,
    structure.ROWS,
    parts.ROWS,
    joins.ROWS,
    indexing.ROWS,
    sequences.ROWS,
    convolution.ROWS,
    channels.ROWS,
    pooling.ROWS,
    normalisation.ROWS,
    losses.ROWS,
    pointwise_losses.ROWS,
    cross_entropies.ROWS,
)
PRODUCTS = contractions.PRODUCTS
