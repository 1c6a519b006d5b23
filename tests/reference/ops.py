"""Makes the reference values of the ops: 30 configurations each, computed by PyTorch in float64.

PyTorch is no dependency of the project; with it installed, run ``python -m tests.reference.ops`` at the top of the
repository. The file holds, by op, the value and the gradients of all configurations, one after another.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from tests.reference.ops_cases import DRAWN, compact, configurations

FILE = Path(__file__).with_name("ops.npz")


def axes(x, axis):
    return tuple(range(x.ndim)) if axis is None else axis


def reduced(function):
    return lambda x, axis, keepdims: function(x, dim=axes(x, axis), keepdim=keepdims)


def loss(total):
    """PyTorch's sum of a loss, divided as our reductions say."""

    def reduced_loss(a, y, reduction, **options):
        entries = {"mean": a.numel(), "batch": a.shape[0] if a.ndim else 1, "sum": 1}[reduction]
        return total(a, y, **options) / entries

    return reduced_loss


def by_samples(total):
    """As `loss`, divided by the number of rows of classes."""

    def reduced_loss(a, t, reduction, **options):
        rows, targets = (x.reshape(-1, x.shape[-1]) for x in (a, t))
        return total(rows, targets, **options) / (1 if reduction == "sum" else len(rows))

    return reduced_loss


def cut(x, axis, start, stop, step):
    return x[(slice(None),) * (axis % x.ndim) + (slice(start, stop, step),)]


def padded(x, widths):
    return functional.pad(x, [n for pair in reversed(widths) for n in pair])


TORCH = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "neg": torch.neg,
    "pow": torch.pow,
    "square": torch.square,
    "exp": torch.exp,
    "log": torch.log,
    "sin": torch.sin,
    "cos": torch.cos,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "clip": lambda x, low, high: torch.clamp(x, low, high),
    "where": lambda c, a, b: torch.where(c != 0, a, b),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky_relu": lambda x, slope: functional.leaky_relu(x, slope),
    "elu": lambda x, alpha: functional.elu(x, alpha),
    "selu": functional.selu,
    "gelu": functional.gelu,
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "softplus": functional.softplus,
    "silu": functional.silu,
    "hard_tanh": functional.hardtanh,
    "softmax": lambda z: torch.softmax(z, -1),
    "log_softmax": lambda z: torch.log_softmax(z, -1),
    "sum": reduced(torch.sum),
    "mean": reduced(torch.mean),
    "max": reduced(torch.amax),
    "logsumexp": reduced(torch.logsumexp),
    "variance": lambda x, axis, keepdims, correction: torch.var(
        x, dim=axes(x, axis), keepdim=keepdims, correction=correction
    ),
    **dict.fromkeys(("matmul", "dot", "matvec", "vecmat", "bmm", "bmm_heads", "bmm_shared"), torch.matmul),
    "einsum": lambda *xs, subscripts: torch.einsum(subscripts, *xs),
    "reshape": torch.reshape,
    "transpose": lambda x, axes: torch.permute(x, axes or tuple(range(x.ndim))[::-1]),
    "slice": cut,
    "broadcast_to": lambda x, shape: torch.broadcast_to(x, shape),
    "pad": padded,
    "concatenate": lambda *xs, axis: torch.cat(xs, axis),
    "stack": lambda *xs, axis: torch.stack(xs, axis),
    "embedding": lambda table, indices: functional.embedding(indices.long(), table),
    "gather": lambda x, indices, axis: torch.gather(x, axis, indices.long()),
    "mse": loss(lambda a, y: functional.mse_loss(a, y, reduction="sum")),
    "half_mse": loss(lambda a, y: functional.mse_loss(a, y, reduction="sum") / 2),
    "mae": loss(lambda a, y: functional.l1_loss(a, y, reduction="sum")),
    "huber": loss(lambda a, y, delta: functional.huber_loss(a, y, reduction="sum", delta=delta)),
    "bce": loss(lambda p, t: functional.binary_cross_entropy(p, t, reduction="sum")),
    "bce_logits": loss(lambda z, t: functional.binary_cross_entropy_with_logits(z, t, reduction="sum")),
    "hinge": loss(lambda a, y: torch.relu(1 - a * y).sum()),
    "kl": loss(lambda q, t: functional.kl_div(q, t, reduction="sum")),
    "nll": by_samples(lambda q, t: -(q * t).sum()),
    "cross_entropy": by_samples(
        lambda p, t, smoothing: -(((1 - smoothing) * t + smoothing / t.shape[-1]) * torch.log(p)).sum()
    ),
    "softmax_cross_entropy": by_samples(
        lambda z, t, smoothing: functional.cross_entropy(z, t, reduction="sum", label_smoothing=smoothing)
    ),
}


def computed(name):
    for xs, options, rng in configurations(name):
        tensors = [torch.tensor(x, requires_grad=True) for x in xs]
        y = TORCH[name](*tensors, **options)
        y.backward(torch.tensor(rng.standard_normal(y.shape)))
        grads = (torch.zeros_like(x) if x.grad is None else x.grad for x in tensors)
        yield compact([y.detach(), *grads])


if __name__ == "__main__":
    np.savez_compressed(FILE, **{name: np.concatenate(list(computed(name))) for name in DRAWN})
