"""What a user would otherwise have, where it is installed: the same training steps in libraries that differentiate.

Every peer begins with the floor's parameters and takes the same steps; `step()` gives the loss, which is compared.
"""

from importlib.util import find_spec

from tests.benchmarks import floors, forward

LIBRARIES = ("torch", "autograd", "mygrad", "micrograd")
ABSENT = [name for name in LIBRARIES if find_spec(name) is None]
FORWARD = {
    floors.Dense: forward.dense,
    floors.Line: forward.line,
    floors.Neuron: forward.neuron,
    floors.LSTM: forward.lstm,
}


def of(floor):
    """Steps of the peers that do this work, by name; PyTorch plain, and with every intermediate's gradient kept."""
    found = {}
    if "torch" not in ABSENT:
        from tests.benchmarks import pytorch

        found |= pytorch.of(floor)
    if "autograd" not in ABSENT and type(floor) in FORWARD:
        found["autograd"] = autograd_step(floor)
    if "mygrad" not in ABSENT and type(floor) in FORWARD:
        found["mygrad"] = mygrad_step(floor)
    if "micrograd" not in ABSENT and isinstance(floor, floors.Line):
        found["micrograd"] = micrograd_step(floor)
    return found


def updated(floor, parameters, gradients):
    """The parameters after the floor's own update."""
    after = []
    for p, g in zip(parameters, gradients, strict=True):
        if p.shape:
            floor.update(p, g)
        after.append(p if p.shape else p - floor.rate * g)
    return after


def autograd_step(floor):
    import autograd.numpy as np
    from autograd import value_and_grad

    slope = value_and_grad(lambda parameters: FORWARD[type(floor)](np, floor, parameters))
    state = [floor.leaves()]

    def step():
        loss, gradients = slope(state[0])
        state[0] = updated(floor, state[0], gradients)
        return float(loss)

    return step


def mygrad_step(floor):
    import mygrad

    state = [floor.leaves()]

    def step():
        tensors = [mygrad.tensor(p) for p in state[0]]
        loss = FORWARD[type(floor)](mygrad, floor, tensors)
        loss.backward()
        state[0] = updated(floor, state[0], [t.grad for t in tensors])
        return float(loss)

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
        return loss.data

    return step


def chains(count):
    """The chain of W8 built and differentiated once, by peer; micrograd's backward recurses, so its chain is short."""
    found = {}
    if "torch" not in ABSENT:
        from tests.benchmarks import pytorch

        found["torch"] = (count, lambda: pytorch.chain(count))
    if "micrograd" not in ABSENT:
        found["micrograd, 600 nodes"] = (600, lambda: micrograd_chain(600))
    return found


def micrograd_chain(count):
    from micrograd.engine import Value

    y, c = Value(0.5), Value(0.9)
    b = c
    for _ in range(count // 3):
        y = (y * c + b).relu()
    y.backward()
