"""The floors' training steps in PyTorch, plain and with the gradient of every intermediate kept."""

import numpy as np
import torch

from tests.benchmarks import floors


def of(floor):
    return {"torch": step_of(floor, keep=False), "torch, all kept": step_of(floor, keep=True)}


def step_of(floor, keep):
    parameters = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in floor.leaves()]
    adam = isinstance(floor.update, floors.Adam)
    optimizer = (torch.optim.Adam if adam else torch.optim.SGD)(parameters, lr=floor.rate)
    x, y = (torch.tensor(v, dtype=torch.float64) for v in (floor.x, floor.y))

    def kept(z):
        if keep:
            z.retain_grad()
        return z

    def step():
        optimizer.zero_grad()
        loss = FORWARD[type(floor)](floor, parameters, x, y, kept)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def loss_of(floor, z, y):
    if floor.loss_name == "half_mse":
        return 0.5 * torch.nn.functional.mse_loss(z, y)
    return torch.nn.functional.cross_entropy(z, y)


def dense(floor, parameters, x, y, kept):
    for number, (w, b) in enumerate(zip(parameters[::2], parameters[1::2], strict=True)):
        x = kept(kept(x @ w) + b)
        if number < floor.activated:
            x = kept(torch.relu(x) if floor.activation == "relu" else torch.sigmoid(x))
    return loss_of(floor, x, y)


def line(floor, parameters, x, y, kept):
    w, b = parameters
    return kept(kept(w * x) + b) ** 2


def neuron(floor, parameters, x, y, kept):
    w, b = parameters
    return kept(kept(torch.sigmoid(kept(kept(w * x) + b))) - y) ** 2


def convolution(floor, parameters, x, y, kept):
    filters, bias, w, b = parameters
    seen = kept(torch.relu(kept(torch.nn.functional.conv2d(x, filters, bias))))
    features = kept(torch.nn.functional.max_pool2d(seen, 2)).flatten(1)
    return loss_of(floor, kept(kept(features @ w) + b), y)


def lstm(floor, parameters, x, y, kept):
    w, u, b, b2, v, e = parameters
    h = c = torch.tensor(floor.start)
    for t in range(x.shape[1]):
        z = kept(kept(x[:, t] @ w.T) + b + kept(h @ u.T) + b2)
        i, f, g, o = z.chunk(4, dim=1)
        i, f, g, o = kept(torch.sigmoid(i)), kept(torch.sigmoid(f)), kept(torch.tanh(g)), kept(torch.sigmoid(o))
        c = kept(kept(f * c) + kept(i * g))
        h = kept(o * kept(torch.tanh(c)))
    return loss_of(floor, kept(kept(h @ v) + e), y)


FORWARD = {
    floors.Dense: dense, floors.Line: line, floors.Neuron: neuron, floors.Convolution: convolution, floors.LSTM: lstm,
}  # fmt: skip


def chain(count):
    y, c, b = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.5, 0.9, 0.1))
    for _ in range(count // 3):
        y = torch.relu(y * c + b)
    y.backward()
    return np.float64(y.item())
