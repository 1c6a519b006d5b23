"""Layers: each adds a named group of nodes with its parameters. A layer kind is a row of `LAYERS`."""

from engine.layers import attention, convolution, dense, embedding, normalisation, recurrent
from engine.layers.layer import Context, Layer, LayerSpec, Option

TABLES = (dense, convolution, normalisation, recurrent, embedding, attention)
LAYERS = {row.type: row for table in TABLES for row in table.ROWS}
LOSSES = (
    *("mse", "half_mse", "mae", "huber", "bce", "bce_logits", "hinge", "kl", "nll"),
    *("cross_entropy", "softmax_cross_entropy"),
)

__all__ = ["LAYERS", "LOSSES", "Context", "Layer", "LayerSpec", "Option"]
