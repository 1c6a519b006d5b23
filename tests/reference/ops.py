"""Makes the reference values of the ops: 30 configurations each, computed by PyTorch in float64.

PyTorch is no dependency of the project; with it installed, run ``python -m tests.reference.ops`` at the top of the
repository. The file holds, by op, the value and the gradients of all configurations, one after another.
"""

from pathlib import Path

import numpy as np
import torch

from tests.reference.lines import computed, tensors
from tests.reference.ops_cases import DRAWN, compact, configurations

FILE = Path(__file__).with_name("ops.npz")


def reference(name):
    for xs, options, rng in configurations(name):
        operands = tensors(name, xs)
        y = computed(name, operands, options)
        upstream = torch.tensor(rng.standard_normal(y.shape))
        if y.requires_grad:  # what is detached sends nothing
            y.backward(upstream)
        grads = (torch.zeros_like(x) if x.grad is None else x.grad for x in operands)
        yield compact([y.detach(), *grads])


if __name__ == "__main__":
    np.savez_compressed(FILE, **{name: np.concatenate(list(reference(name))) for name in DRAWN})
