"""Optimizers as ordered assignments, so that each intermediate is recorded and each line is a formula.

Semantics, defaults and the order of operations are PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from inspect import signature
from typing import Any

import numpy as np

from engine.frozen import frozen
from engine.notation import LATEX, Text, write
from engine.rates import SCHEDULES, Settings, completed
from engine.tape import trace


@frozen(kw_only=False)
class Step:
    """One line: `target` becomes `rule(…)`.

    The rule's parameters name what it reads: p (the parameter), g (its gradient), learning_rate, t (the number of
    this update, from 1), settings, and targets. A target read before it is assigned is a slot: its value is kept
    from update to update. The last step's target is `parameter`.
    """

    target: str
    rule: Callable[..., Any]

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(signature(self.rule).parameters)


@frozen
class Optimizer:
    """`steps(settings)` gives the lines that run, in order, for every parameter."""

    name: str
    steps: Callable[[Settings], tuple[Step, ...]]
    settings: Settings
    doc: str
    source: str


@frozen
class Clip:
    """Bounds on gradients before the update: on the norm of all together, or on every entry; None: no bound."""

    norm: float | None = None
    value: float | None = None


@frozen
class OptimizerSpec:
    """An optimizer with its settings, the learning rate and how it changes, and clipping.

    `zero_grad`: gradients are cleared before each backward pass. Without it they add up from step to step.
    """

    name: str
    learning_rate: float
    settings: Settings = field(default_factory=dict)
    schedule: str = "constant"
    schedule_settings: Settings = field(default_factory=dict)
    clip: Clip | None = None
    zero_grad: bool = True

    @property
    def complete(self) -> dict[str, float | bool]:
        """All settings, those not said at their defaults.

        Raises `ValueError` for one the optimizer does not have, outside of its bounds, or in vain.
        """
        chosen = completed(self.name, OPTIMIZERS[self.name].settings, self.settings)
        if chosen.get("nesterov") and (not chosen["momentum"] or chosen["dampening"]):
            raise ValueError(f"{self.name}: nesterov takes a momentum above 0 and no dampening")
        if self.clip and not self.zero_grad:
            raise ValueError("gradients that are not cleared cannot be clipped: leave out `clip`, or `zero_grad`")
        return chosen

    @property
    def steps(self) -> tuple[Step, ...]:
        """The lines that run, in order, for every parameter."""
        lines = OPTIMIZERS[self.name].steps(self.complete)
        return lines if self.zero_grad else (*UNCLEARED, *lines)

    def slots(self) -> dict[str, float]:
        """What is kept from update to update, and its first value."""
        found: dict[str, float] = {}
        written: set[str] = set()
        for step in self.steps:
            for name in step.reads:
                if name not in GIVEN and name not in self.complete and name not in written:
                    found[name] = float(self.complete.get(f"initial_{name}", 0.0))
            written.add(step.target)
        return found

    def rate(self, iteration: int) -> float:
        """The learning rate of an iteration, counted from 0. Raises `ValueError` as `complete` does."""
        return self.rates()(iteration)

    def rates(self) -> Callable[[int], float]:
        """The same for every iteration, looked up once."""
        row = SCHEDULES[self.schedule]
        settings = completed(f"the schedule {self.schedule}", row.settings, self.schedule_settings)
        return lambda iteration: self.learning_rate * row.factor(iteration, **settings)


UNCLEARED = (Step("kept", lambda kept, g: kept + g), Step("g", lambda kept: kept * 1.0))
GIVEN = frozenset(("p", "g", "learning_rate", "t"))
SYMBOLS = {
    "kept": r"\sum g", "p": r"\theta", "parameter": r"\theta", "g": "g", "learning_rate": r"\eta", "t": "t",
    "beta1": r"\beta_1", "beta2": r"\beta_2", "epsilon": r"\epsilon", "momentum": r"\mu", "dampening": r"\tau",
    "weight_decay": r"\lambda", "alpha": r"\alpha", "lr_decay": r"\gamma", "m": "m", "v": "v",
    "m_hat": r"\hat m", "v_hat": r"\hat v", "v_max": r"v_{\max}", "velocity": "b", "step": "s", "square": "v",
    "mean": r"\bar g", "spread": r"\tilde v", "total": "G", "rate": r"\eta_t", "shrunk": r"\theta'",
}  # fmt: skip


def formula(step: Step) -> str:
    """The line as LaTeX: target ← rule."""
    names = [Text(SYMBOLS[name]) for name in step.reads]
    right = write(trace(step.rule, ((),) * len(names)), names, LATEX).text
    return rf"{SYMBOLS[step.target]} \leftarrow {right}"


def _decayed(settings: Settings) -> tuple[Step, ...]:
    """L2 regularisation: the penalty's gradient joins the loss's."""
    if not settings["weight_decay"]:
        return ()
    return (Step("g", lambda g, p, weight_decay: g + weight_decay * p),)


def _sgd(settings: Settings) -> tuple[Step, ...]:
    lines = _decayed(settings)
    if not settings["momentum"]:
        return (*lines, Step("parameter", lambda p, learning_rate, g: p - learning_rate * g))
    if settings["dampening"]:
        velocity = Step(
            "velocity", lambda velocity, g, t, momentum, dampening: momentum * velocity + (1 - dampening * (t > 1)) * g
        )
    else:
        velocity = Step("velocity", lambda velocity, g, momentum: momentum * velocity + g)
    if settings["nesterov"]:
        ahead = Step("step", lambda g, velocity, momentum: g + momentum * velocity)
        return (*lines, velocity, ahead, Step("parameter", lambda p, learning_rate, step: p - learning_rate * step))
    return (*lines, velocity, Step("parameter", lambda p, learning_rate, velocity: p - learning_rate * velocity))


def _rmsprop(settings: Settings) -> tuple[Step, ...]:
    lines = [*_decayed(settings), Step("square", lambda square, g, alpha: alpha * square + (1 - alpha) * np.square(g))]
    if settings["centered"]:
        lines.append(Step("mean", lambda mean, g, alpha: alpha * mean + (1 - alpha) * g))
        lines.append(Step("spread", lambda square, mean: square - np.square(mean)))
        lines.append(Step("step", lambda g, spread, epsilon: g / (np.sqrt(spread) + epsilon)))
    else:
        lines.append(Step("step", lambda g, square, epsilon: g / (np.sqrt(square) + epsilon)))
    if settings["momentum"]:
        lines.append(Step("velocity", lambda velocity, step, momentum: momentum * velocity + step))
        lines.append(Step("parameter", lambda p, learning_rate, velocity: p - learning_rate * velocity))
    else:
        lines.append(Step("parameter", lambda p, learning_rate, step: p - learning_rate * step))
    return tuple(lines)


def _adagrad(settings: Settings) -> tuple[Step, ...]:
    return (
        *_decayed(settings),
        Step("total", lambda total, g: total + np.square(g)),
        Step("rate", lambda learning_rate, t, lr_decay: learning_rate / (1 + (t - 1) * lr_decay)),
        Step("parameter", lambda p, rate, g, total, epsilon: p - rate * g / (np.sqrt(total) + epsilon)),
    )


def _moments(settings: Settings) -> tuple[Step, ...]:
    lines = [
        Step("m", lambda m, g, beta1: beta1 * m + (1 - beta1) * g),
        Step("v", lambda v, g, beta2: beta2 * v + (1 - beta2) * np.square(g)),
        Step("m_hat", lambda m, t, beta1: m / (1 - beta1**t)),
    ]
    if settings["amsgrad"]:
        lines.append(Step("v_max", lambda v_max, v: np.maximum(v_max, v)))
        lines.append(Step("v_hat", lambda v_max, t, beta2: v_max / (1 - beta2**t)))
    else:
        lines.append(Step("v_hat", lambda v, t, beta2: v / (1 - beta2**t)))
    return tuple(lines)


def _adam(settings: Settings) -> tuple[Step, ...]:
    last = Step(
        "parameter",
        lambda p, learning_rate, m_hat, v_hat, epsilon: p - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon),
    )
    return (*_decayed(settings), *_moments(settings), last)


def _adamw(settings: Settings) -> tuple[Step, ...]:
    return (
        Step("shrunk", lambda p, learning_rate, weight_decay: p * (1 - learning_rate * weight_decay)),
        *_moments(settings),
        Step(
            "parameter",
            lambda shrunk, learning_rate, m_hat, v_hat, epsilon: (
                shrunk - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
            ),
        ),
    )


ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0, "amsgrad": False}
OPTIMIZERS = {
    row.name: row
    for row in (
        Optimizer(
            name="sgd", steps=_sgd,
            settings={"momentum": 0.0, "dampening": 0.0, "nesterov": False, "weight_decay": 0.0},
            doc="Gradient descent: against the gradient, by the learning rate; with momentum, along a running sum.",
            source="Cauchy 1847; Robbins & Monro 1951; momentum: Polyak 1964; Nesterov: Sutskever et al. 2013.",
        ),
        Optimizer(
            name="rmsprop", steps=_rmsprop,
            settings={"alpha": 0.99, "epsilon": 1e-8, "momentum": 0.0, "centered": False, "weight_decay": 0.0},
            doc="Each entry's step is divided by the root of its running mean square; epsilon outside the root.",
            source="Tieleman & Hinton 2012; centered: Graves 2013.",
        ),
        Optimizer(
            name="adagrad", steps=_adagrad,
            settings={"lr_decay": 0.0, "epsilon": 1e-10, "initial_total": 0.0, "weight_decay": 0.0},
            doc="Each entry's step is divided by the root of the sum of its squares so far; epsilon outside the root.",
            source="Duchi, Hazan & Singer 2011.",
        ),
        Optimizer(
            name="adam", steps=_adam, settings=ADAM,
            doc="Running mean over root of running mean square, both corrected for starting at zero.",
            source="Kingma & Ba 2015, Algorithm 1; epsilon outside the root, as there; amsgrad: Reddi et al. 2018.",
        ),
        Optimizer(
            name="adamw", steps=_adamw, settings={**ADAM, "weight_decay": 0.01},
            doc="Adam with weight decay apart from the gradient: the parameter shrinks first.",
            source="Loshchilov & Hutter 2019.",
        ),
    )
}  # fmt: skip
