"""Networks for the doctor to examine, and a NumPy pass through them that shares no code with the engine's.

They were written after the thresholds had been fixed; the verdicts follow from the reasons beside them.
"""

from dataclasses import dataclass, field

import numpy as np

from engine import LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, build
from engine.feeds import Data


@dataclass(frozen=True, kw_only=True)
class Case:
    """`bias`: first biases of some hidden layers. `claim`: what plain NumPy must find for the reason to hold."""

    name: str
    depth: int
    width: int
    initializer: str
    activation: str | None
    verdict: str
    why: str
    claim: tuple[str, float, float]  # a measure of `Measured`, and its bounds
    samples: int = 32
    scale: float = 1.0
    loss: str = "softmax_cross_entropy"
    rate: float = 0.01
    steps: int = 0
    bias: dict = field(default_factory=dict)


def run_of(case):
    """The network after so many training steps."""
    layers = []
    for k in range(1, case.depth + 1):
        layers.append(LayerSpec(type="dense", name=f"dense{k}", options=options(case.width, case)))
        if case.activation:
            layers.append(LayerSpec(type=case.activation, name=f"{case.activation}{k}"))
    layers.append(LayerSpec(type="dense", name="head", options=options(3, case)))
    rng = np.random.default_rng(11)
    x = case.scale * rng.standard_normal((case.samples, 6))
    targets = np.eye(3)[rng.integers(0, 3, case.samples)]
    parameters = {f"dense{k}.bias": np.full(case.width, b) for k, b in case.bias.items()}
    model = NetworkModel(layers=layers, loss=case.loss, parameters=parameters)
    optimizer = OptimizerSpec(name="sgd", learning_rate=case.rate)
    data = Data(x=x, targets=targets, samples=range(case.samples))
    run = Run(build(Spec(model=model, optimizer=optimizer, seed=7), data))
    for _ in range(case.steps):
        run.advance()
    return run


def options(units, case):
    return {"units": units, "initializer": case.initializer}


ACTIVATIONS = {
    None: (lambda z: z, lambda z: np.ones_like(z)),
    "relu": (lambda z: np.where(z > 0, z, 0.0), lambda z: (z > 0) * 1.0),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (2 + np.exp(z) + np.exp(-z))),
}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Norms of dL/dz over the last layer's (smallest and largest), and shares, in plain NumPy."""

    least: float
    most: float
    dead: float  # the largest share of units of one layer that are 0 for all samples
    flat: float  # the largest share of one layer's outputs whose slope is below a twentieth of the steepest
    update: float  # the largest ‖rate · gradient‖ / ‖weight‖
    finite: float  # 1 where every number is finite
    same: float  # 1 where all columns of the first weight and of its gradient are equal


def measure(case, run):
    values = {n.label: run.recording.view(run.schedule.values[n.id]) for n in run.graph.leaves}
    names = [*(f"dense{k}" for k in range(1, case.depth + 1)), "head"]
    act, slope = ACTIVATIONS[case.activation]
    with np.errstate(all="ignore"):
        a, inputs, zs = values["x"], [], []
        for name in names:
            inputs.append(a)
            zs.append(a @ values[f"{name}.weight"] + values[f"{name}.bias"])
            a = act(zs[-1]) if name != "head" else zs[-1]
        deltas, loss = backward(case, zs, values, names, slope)
        norms = np.array([np.sqrt(np.sum(d**2)) for d in deltas])
        weights = [values[f"{name}.weight"] for name in names]
        grads = [x.T @ d for x, d in zip(inputs, deltas, strict=True)]
        updates = [np.sqrt(np.sum(g**2) / np.sum(w**2)) for g, w in zip(grads, weights, strict=True) if w.any()]
        ratios = norms / norms[-1]
        slopes = [slope(z) / (0.25 if case.activation == "sigmoid" else 1.0) for z in zs[:-1]]
        return Measured(
            least=ratios.min(), most=ratios.max(),
            dead=max(np.mean((act(z) == 0).all(axis=0)) for z in zs[:-1]),
            flat=max(np.mean(s < 0.05) for s in slopes),
            update=case.rate * max(updates, default=0.0),
            finite=float(np.isfinite(loss) and all(np.isfinite(d).all() for d in deltas)),
            same=float(all((np.ptp(m, axis=1) == 0).all() for m in (weights[0], grads[0]))),
        )  # fmt: skip


