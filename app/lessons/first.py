"""What a chain rule is: expressions small enough to do by hand."""

from __future__ import annotations

from app.lessons.parts import Example, expression

FIRST = "First steps"
NEURONS = "One neuron"
NEURON = "z = w*x + b\na = sigmoid(z)\nL = 0.5*(a - y)**2"
SGD_HALF = {"name": "sgd", "learning_rate": 0.5}
NEURON_VALUES = {"w": 0.5, "x": 1, "b": 0.1, "y": 1}


ROWS = (
    Example(
        id="square", title="(w·x + b)²", group=FIRST,
        summary="Three operations, three slopes: the smallest chain rule worth walking.",
        spec=expression("y = (w*x + b)**2", {"w": 3, "x": 2, "b": 1}),
    ),
    Example(
        id="polynomial", title="x³ + 5x", group=FIRST,
        summary="One x, two paths to the result: their gradients add up to 17.",
        spec=expression("y = x**3 + 5*x", {"x": 2}),
    ),
    Example(
        id="reuse", title="3·x·x", group=FIRST,
        summary="The same number enters one product twice; it gets a gradient through each entrance.",
        spec=expression("z = 3*x*x", {"x": 2}),
    ),
    Example(
        id="chain", title="sin(x²)²", group=FIRST,
        summary="A chain of three functions: their slopes multiply.",
        spec=expression("L = sin(x**2)**2", {"x": 1.3}),
    ),
    Example(
        id="neuron", title="A single neuron", group=NEURONS,
        summary="A sigmoid neuron learns to answer 1: forward, loss, gradient, update.",
        spec=expression(NEURON, NEURON_VALUES, optimizer=SGD_HALF),
    ),
    Example(
        id="neuron-square", title="The same neuron without the ½", group=NEURONS,
        summary="Loss (a − y)² instead of ½(a − y)²: every gradient is twice as large.",
        spec=expression("z = w*x + b\na = sigmoid(z)\nL = (a - y)**2", NEURON_VALUES, optimizer=SGD_HALF),
    ),
)  # fmt: skip
