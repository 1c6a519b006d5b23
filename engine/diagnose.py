"""The doctor: is a training step healthy, and if not, what is wrong, which numbers say so, and what helps?

Every threshold is a share or a ratio within one training step, so that no unit and no size of a model decides. All of
them are read at one iteration, the one the diagnosis names (0 is the first step, with the weights as they were drawn):

- vanishing and exploding: the norm of dL/dz at a layer with weights over the norm at the last such layer;
- update: the norm of a weight's update over the norm of the weight;
- dead units: the share of ReLU units that are 0 for every sample of the batch, beyond what chance lets be so;
- saturation: the share of a hidden layer's outputs where the slope is below a twentieth of the steepest;
- symmetric and diverged need no threshold: all units of a hidden layer are one unit; some number is not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from math import inf
from typing import Literal

from engine.firstbad import NonFinite, first_nonfinite
from engine.frozen import frozen
from engine.health import Health, Layer
from engine.numerals import shown
from engine.remedies import Remedy, remedies
from engine.trace import Trace

VANISHING = 1e-4  # smallest gradient norm of a layer with weights over the last one's, below which it has vanished
EXPLODING = 1e4  # largest such norm over the last one's, above which it explodes
UPDATE = 1.0  # norm of an update over norm of its weights, above which the step throws the weights away
DEAD = 0.5  # share of ReLU units that are 0 for every sample, beyond the share that chance lets be so
DEAD_FEW = 0.55  # the same where fewer than ENOUGH samples were seen, over all layers together
ENOUGH = 8  # samples from which on one layer's dead units are judged by themselves
SATURATED = 0.8  # share of a hidden layer's sigmoid or tanh outputs near their ends
THRESHOLDS = {
    "vanishing": VANISHING,
    "exploding": EXPLODING,
    "update": UPDATE,
    "dead units": DEAD,
    "dead units, few samples": DEAD_FEW,
    "saturation": SATURATED,
}

Verdict = Literal["healthy", "vanishing", "exploding", "dying", "diverged", "symmetric"]


@frozen
class Finding:
    """Something that decided the verdict, or is worth knowing: the number, and the threshold it was held to."""

    what: str
    sentence: str
    value: float | None = None
    threshold: float | None = None
    layer: str | None = None


@frozen
class Diagnosis:
    """The verdict on one training step; the first finding decided it."""

    iteration: int
    verdict: Verdict
    findings: tuple[Finding, ...]
    layers: tuple[Layer, ...]
    dead: tuple[str, ...]
    nonfinite: NonFinite | None
    remedies: tuple[Remedy, ...]
    thresholds: Mapping[str, float] = field(default_factory=lambda: dict(THRESHOLDS))


def diagnose(trace: Trace, iteration: int = 0) -> Diagnosis:
    """Examine one training step. `iteration` is the one the trace is of."""
    layers = Health(trace).layers()
    bad = first_nonfinite(trace)
    verdict, findings = _verdict(layers, bad)
    return Diagnosis(
        iteration=iteration, verdict=verdict, findings=tuple(findings), layers=layers,
        dead=tuple(name for layer in layers for name in layer.dead), nonfinite=bad,
        remedies=remedies(trace, verdict, bad, [f.what for f in findings]),
    )  # fmt: skip


def _verdict(layers: Sequence[Layer], bad: NonFinite | None) -> tuple[Verdict, list[Finding]]:
    """The first of the tests that finds something decides; what the others find stands after it."""
    if bad is not None:
        return "diverged", [Finding(what="nonfinite", sentence=bad.sentence, layer=bad.layer)]
    found = [(verdict, finding) for verdict, test in TESTS for finding in test(layers)]
    return (found[0][0] if found else "healthy"), [finding for _, finding in found] or [_well(layers)]


def _well(layers: Sequence[Layer]) -> Finding:
    ratios = [ratio for _, ratio in _ratios(layers)]
    if not ratios:
        return Finding(what="healthy", sentence="Nothing here vanishes, explodes, dies or diverges.")
    return Finding(
        what="healthy", value=min(ratios), threshold=VANISHING,
        sentence=f"Between layers with weights the gradient's norm stays within {shown(min(ratios))} and "
        f"{shown(max(ratios))} of the last one's.",
    )  # fmt: skip


def _ratios(layers: Sequence[Layer]) -> list[tuple[Layer, float]]:
    """Gradient norms of the layers with weights over the last one's."""
    weighted = [layer for layer in layers if layer.weighted and layer.gradient is not None]
    last = weighted[-1].gradient if weighted else None
    return [(layer, (layer.gradient or 0.0) / last) for layer in weighted] if last else []


