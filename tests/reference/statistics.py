"""Makes the reference values of running statistics and of evaluation: PyTorch's modules, trained and in eval().

PyTorch is no dependency of the project; with it installed, run ``python -m tests.reference.statistics`` at the top of
the repository. By case and step, the file holds the buffers before the step and the outputs for other inputs.
"""

from pathlib import Path

import numpy as np
import torch

from tests.reference.statistics_cases import CASES, STEPS

FILE = Path(__file__).with_name("statistics.npz")


def module(type, options, inputs, pictures):
    """PyTorch's module of a layer, and how many outputs it has."""
    if type == "dense":
        return torch.nn.Linear(inputs, options["units"]), options["units"]
    if type == "conv2d":
        return torch.nn.Conv2d(inputs, options["filters"], options["kernel"]), options["filters"]
    if type == "batch_norm":
        kind = torch.nn.BatchNorm2d if pictures else torch.nn.BatchNorm1d
        return kind(inputs, **options), inputs
    plain = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "flatten": torch.nn.Flatten, "dropout": torch.nn.Dropout}
    return plain[type](**options), inputs


def network(case):
    """The modules in a row, with the case's parameters; biases not given are 0."""
    modules, inputs = [], case.x.shape[1]
    for k, (type, options) in enumerate(case.layers):
        weight = case.parameters.get(f"l{k}.weight")
        made, inputs = module(type, options, len(weight) if type == "dense" else inputs, case.x.ndim > 2)
        for name, value in made.named_parameters():
            given = torch.tensor(case.parameters.get(f"l{k}.{name}", np.zeros(value.shape)))
            value.data = given.T.contiguous() if type == "dense" and name == "weight" else given
        modules.append(made)
    return torch.nn.Sequential(*modules)


def trained(case):
    """By step: the buffers as the step finds them, and what the network answers to other inputs."""
    net, found = network(case), {}
    optimizer = torch.optim.SGD(net.parameters(), lr=case.rate)
    for step in range(STEPS):
        found |= {f"{step}.{name}": value.numpy().copy() for name, value in net.named_buffers() if value.ndim}
        net.eval()
        found[f"{step}.answers"] = net(torch.tensor(case.new)).detach().numpy().copy()
        net.train()
        first = step * case.batch % len(case.x)
        x, y = (torch.tensor(a[first : first + case.batch]) for a in (case.x, case.y))
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(net(x), y).backward()
        optimizer.step()
    return found


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    arrays = {f"{name}.{key}": x for name, case in CASES.items() for key, x in trained(case).items()}
    np.savez_compressed(FILE, **arrays)
