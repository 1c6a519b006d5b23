"""Makes the reference values of the operations for pictures: values and gradients by PyTorch, in float64.

PyTorch is no dependency of the project; with it installed, run ``python -m tests.reference.windowed`` at the top of the
repository. The file holds, by operation, an array (configurations, arrays, sums): the value, then the gradient of
every operand; see `windowed_cases`.
"""

from pathlib import Path

import numpy as np
import torch

from tests.reference.lines import computed, tensors
from tests.reference.windowed_cases import DRAWN, operations, sums, upstream

FILE = Path(__file__).with_name("windowed.npz")


def operation(name, xs, options):
    operands = tensors(name, xs)
    y = computed(name, operands, options)
    y.backward(torch.tensor(upstream(y.shape)))
    gradients = [np.zeros(t.shape) if t.grad is None else t.grad for t in operands]
    return np.array([sums(y.detach()), *map(sums, gradients)])


if __name__ == "__main__":
    np.savez_compressed(
        FILE, **{name: np.array([operation(name, *case) for case in operations(name)]) for name in DRAWN}
    )
