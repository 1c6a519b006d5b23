"""A training step to take away: as a NumPy script, a PyTorch script, or a notebook, each with its own numbers."""

from engine.export.notebook import notebook
from engine.export.numpy_script import numpy_script
from engine.export.pytorch_lines import PyTorchLines
from engine.export.pytorch_script import pytorch_script
from engine.export.step import ExportError

__all__ = ["ExportError", "PyTorchLines", "notebook", "numpy_script", "pytorch_script"]