def backward(case, zs, values, names, slope):
    """dL/dz of every layer, and the loss."""
    y, last = values["y"], zs[-1]
    if case.loss == "mse":
        delta, loss = 2 * (last - y) / y.size, np.mean((last - y) ** 2)
    else:
        e = np.exp(last - last.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        delta, loss = (p - y) / len(y), -np.mean(np.log(np.sum(p * y, axis=1) + 1e-300))
    deltas = [delta]
    for k in range(len(names) - 1, 0, -1):
        delta = (delta @ values[f"{names[k]}.weight"].T) * slope(zs[k - 1])
        deltas.append(delta)
    return deltas[::-1], loss


OK = "healthy"
CASES = (
    Case(name="10 sigmoid layers", depth=10, width=30, initializer="xavier_normal", activation="sigmoid",
         verdict="vanishing", why="¼ per layer: 4⁻¹⁰ = 1e-6", claim=("least", 0, 1e-5)),
    Case(name="3 sigmoid layers", depth=3, width=30, initializer="xavier_normal", activation="sigmoid",
         verdict=OK, why="4⁻³ = 0.016: small, but it trains", claim=("least", 1e-3, 0.1)),
    Case(name="5 sigmoid layers", depth=5, width=30, initializer="xavier_normal", activation="sigmoid",
         verdict=OK, why="4⁻⁵ = 1e-3: slow, but within reach of a larger rate", claim=("least", 2e-4, 1e-2)),
    Case(name="15 sigmoid layers, He", depth=15, width=20, initializer="he_normal", activation="sigmoid",
         verdict="vanishing", why="√2/4 per layer: 1.7e-7", claim=("least", 0, 1e-5)),
    Case(name="12 tanh layers", depth=12, width=40, initializer="xavier_normal", activation="tanh",
         verdict=OK, why="Xavier keeps tanh near slope 1", claim=("least", 1e-2, 1.5)),
    Case(name="15 tanh layers, weights of 0.01", depth=15, width=40, initializer="normal", activation="tanh",
         verdict="vanishing", why="0.01·√40 = 0.063 per layer: 1e-18", claim=("least", 0, 1e-12)),
    Case(name="15 ReLU layers, weights of 0.01", depth=15, width=40, initializer="normal", activation="relu",
         verdict="vanishing", why="0.063/√2 per layer", claim=("least", 0, 1e-12)),
    Case(name="8 linear layers, weights of 0.01", depth=8, width=25, initializer="normal", activation=None,
         verdict="vanishing", why="0.05 per layer: 4e-11", claim=("least", 0, 1e-8)),
    Case(name="8 linear layers", depth=8, width=50, initializer="xavier_normal", activation=None,
         verdict=OK, why="Xavier's gain is 1", claim=("least", 0.1, 10)),
    Case(name="10 orthogonal tanh layers", depth=10, width=32, initializer="orthogonal", activation="tanh",
         verdict=OK, why="orthogonal matrices keep lengths; tanh takes a little", claim=("least", 1e-2, 1.5)),
    Case(name="15 linear layers, weights too large", depth=15, width=20, initializer="too_large", activation=None,
         verdict="exploding", why="2√20 = 8.9 per layer: 2e14", claim=("most", 1e10, 1e18)),
    Case(name="15 ReLU layers, weights too large", depth=15, width=20, initializer="too_large", activation="relu",
         verdict="exploding", why="8.9/√2 per layer: 1e12", claim=("most", 1e8, 1e16)),
    Case(name="8 ReLU layers, weights too large", depth=8, width=64, initializer="too_large", activation="relu",
         verdict="exploding", why="16/√2 = 11 per layer: 3e8", claim=("most", 1e6, 1e11)),
    Case(name="15 ReLU layers, He", depth=15, width=40, initializer="he_normal", activation="relu",
         verdict=OK, why="He's gain is 1", claim=("least", 1e-2, 10)),
    Case(name="2 ReLU layers, He", depth=2, width=64, initializer="he_normal", activation="relu", rate=0.1,
         verdict=OK, why="the everyday network", claim=("dead", 0, 0.1)),
    Case(name="2 ReLU layers, one sample", depth=2, width=100, initializer="he_normal", activation="relu", samples=1,
         verdict=OK, why="for one sample half of the units are 0 by chance", claim=("dead", 0.35, 0.65)),
    Case(name="biases of −20", depth=1, width=16, initializer="he_normal", activation="relu", bias={1: -20.0},
         verdict="dying", why="no pre-activation reaches +20", claim=("dead", 1, 1)),
    Case(name="biases of −20 in the second of three", depth=3, width=24, initializer="he_normal", activation="relu",
         bias={2: -20.0}, verdict="dying", why="one dead layer stops everything", claim=("dead", 1, 1)),
    Case(name="biases of −4", depth=2, width=50, initializer="he_normal", activation="relu", bias={1: -4.0},
         verdict="dying", why="z has deviation √2: 4 is 2.8 deviations off, few units get there among 32 samples",
         claim=("dead", 0.6, 1)),
    Case(name="all zero, tanh", depth=2, width=10, initializer="zeros", activation="tanh",
         verdict="symmetric", why="through weights of 0 nothing comes back; all units are one", claim=("same", 1, 1)),
    Case(name="all zero, ReLU", depth=2, width=10, initializer="zeros", activation="relu",
         verdict="symmetric", why="the same, and not a matter of dead units", claim=("same", 1, 1)),
    Case(name="tanh with weights too large", depth=2, width=200, initializer="too_large", activation="tanh",
         verdict="vanishing", why="z2 has deviation 2√200: nine of ten outputs are at ±1", claim=("flat", 0.85, 1)),
    Case(name="rate of 10,000", depth=2, width=32, initializer="he_normal", activation="relu", rate=1e4,
         verdict="exploding", why="each update is many times the weights", claim=("update", 5, 1e9)),
    Case(name="rate of 1,000 after ten steps", depth=3, width=16, initializer="he_normal", activation=None, rate=1e3,
         loss="mse", steps=10, verdict="diverged", why="each step multiplies the error, soon beyond 1e308",
         claim=("finite", 0, 0)),
    Case(name="inputs of 1e200", depth=2, width=16, initializer="he_normal", activation="relu", scale=1e200,
         loss="mse", verdict="diverged", why="the square of 1e200 is no float64", claim=("finite", 0, 0)),
)  # fmt: skip
