"""What a user would otherwise have, where it is installed: the same dense networks in PyTorch and in autograd."""

from importlib.util import find_spec

from tests.benchmarks import floors

ABSENT = [name for name in ("torch", "autograd", "mygrad", "micrograd") if find_spec(name) is None]


def of(work, floor):
    """Steps of the peers that do this work, by name; PyTorch plain, and with every intermediate's gradient kept."""
    found = {}
    if isinstance(floor, floors.Dense) and "torch" not in ABSENT:
        found |= {"torch": torch_step(floor, keep=False), "torch, all kept": torch_step(floor, keep=True)}
    if isinstance(floor, floors.Dense) and "autograd" not in ABSENT:
        found["autograd"] = autograd_step(floor)
    if isinstance(floor, floors.Line) and "micrograd" not in ABSENT:
        found["micrograd"] = micrograd_step(floor)
    return found


def torch_step(floor, keep):
    import torch

    torch.set_num_threads(1)
    x, y = torch.from_numpy(floor.x), torch.from_numpy(floor.y)
    layers = [
        tuple(torch.from_numpy(p.copy()).requires_grad_() for p in pair)
        for pair in zip(floor.weights, floor.biases, strict=True)
    ]
    every = [p for layer in layers for p in layer]
    rate = floor.update.rate if isinstance(floor.update, floors.Adam) else 0.01
    optimizer = (torch.optim.Adam if isinstance(floor.update, floors.Adam) else torch.optim.SGD)(every, lr=rate)

    def kept(z):
        if keep:
            z.retain_grad()
        return z

    def step():
        a = x
        for number, (w, b) in enumerate(layers):
            a = kept(kept(a @ w) + b)
            if number < floor.activated:
                a = kept(torch.relu(a) if floor.activation == "relu" else torch.sigmoid(a))
        if floor.loss is floors.half_mse:
            loss = 0.5 * torch.nn.functional.mse_loss(a, y)
        else:
            loss = torch.nn.functional.cross_entropy(a, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def autograd_step(floor):
    import autograd.numpy as np
    from autograd import grad

    def loss(layers):
        a = floor.x
        for number, (w, b) in enumerate(layers):
            a = np.dot(a, w) + b
            if number < floor.activated:
                a = np.maximum(a, 0) if floor.activation == "relu" else 1 / (1 + np.exp(-a))
        if floor.loss is floors.half_mse:
            return 0.5 * np.mean((a - floor.y) ** 2)
        shifted = a - np.max(a, axis=1, keepdims=True)
        return np.sum(floor.y * (np.log(np.sum(np.exp(shifted), axis=1, keepdims=True)) - shifted)) / len(a)

    layers = [(w.copy(), b.copy()) for w, b in zip(floor.weights, floor.biases, strict=True)]
    slope = grad(loss)

    def step():
        for pair, gradients in zip(layers, slope(layers), strict=True):
            for p, g in zip(pair, gradients, strict=True):
                floor.update(p, g)

    return step


def micrograd_step(floor):
    from micrograd.engine import Value

    w, b, x = Value(floor.w), Value(floor.b), floor.x

    def step():
        loss = (w * x + b) ** 2
        w.grad = b.grad = 0.0
        loss.backward()
        w.data -= floor.rate * w.grad
        b.data -= floor.rate * b.grad

    return step
