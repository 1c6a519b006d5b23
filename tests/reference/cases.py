"""The optimizers that are compared with PyTorch's: every one with every option, schedules and clipping."""

import numpy as np

START = [1.5, -2.0, 0.3, 4.0]
TARGET = [0.0, 1.0, -1.0, 0.5]
RATES = [0.1, 2.0, 0.5, 1.0]
SOURCE = "L = sum(r*(w - c)**2 + sin(w))"


def _case(name, rate, clip=None, schedule="constant", schedule_settings=None, **settings):
    return (name, rate, settings, clip or {}, schedule, schedule_settings or {})


CASES = {
    "sgd": _case("sgd", 0.05),
    "sgd decay": _case("sgd", 0.05, weight_decay=0.1),
    "momentum": _case("sgd", 0.05, momentum=0.9),
    "momentum dampened": _case("sgd", 0.05, momentum=0.9, dampening=0.3),
    "nesterov": _case("sgd", 0.05, momentum=0.9, nesterov=True),
    "nesterov decay": _case("sgd", 0.05, momentum=0.8, nesterov=True, weight_decay=0.2),
    "rmsprop": _case("rmsprop", 0.02),
    "rmsprop all": _case("rmsprop", 0.02, alpha=0.9, epsilon=1e-6, momentum=0.5, centered=True, weight_decay=0.1),
    "rmsprop centered": _case("rmsprop", 0.02, centered=True),
    "rmsprop momentum": _case("rmsprop", 0.02, momentum=0.9),
    "adagrad": _case("adagrad", 0.3),
    "adagrad all": _case("adagrad", 0.3, lr_decay=0.1, epsilon=1e-8, initial_total=0.5, weight_decay=0.1),
    "adam": _case("adam", 0.1),
    "adam all": _case("adam", 0.1, beta1=0.8, beta2=0.95, epsilon=1e-6, weight_decay=0.1, amsgrad=True),
    "adam amsgrad": _case("adam", 0.1, amsgrad=True),
    "adamw": _case("adamw", 0.1),
    "adamw all": _case("adamw", 0.1, beta1=0.8, beta2=0.95, epsilon=1e-6, weight_decay=0.3, amsgrad=True),
    "clip norm": _case("sgd", 0.05, clip={"norm": 1.0}, momentum=0.9),
    "clip value": _case("adam", 0.1, clip={"value": 0.5}),
    "step schedule": _case("sgd", 0.05, schedule="step", schedule_settings={"every": 5, "gamma": 0.5}),
    "cosine and up again": _case("sgd", 0.05, schedule="cosine", schedule_settings={"period": 7, "lowest": 0.2}),
    "cosine schedule": _case("adam", 0.1, schedule="cosine", schedule_settings={"period": 25, "lowest": 0.1}),
    "warmup schedule": _case("sgd", 0.05, schedule="warmup", schedule_settings={"iterations": 10}, momentum=0.5),
}


# --- options drawn together, on two parameters ---

SECOND = [[0.5, -1.0, 2.0], [1.5, 0.2, -0.7]]
TWO = "L = sum(r*(w - c)**2 + sin(w)) + sum(w)**2*mean(v*v)"
KEPT = (0, 6, 19)  # the updates whose numbers are committed
OPTIONS = {
    "sgd": {"momentum": (0, 0.95), "dampening": (0, 0.9), "nesterov": bool, "weight_decay": (0, 0.3)},
    "rmsprop": {
        "alpha": (0.5, 0.99),
        "epsilon": (1e-8, 1e-3),
        "momentum": (0, 0.9),
        "centered": bool,
        "weight_decay": (0, 0.3),
    },
    "adagrad": {"lr_decay": (0, 0.3), "epsilon": (1e-10, 1e-3), "initial_total": (0, 1), "weight_decay": (0, 0.3)},
}
ADAM = {"beta1": (0, 0.95), "beta2": (0.5, 0.999), "epsilon": (1e-8, 1e-3), "weight_decay": (0, 0.3), "amsgrad": bool}
OPTIONS |= {"adam": ADAM, "adamw": ADAM}
SCHEDULES = {
    "constant": {},
    "step": {"every": int, "gamma": (0.1, 0.9)},
    "cosine": {"period": int, "lowest": (0, 0.5)},
    "warmup": {"iterations": int},
}
CLIPS = ("none", "norm", "value")


def _chosen(rng, bounds):
    if bounds is bool:
        return bool(rng.integers(0, 2))
    return int(rng.integers(2, 12)) if bounds is int else float(rng.uniform(*bounds))


def _some(rng, options):
    """About half of the options."""
    return {name: _chosen(rng, bounds) for name, bounds in options.items() if rng.random() < 0.5}


def _combined(name, rng):
    settings = _some(rng, OPTIONS[name])
    if settings.get("nesterov"):  # takes a momentum and no dampening
        settings = settings | {"momentum": float(rng.uniform(0.1, 0.95)), "dampening": 0.0}
    schedule = str(rng.choice(list(SCHEDULES)))
    clip = str(rng.choice(CLIPS))
    return _case(
        name, float(rng.uniform(0.001, 0.03)),
        clip={} if clip == "none" else {clip: float(rng.uniform(0.2, 3))},
        schedule=schedule, schedule_settings={k: _chosen(rng, b) for k, b in SCHEDULES[schedule].items()}, **settings,
    )  # fmt: skip


def _drawn(name, count=30):
    rng = np.random.default_rng([4, *name.encode()])
    return {f"{name} {k}": _combined(name, rng) for k in range(1, count + 1)}


COMBINED = {id: case for name in OPTIONS for id, case in _drawn(name).items()}
