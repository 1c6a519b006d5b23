"""The optimizers that are compared with PyTorch's: every one with every option, schedules and clipping."""

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
    "cosine schedule": _case("adam", 0.1, schedule="cosine", schedule_settings={"period": 25, "lowest": 0.1}),
    "warmup schedule": _case("sgd", 0.05, schedule="warmup", schedule_settings={"iterations": 10}, momentum=0.5),
}
