"""The floor: training steps written by hand in NumPy as a user would, recording nothing.

Every model is made from the engine's parameters, by their labels, and `step()` returns the loss before its update.
"""

from math import exp

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax_cross_entropy(z, y):
    """The loss and its slope."""
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    loss = (y * (np.log(total) - shifted)).sum() / len(z)
    return loss, (e / total - y) / len(z)


def half_mse(a, y):
    error = a - y
    return 0.5 * (error * error).sum() / error.size, error / error.size


LOSSES = {"softmax_cross_entropy": softmax_cross_entropy, "half_mse": half_mse}


def sgd(rate):
    def update(p, g):
        p -= rate * g

    update.rate = rate
    return update


class Floor:
    """What peers take from a floor: its data, its parameters as they are, its loss and its update."""

    x = y = update = loss_name = None

    @property
    def rate(self):
        return self.update.rate

    def leaves(self):
        return [np.array(p) for p in self.parameters]


class Adam:
    def __init__(self, rate):
        self.rate, self.state, self.t = rate, {}, 0

    def __call__(self, p, g):
        m, v, t = self.state.setdefault(id(p), [np.zeros_like(p), np.zeros_like(p), 0])
        self.state[id(p)][2] = t = t + 1
        m += 0.1 * (g - m)
        v += 0.001 * (g * g - v)
        p -= self.rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


class Dense(Floor):
    """Fully connected layers, each but the last (or each, for `ends`) with an activation."""

    def __init__(self, parameters, x, y, *, activation, loss, update, ends=False):
        self.weights = [p for name, p in parameters.items() if name.endswith("weight")]
        self.biases = [p for name, p in parameters.items() if name.endswith("bias")]
        self.parameters = [p for pair in zip(self.weights, self.biases, strict=True) for p in pair]
        self.x, self.y, self.loss_name, self.loss, self.update = x, y, loss, LOSSES[loss], update
        self.activation, self.activated = activation, len(self.weights) - (not ends)

    def step(self):
        kept, a = [self.x], self.x
        for number, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            z = a @ w + b
            if number < self.activated:
                z = np.maximum(z, 0) if self.activation == "relu" else sigmoid(z)
            kept.append(a := z)
        loss, g = self.loss(a, self.y)
        for number in reversed(range(len(self.weights))):
            a = kept[number + 1]
            if number < self.activated:
                g = g * (a > 0) if self.activation == "relu" else g * (a * (1 - a))
            dw, db = kept[number].T @ g, g.sum(axis=0)
            if number:
                g = g @ self.weights[number].T
            self.update(self.weights[number], dw)
            self.update(self.biases[number], db)
        return float(loss)


class Convolution(Floor):
    """conv2d 3×3, ReLU, max pooling 2×2, dense, softmax with cross-entropy; windows laid out as rows of a matrix."""

    loss_name = "softmax_cross_entropy"

    def __init__(self, parameters, x, y, *, update):
        self.parameters = list(parameters.values())
        self.filters, self.bias, self.weight, self.end = self.parameters
        self.x, self.y, self.update = x, y, update

    def step(self):
        batch, _, high, wide = self.x.shape
        count, (rows, columns) = len(self.filters), (high - 2, wide - 2)
        windows = np.lib.stride_tricks.sliding_window_view(self.x, (3, 3), axis=(2, 3))
        matrix = windows.transpose(0, 2, 3, 1, 4, 5).reshape(batch * rows * columns, -1)
        z = matrix @ self.filters.reshape(count, -1).T + self.bias
        a = np.maximum(z, 0)
        blocks = a.reshape(batch, rows // 2, 2, columns // 2, 2, count)
        pooled = blocks.max(axis=(2, 4))
        features = pooled.transpose(0, 3, 1, 2).reshape(batch, -1)
        loss, g = softmax_cross_entropy(features @ self.weight + self.end, self.y)
        dw, db = features.T @ g, g.sum(axis=0)
        g = (g @ self.weight.T).reshape(batch, count, rows // 2, columns // 2).transpose(0, 2, 3, 1)
        largest = blocks == pooled[:, :, None, :, None]
        g = (largest * g[:, :, None, :, None]).reshape(-1, count) * (z > 0)
        self.update(self.filters, (g.T @ matrix).reshape(self.filters.shape))
        self.update(self.bias, g.sum(axis=0))
        self.update(self.weight, dw)
        self.update(self.end, db)
        return float(loss)


class LSTM(Floor):
    """An LSTM layer (gates i, f, g, o), a dense layer on its last state, and half the mean squared error."""

    loss_name = "half_mse"

    def __init__(self, parameters, x, y, *, update):
        self.parameters, self.x, self.y, self.update = list(parameters.values()), x, y, update
        self.units = self.parameters[1].shape[1]
        self.start = np.zeros((len(x), self.units))

    def step(self):
        w, u, b, b2, v, e = self.parameters
        time = self.x.shape[1]
        units, h, c = self.units, self.start, self.start
        kept = []
        for t in range(time):
            z = self.x[:, t] @ w.T + b + h @ u.T + b2
            i, f, o = sigmoid(z[:, :units]), sigmoid(z[:, units : 2 * units]), sigmoid(z[:, 3 * units :])
            g = np.tanh(z[:, 2 * units : 3 * units])
            before, c = c, f * c + i * g
            kept.append((h, before, i, f, g, o, squashed := np.tanh(c)))
            h = o * squashed
        loss, d = half_mse(h @ v + e, self.y)
        dv, de, dh, dc = h.T @ d, d.sum(axis=0), d @ v.T, 0.0
        dw, du, db = np.zeros_like(w), np.zeros_like(u), np.zeros_like(b)
        for t in reversed(range(time)):
            h, before, i, f, g, o, squashed = kept[t]
            dc = dc + dh * o * (1 - squashed * squashed)
            gates = (dc * g * i * (1 - i), dc * before * f * (1 - f), dc * i * (1 - g * g), dh * squashed * o * (1 - o))
            dz = np.concatenate(gates, axis=1)
            dw += dz.T @ self.x[:, t]
            du += dz.T @ h
            db += dz.sum(axis=0)
            dh, dc = dz @ u, dc * f
        for p, gradient in zip(self.parameters, (dw, du, db, db, dv, de), strict=True):
            self.update(p, gradient)
        return float(loss)


class Scalars(Floor):
    y, rate = 0.0, None

    @property
    def parameters(self):
        return self.w, self.b


class Line(Scalars):
    """(w·x + b)² in Python's own numbers."""

    def __init__(self, w, b, x, rate):
        self.w, self.b, self.x, self.rate = w, b, x, rate

    def step(self):
        z = self.w * self.x + self.b
        slope = 2 * z
        self.w -= self.rate * slope * self.x
        self.b -= self.rate * slope
        return z * z


class Neuron(Scalars):
    """(σ(w·x + b) − y)² in Python's own numbers."""

    def __init__(self, w, b, x, y, rate):
        self.w, self.b, self.x, self.y, self.rate = w, b, x, y, rate

    def step(self):
        a = 1 / (1 + exp(-(self.w * self.x + self.b)))
        error = a - self.y
        slope = 2 * error * a * (1 - a)
        self.w = self.w - self.rate * slope * self.x
        self.b = self.b - self.rate * slope
        return float(error * error)