def _exploding(layers: Sequence[Layer]) -> list[Finding]:
    layer, ratio = max(_ratios(layers), key=lambda pair: pair[1], default=(None, 0.0))
    if layer is None or ratio <= EXPLODING:
        return []
    sentence = f"The gradient at {layer.name} is {shown(ratio)} times that at the last layer with weights."
    return [Finding(what="gradient ratio", sentence=sentence, value=ratio, threshold=EXPLODING, layer=layer.name)]


def _overshooting(layers: Sequence[Layer]) -> list[Finding]:
    layer = max(layers, key=lambda one: one.update or 0.0, default=None)
    if layer is None or (layer.update or 0.0) <= UPDATE:
        return []
    sentence = f"The update of {layer.name} is {shown(layer.update or 0.0)} times as large as its weights."
    return [Finding(what="update ratio", sentence=sentence, value=layer.update, threshold=UPDATE, layer=layer.name)]


def _symmetric(layers: Sequence[Layer]) -> list[Finding]:
    """Only in hidden layers: at the last one the targets tell the units apart."""
    return [
        Finding(
            what="symmetry", layer=layer.name,
            sentence=f"All units of {layer.name} have the same weights and the same gradient: they stay one unit, "
            "however long they are trained. Such weights come from an initialisation with one number, such as zeros.",
        )
        for layer in layers
        if layer.symmetric and layer.hidden
    ]  # fmt: skip


def excess(dead: int, units: int, samples: int) -> float:
    """The share of dead units beyond chance: a healthy unit is 0 for half of the samples, so for all of n: 2⁻ⁿ."""
    chance = 0.5**samples
    return (dead / units - chance) / (1 - chance)


def _dying(layers: Sequence[Layer]) -> list[Finding]:
    """Layers seen by enough samples one by one, the others together; a layer without a living unit in any case."""
    relus = [layer for layer in layers if layer.units]
    judged = [[layer] for layer in relus if layer.samples >= ENOUGH or len(layer.dead) == layer.units]
    few = [layer for layer in relus if layer.samples < ENOUGH]
    return [finding for some in [*judged, few] if some for finding in _dead(some)]


def _dead(layers: Sequence[Layer]) -> list[Finding]:
    dead, units = sum(len(layer.dead) for layer in layers), sum(layer.units for layer in layers)
    samples = layers[0].samples
    share = excess(dead, units, samples)
    threshold = DEAD if samples >= ENOUGH or dead == units else DEAD_FEW
    if share < threshold:
        return []
    sentence = f"{dead} of {units} ReLU units are 0 for every sample ({samples} seen): nothing comes back through them."
    layer = layers[0].name if len(layers) == 1 else None
    return [Finding(what="dead units", sentence=sentence, value=share, threshold=threshold, layer=layer)]


def _vanishing(layers: Sequence[Layer]) -> list[Finding]:
    layer, ratio = min(_ratios(layers), key=lambda pair: pair[1], default=(None, inf))
    if layer is None or ratio >= VANISHING:
        return []
    sentence = f"The gradient at {layer.name} is {shown(ratio)} of that at the last layer with weights."
    return [Finding(what="gradient ratio", sentence=sentence, value=ratio, threshold=VANISHING, layer=layer.name)]


def _saturated(layers: Sequence[Layer]) -> list[Finding]:
    layer = max((one for one in layers if one.hidden), key=lambda one: one.saturated or 0.0, default=None)
    if layer is None or layer.saturated is None or layer.saturated < SATURATED:
        return []
    sentence = f"{layer.saturated:.0%} of the outputs of {layer.name} are near their ends, where the slope is almost 0."
    return [Finding(what="saturation", sentence=sentence, value=layer.saturated, threshold=SATURATED, layer=layer.name)]


TESTS: tuple[tuple[Verdict, Callable[[Sequence[Layer]], list[Finding]]], ...] = (
    ("exploding", _exploding),
    ("exploding", _overshooting),
    ("symmetric", _symmetric),
    ("dying", _dying),
    ("vanishing", _vanishing),
    ("vanishing", _saturated),
)
