"""Makes the reference values: every gallery example in PyTorch, node by node.

PyTorch is no dependency of the project; 2.13.0 for the CPU made these files. To make them again, install torch beside
the project's own packages and run, at the top of the repository::

    python -m tests.reference.make

The structure of a model and the first values of its leaves come from the engine. Everything computed comes from
PyTorch in float64: values, gradients by its autograd, new parameters by its optimizer. Files hold, by node id,
`value.N`, `gradient.N` and `updated.N`; see `projections` for arrays too large to be kept whole.
"""

from pathlib import Path

import numpy as np
import torch

from tests.engine.models import NAMES, gallery_model
from tests.reference.projections import kept
from tests.reference.updates import MAKERS, settings_of
from tests.reference.windowed import OPERATIONS

HERE = Path(__file__).parent


def summed(x, axis, keepdims):
    return x.sum() if axis is None else x.sum(dim=axis, keepdim=keepdims)


def averaged(x, axis, keepdims):
    return x.mean() if axis is None else x.mean(dim=axis, keepdim=keepdims)


def squared_error(a, y, reduction):
    total = torch.nn.functional.mse_loss(a, y, reduction="mean" if reduction == "mean" else "sum")
    return total / len(a) if reduction == "batch" else total


def cross_entropy(logarithms, t, reduction, smoothing=0.0):
    t = (1 - smoothing) * t + smoothing / t.shape[-1]
    losses = -(t * logarithms).sum(-1)
    return losses.sum() if reduction == "sum" else losses.mean()


def softmax_cross_entropy(z, t, reduction, smoothing=0.0):
    reduction = "sum" if reduction == "sum" else "mean"
    return torch.nn.functional.cross_entropy(z, t, reduction=reduction, label_smoothing=smoothing)


TORCH = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "neg": torch.neg,
    "pow": torch.pow,
    "square": lambda x: x * x,
    "exp": torch.exp,
    "log": torch.log,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "softmax": lambda z: torch.softmax(z, -1),
    "log_softmax": lambda z: torch.log_softmax(z, -1),
    "matmul": torch.matmul,
    "linear": torch.nn.functional.linear,
    "select": lambda x, axis, index: x.select(axis, index),
    "sum": summed,
    "mean": averaged,
    "mse": squared_error,
    "half_mse": lambda a, y, reduction: squared_error(a, y, reduction) / 2,
    "cross_entropy": lambda p, t, **options: cross_entropy(torch.log(p), t, **options),
    "softmax_cross_entropy": softmax_cross_entropy,
    "reshape": lambda x, shape: x.reshape(shape),
    "slice": lambda x, axis, start, stop, step: x[(slice(None),) * axis + (slice(start, stop, step),)],
} | OPERATIONS


def evaluated(model):
    """The tensor of every node; those that get a gradient keep it."""
    tensors = []
    for node in model.graph.nodes:
        if node.op is None:
            tensor = torch.tensor(np.asarray(model.values[node.id], np.float64), requires_grad=node.wanted)
        else:
            cut = [(node.id, slot) in model.backward.cut for slot in range(len(node.inputs))]
            operands = (tensors[i].detach() if c else tensors[i] for i, c in zip(node.inputs, cut, strict=True))
            tensor = TORCH[node.op](*operands, **node.options)
        if tensor.requires_grad:
            tensor.retain_grad()
        tensors.append(tensor)
    return tensors


def torch_optimizer(spec, parameters):
    """PyTorch's optimizer of a spec, the gradients clipped as it says."""
    if spec.clip and spec.clip.norm is not None:
        torch.nn.utils.clip_grad_norm_(parameters, spec.clip.norm)
    if spec.clip and spec.clip.value is not None:
        torch.nn.utils.clip_grad_value_(parameters, spec.clip.value)
    return MAKERS[spec.name](parameters, lr=spec.rate(0), **settings_of(spec.name, spec.settings))


def reference(model):
    """The arrays of one training step, by name."""
    tensors = evaluated(model)
    tensors[model.graph.loss.id].backward()
    found = {f"value.{i}": kept(t.detach()) for i, t in enumerate(tensors)}
    found |= {f"gradient.{i}": kept(t.grad) for i, t in enumerate(tensors) if t.requires_grad and t.grad is not None}
    if model.optimizer:
        trained = {n.id: tensors[n.id] for n in model.graph.parameters if tensors[n.id].grad is not None}
        torch_optimizer(model.optimizer, list(trained.values())).step()
        found |= {f"updated.{i}": kept(t.detach()) for i, t in trained.items()}
    return found


if __name__ == "__main__":
    for name in NAMES:
        np.savez_compressed(HERE / f"{name}.npz", **reference(gallery_model(name)))
