"""Makes the reference values of the layers: torch.nn's in float64, values and gradients.

PyTorch is no dependency of the project; with it installed, run ``python -m tests.reference.layers`` at the top of the
repository. The file holds for every type of layer, case after case: the output, the gradient of the input (but of
whole numbers) and that of every parameter, when the loss is the sum of squared errors; running
statistics after the step, and the output in evaluation where it is another one. Dropout's mask is the engine's.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from tests.engine.layered import mask_of
from tests.reference.layer_cases import OTHERWISE, TYPES, cases, packed

FILE = Path(__file__).with_name("layers.npz")
RECURRENT = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Residual(nn.Module):
    def __init__(self, features, units, activation):
        super().__init__()
        self.first, self.second = nn.Linear(features, units), nn.Linear(units, features)
        self.activation = getattr(nn.functional, activation)

    def forward(self, x):
        return x + self.second(self.activation(self.first(x)))


class Positions(nn.Module):
    """Frequencies as powers of e, sines in even columns and cosines in odd ones."""

    def forward(self, x):
        _, time, features = x.shape
        frequencies = torch.exp(-torch.log(torch.tensor(10_000.0)) * torch.arange(0, features, 2) / features)
        angles = torch.outer(torch.arange(time), frequencies)
        return x + torch.stack((angles.sin(), angles.cos()), -1).reshape(time, -1)[:, :features]


class Times(nn.Module):
    """Dropout with a mask that is given; as nn.Dropout, it does nothing in evaluation."""

    def __init__(self, mask):
        super().__init__()
        self.mask = torch.tensor(mask)

    def forward(self, x):
        return x * self.mask if self.training else x


def batch_norm(case):
    kinds = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d}
    return kinds[case.x.ndim](case.x.shape[1], **case.options)


def window(kind):
    return lambda case: kind(case.options["kernel"], case.options["stride"] or None, case.options["padding"])


MODULES = {
    "dense": lambda case: nn.Linear(case.x.shape[-1], case.options["units"]),
    "relu": lambda case: nn.ReLU(),
    "leaky_relu": lambda case: nn.LeakyReLU(case.options["slope"]),
    "elu": lambda case: nn.ELU(case.options["alpha"]),
    "selu": lambda case: nn.SELU(),
    "gelu": lambda case: nn.GELU(),
    "gelu_tanh": lambda case: nn.GELU(approximate="tanh"),
    "softplus": lambda case: nn.Softplus(),
    "silu": lambda case: nn.SiLU(),
    "sigmoid": lambda case: nn.Sigmoid(),
    "tanh": lambda case: nn.Tanh(),
    "hard_tanh": lambda case: nn.Hardtanh(),
    "softmax": lambda case: nn.Softmax(-1),
    "log_softmax": lambda case: nn.LogSoftmax(-1),
    "flatten": lambda case: nn.Flatten(),
    "reshape": lambda case: nn.Sequential(nn.Flatten(), nn.Unflatten(1, case.options["shape"])),
    "dropout": lambda case: Times(mask_of(case)),
    "conv2d": lambda case: nn.Conv2d(
        case.x.shape[1], case.options["filters"], **{k if k != "kernel" else "kernel_size": v
                                                     for k, v in case.options.items() if k != "filters"}
    ),
    "max_pool2d": window(nn.MaxPool2d),
    "avg_pool2d": window(nn.AvgPool2d),
    "global_avg_pool": lambda case: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "global_max_pool": lambda case: nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()),
    "batch_norm": batch_norm,
    "layer_norm": lambda case: nn.LayerNorm(case.x.shape[-case.options["axes"] :], eps=case.options["eps"]),
    "residual": lambda case: Residual(case.x.shape[1], case.options["units"], case.options["activation"]),
    "positional_encoding": lambda case: Positions(),
    "embedding": lambda case: nn.Embedding(case.options["vocabulary"], case.options["units"]),
}  # fmt: skip
TURNED = ("dense", "residual")  # torch.nn keeps their weights as (out, in)


def own_name(name):
    """The name in the module: rnn2.weight_hh is weight_hh_l1, others lose the layer's."""
    layer, rest = name.split(".", 1)
    return f"{rest}_l{int(layer[-1]) - 1}" if layer[:-1] in RECURRENT else rest


def recurrent(case, x, parameters):
    units, activation = case.options["units"], case.options.get("activation")
    more = {"nonlinearity": activation} if activation else {}
    module = RECURRENT[case.type](x.shape[2], units, case.layers, batch_first=True, **more)
    out, _ = torch.func.functional_call(module, parameters, (x,))
    return out if case.options["return_sequences"] else out[:, -1]


def attention(case, x, parameters):
    return nn.functional.scaled_dot_product_attention(x, x, x, is_causal=case.options["causal"])


def multi_head_attention(case, x, parameters):
    module = nn.MultiheadAttention(x.shape[2], case.options["heads"], batch_first=True)
    hidden = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1) if case.options["causal"] else None
    return torch.func.functional_call(module, parameters, (x, x, x), {"attn_mask": hidden})[0]


def module(case, x, parameters):
    turned = {k: p.T if case.type in TURNED and p.ndim == 2 else p for k, p in parameters.items()}
    x = x.long() if case.type == "embedding" else x
    return torch.func.functional_call(MODULES[case.type](case), turned, (x,))


def other(case, x, parameters):
    """Running statistics after the step, and the output of another module that begins with the same, in evaluation."""
    found = []
    for training in (True, False):
        module = MODULES[case.type](case).train(training)
        module.load_state_dict({k: torch.tensor(v) for k, v in case.kept.items()} | parameters, strict=False)
        out = module(x)
        found += [module.get_buffer(name) for name in case.kept] if training else [out]
    return [t.detach().numpy() for t in found]


CALLED = dict.fromkeys(RECURRENT, recurrent) | {"attention": attention, "multi_head_attention": multi_head_attention}


def reference(case):
    x = torch.tensor(case.x, requires_grad=case.type != "embedding")
    parameters = {own_name(name): torch.tensor(p, requires_grad=True) for name, p in case.parameters.items()}
    out = CALLED.get(case.type, module)(case, x, parameters)
    assert out.shape == case.targets.shape
    ((out - torch.tensor(case.targets)) ** 2).sum().backward()
    gradients = [t.grad.numpy() for t in (x, *parameters.values()) if t.requires_grad]
    more = other(case, x, parameters) if case.type in OTHERWISE else []
    return packed([out.detach().numpy(), *gradients, *more])


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    np.savez_compressed(FILE, **{type: np.concatenate([reference(case) for case in cases(type)]) for type in TYPES})
