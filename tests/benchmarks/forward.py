"""The floors' forward passes in any array library: `np` is autograd's NumPy, MyGrad or NumPy itself."""


def sigmoid(np, z):
    return 1 / (1 + np.exp(-z))


def loss_of(np, floor, z):
    """Half the mean squared error, or softmax with cross-entropy, as the floor has it."""
    if floor.loss_name == "half_mse":
        return 0.5 * np.mean((z - floor.y) ** 2)
    shifted = z - np.max(z, axis=1, keepdims=True)
    return np.sum(floor.y * (np.log(np.sum(np.exp(shifted), axis=1, keepdims=True)) - shifted)) / len(floor.y)


def dense(np, floor, parameters):
    a, pairs = floor.x, zip(parameters[::2], parameters[1::2], strict=True)
    for number, (w, b) in enumerate(pairs):
        a = np.matmul(a, w) + b
        if number < floor.activated:
            a = np.maximum(a, 0) if floor.activation == "relu" else sigmoid(np, a)
    return loss_of(np, floor, a)


def line(np, floor, parameters):
    w, b = parameters
    return (w * floor.x + b) ** 2


def neuron(np, floor, parameters):
    w, b = parameters
    return (sigmoid(np, w * floor.x + b) - floor.y) ** 2


def lstm(np, floor, parameters):
    w, u, b, b2, v, e = parameters
    units, h, c = floor.units, 0.0 * floor.start, 0.0 * floor.start
    for t in range(floor.x.shape[1]):
        z = np.matmul(floor.x[:, t], w.T) + b + np.matmul(h, u.T) + b2
        i, f, o = (sigmoid(np, z[:, k * units : (k + 1) * units]) for k in (0, 1, 3))
        c = f * c + i * np.tanh(z[:, 2 * units : 3 * units])
        h = o * np.tanh(c)
    return loss_of(np, floor, np.matmul(h, v) + e)
