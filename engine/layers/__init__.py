"""Layers: each adds a named group of nodes with its parameters. A layer kind is a row of `LAYERS`."""

from engine.layers import dense
from engine.layers.layer import Context, Layer, LayerSpec, Option

LAYERS = {row.type: row for row in dense.ROWS}
LOSSES = ("mse", "half_mse", "cross_entropy", "softmax_cross_entropy")

__all__ = ["LAYERS", "LOSSES", "Context", "Layer", "LayerSpec", "Option"]
