"""Makes the reference values of the optimizers: 20 updates of a small curved problem by torch.optim, in float64.

PyTorch is no dependency of the project; with it installed, run ``python -m tests.reference.updates`` at the top of
the repository. The file holds, by case, the parameters after every update, one row each; of options drawn together,
two parameters after some of the updates.
"""

from pathlib import Path

import numpy as np
import torch

from engine import Clip, OptimizerSpec
from engine.export.updates import clip_lines, optimizer_line
from tests.reference.cases import CASES, COMBINED, KEPT, RATES, SECOND, START, TARGET

FILE = Path(__file__).with_name("updates.npz")


def made(spec, parameters):
    """PyTorch's optimizer of a spec, as the engine's own line says it."""
    names = [f"p{k}" for k in range(len(parameters))]
    line = optimizer_line(spec, names, spec.rate(0))
    return eval(line, {"torch": torch}, dict(zip(names, parameters, strict=True)))


def clipped(spec, parameters):
    """Clips the gradients as the spec says."""
    names = [f"p{k}" for k in range(len(parameters))]
    for line in clip_lines(spec, names):
        eval(line, {"torch": torch}, dict(zip(names, parameters, strict=True)))


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


def one(w):
    return (torch.tensor(RATES) * (w - torch.tensor(TARGET)) ** 2 + torch.sin(w)).sum()


def two(w, v):
    return one(w) + w.sum() ** 2 * (v * v).mean()


def walk(loss, starts, name, rate, settings, clip, schedule, schedule_settings):
    """The parameters after each of 20 updates."""
    parameters = [torch.tensor(start, requires_grad=True) for start in starts]
    spec = OptimizerSpec(name=name, learning_rate=rate, settings=settings, clip=Clip(**clip))
    optimizer = made(spec, parameters)
    following = scheduler(optimizer, schedule, schedule_settings)
    rows = []
    for _ in range(20):
        optimizer.zero_grad()
        loss(*parameters).backward()
        clipped(spec, parameters)
        optimizer.step()
        if following:
            following.step()
        rows.append(np.concatenate([p.detach().numpy().reshape(-1) for p in parameters]))
    return np.array(rows)


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    found = {id: walk(one, [START], *case) for id, case in CASES.items()}
    found["combined"] = np.array([walk(two, [START, SECOND], *case)[list(KEPT)] for case in COMBINED.values()])
    np.savez_compressed(FILE, **found)
