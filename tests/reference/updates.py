"""Makes the reference values of the optimizers: 20 updates of a small curved problem by torch.optim, in float64.

PyTorch is no dependency of the project; with it installed, run ``python -m tests.reference.updates`` at the top of
the repository. The file holds, by case, the parameters after every update, one row each.
"""

from pathlib import Path

import numpy as np
import torch

from tests.reference.cases import CASES, RATES, START, TARGET

FILE = Path(__file__).with_name("updates.npz")
MAKERS = {
    "sgd": torch.optim.SGD,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}
NAMES = {"epsilon": "eps", "initial_total": "initial_accumulator_value"}


def settings_of(name, settings):
    """Our settings in PyTorch's words."""
    found = {NAMES.get(k, k): v for k, v in settings.items() if k not in ("beta1", "beta2")}
    if name in ("adam", "adamw"):
        found["betas"] = (settings.get("beta1", 0.9), settings.get("beta2", 0.999))
    return found


def scheduler(optimizer, schedule, settings):
    """PyTorch's schedule of the same name, or None."""
    if schedule == "step":
        return torch.optim.lr_scheduler.StepLR(optimizer, settings["every"], settings["gamma"])
    if schedule == "cosine":
        lowest = settings["lowest"] * optimizer.param_groups[0]["lr"]
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings["period"], lowest)
    if schedule == "warmup":
        rise = settings["iterations"]
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: min(1.0, (k + 1) / rise))
    return None


def walk(name, rate, settings, clip, schedule, schedule_settings):
    w = torch.tensor(START, requires_grad=True)
    optimizer = MAKERS[name]([w], lr=rate, **settings_of(name, settings))
    following = scheduler(optimizer, schedule, schedule_settings)
    rows = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = (torch.tensor(RATES) * (w - torch.tensor(TARGET)) ** 2 + torch.sin(w)).sum()
        loss.backward()
        if clip.get("norm"):
            torch.nn.utils.clip_grad_norm_([w], clip["norm"])
        if clip.get("value"):
            torch.nn.utils.clip_grad_value_([w], clip["value"])
        optimizer.step()
        if following:
            following.step()
        rows.append(w.detach().numpy().copy())
    return np.array(rows)


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    np.savez_compressed(FILE, **{id: walk(*case) for id, case in CASES.items()})
