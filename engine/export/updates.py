"""What PyTorch calls each optimizer, its settings and what it keeps from update to update. Texts only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from engine.frozen import frozen
from engine.optim import OptimizerSpec
from engine.rates import Settings


@frozen(kw_only=False)
class Named:
    """One optimizer of torch.optim. `kept`: what the update keeps for a parameter, by our name for it."""

    name: str
    kept: dict[str, str]
    renamed: dict[str, str] = field(default_factory=dict)
    counts: bool = True  # it keeps the number of updates


EPSILON = {"epsilon": "eps"}
MOMENTS = {"m": "exp_avg", "v": "exp_avg_sq", "v_max": "max_exp_avg_sq"}
PYTORCH = {
    "sgd": Named("SGD", {"velocity": "momentum_buffer"}, counts=False),
    "rmsprop": Named("RMSprop", {"square": "square_avg", "mean": "grad_avg", "velocity": "momentum_buffer"}, EPSILON),
    "adagrad": Named("Adagrad", {"total": "sum"}, {**EPSILON, "initial_total": "initial_accumulator_value"}),
    "adam": Named("Adam", MOMENTS, EPSILON),
    "adamw": Named("AdamW", MOMENTS, EPSILON),
}


def optimizer_line(optimizer: OptimizerSpec, parameters: Sequence[str], rate: float) -> str:
    """The optimizer's construction in PyTorch, with the settings that were said."""
    row = PYTORCH[optimizer.name]
    more = "".join(f", {name}={value!r}" for name, value in _settings(row, optimizer.settings).items())
    return f"torch.optim.{row.name}([{', '.join(parameters)}], lr={rate!r}{more})"


def _settings(row: Named, settings: Settings) -> dict[str, object]:
    found: dict[str, object] = {row.renamed.get(k, k): v for k, v in settings.items() if k not in ("beta1", "beta2")}
    if "beta1" in settings or "beta2" in settings:
        found["betas"] = (settings.get("beta1", 0.9), settings.get("beta2", 0.999))
    return found


def clip_lines(optimizer: OptimizerSpec, parameters: Sequence[str]) -> list[str]:
    """How PyTorch clips the gradients of these parameters."""
    clip, names = optimizer.clip, f"[{', '.join(parameters)}]"
    if clip is None:
        return []
    norm = [f"torch.nn.utils.clip_grad_norm_({names}, {clip.norm!r})"] if clip.norm is not None else []
    value = [f"torch.nn.utils.clip_grad_value_({names}, {clip.value!r})"] if clip.value is not None else []
    return norm + value


def kept_line(optimizer: OptimizerSpec, parameter: str, kept: dict[str, str], updates: int) -> str:
    """What the optimizer has kept for a parameter: the code of each number, by our name for it."""
    row = PYTORCH[optimizer.name]
    entries = [f'    "{row.kept[name]}": {code},' for name, code in kept.items() if name in row.kept]
    entries += [f'    "step": torch.tensor({float(updates)!r}),'] if row.counts else []
    return "\n".join((f"optimizer.state[{parameter}] = {{", *entries, "}"))
