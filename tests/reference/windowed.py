"""Makes the reference values of the operations and layers for pictures: values and gradients by PyTorch, in float64.

PyTorch is no dependency of the project; with it installed, run ``python -m tests.reference.windowed`` at the top of the
repository. The file holds, by operation and by `layer.TYPE`, an array (configurations, arrays, sums): the value, then
the gradient of every operand or parameter; see `windowed_cases`. Layers take their first parameters, and dropout its
mask, from the engine.
"""

from pathlib import Path

import numpy as np
import torch

from tests.engine.layered import parameters_of, placed
from tests.reference.lines import computed, tensors
from tests.reference.windowed_cases import DRAWN, LAYERS, layers, operations, sums, upstream

FILE = Path(__file__).with_name("windowed.npz")


def operation(name, xs, options):
    operands = tensors(name, xs)
    y = computed(name, operands, options)
    y.backward(torch.tensor(upstream(y.shape)))
    gradients = [np.zeros(t.shape) if t.grad is None else t.grad for t in operands]
    return np.array([sums(y.detach()), *map(sums, gradients)])


def conv2d(x, filters, kernel, **options):
    return torch.nn.Conv2d(x.shape[1], filters, kernel, **options)


def pool(kind):
    return lambda x, kernel, stride=0, padding=0: kind(kernel, stride or None, padding)


def norm(x, eps):
    return (torch.nn.BatchNorm2d if x.ndim == 4 else torch.nn.BatchNorm1d)(x.shape[1], eps=eps)


class Residual(torch.nn.Module):
    """The block with PyTorch's own layers; theirs keep weights as (out, in)."""

    def __init__(self, x, units, activation):
        super().__init__()
        self.first, self.second = torch.nn.Linear(x.shape[1], units), torch.nn.Linear(units, x.shape[1])
        self.activation = getattr(torch, activation)

    def forward(self, x):
        return x + self.second(self.activation(self.first(x)))


class Dropout(torch.nn.Module):
    def forward(self, x):
        return x * self.mask


MODULES = {
    "conv2d": conv2d,
    "max_pool2d": pool(torch.nn.MaxPool2d),
    "avg_pool2d": pool(torch.nn.AvgPool2d),
    "global_avg_pool": lambda x: torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()),
    "batch_norm": norm,
    "layer_norm": lambda x, axes, eps: torch.nn.LayerNorm(x.shape[-axes:], eps=eps),
    "dropout": lambda x, p: Dropout(),
    "residual": Residual,
}


def layer(type, x, options):
    module = MODULES[type](x, **options).double()
    given = parameters_of(placed(type, x, options))
    own = dict(module.named_parameters())
    turned = type == "residual"
    for name, value in given.items():
        if name == "mask":
            module.mask = torch.tensor(value)
        else:
            own[name].data = torch.tensor(value.T if turned else value)
    tensor = torch.tensor(x, requires_grad=True)
    y = module(tensor)
    y.backward(torch.tensor(upstream(y.shape)))
    gradients = [own[name].grad.numpy().T if turned else own[name].grad for name in sorted(given) if name != "mask"]
    return np.array([sums(y.detach()), sums(tensor.grad), *map(sums, gradients)])


if __name__ == "__main__":
    found = {name: np.array([operation(name, *case) for case in operations(name)]) for name in DRAWN}
    found |= {f"layer.{type}": np.array([layer(type, *case) for case in layers(type)]) for type in LAYERS}
    np.savez_compressed(FILE, **found)
