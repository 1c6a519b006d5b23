"""The gradient of one entry, sample by sample, beside the one that a training step follows."""

from __future__ import annotations

from time import monotonic
from typing import Literal

import numpy as np
from typing_extensions import TypedDict

from app.errors import OutsideError, TooLargeError
from app.session import Session
from app.tensors import find
from engine import MixedError, SampleGradient, Singles, check_entry


class SampleGradientsAnswer(TypedDict):
    """`samples` in the order of the batch. Their `mean` or their `sum`, whichever `by` says, is `together`; `recorded`
    is the gradient of the whole batch's loss, which the step follows: the same but for rounding.
    """

    iteration: int
    node: int
    label: str
    index: tuple[int, ...]
    by: Literal["mean", "sum"]
    together: float
    recorded: float
    samples: list[SampleGradient]


def sample_gradients(
    session: Session, name: str, index: tuple[int, ...] | None, iteration: int | None
) -> SampleGradientsAnswer:
    """Raises `OutsideError` where samples have no gradients of their own, `TooLargeError` where there is no time."""
    with session.lock:
        number = session.iteration if iteration is None else iteration
        trace, model = session.trace(number), session.run.model
        node = find(trace.graph, name)
        place = check_entry(trace, node.id, (0,) * len(node.shape) if index is None else index)
        recorded = trace.jacobian(trace.graph.loss.id, node.id)
        if node.role != "parameter" or recorded is None:
            raise OutsideError(f"samples share the parameters that learn; {node.label} is none of them")
        told, members = float(recorded[place]), model.samples(number)
        try:
            singles = Singles(model, trace)
        except MixedError as error:
            raise OutsideError(str(error)) from None
    found: list[SampleGradient] = []
    deadline = monotonic() + session.settings.step_seconds
    for one in singles.of(members, node.id, place):
        if monotonic() > deadline:
            raise TooLargeError(f"{len(members)} samples asked for; {len(found)} were computed in the time allowed")
        found.append(one)
    gradients = np.array([one.gradient for one in found])
    with np.errstate(all="ignore"):
        both = float(gradients.mean() if singles.mean else gradients.sum())
    return SampleGradientsAnswer(
        iteration=number, node=node.id, label=node.label, index=place, by="mean" if singles.mean else "sum",
        together=both, recorded=told, samples=found,
    )  # fmt: skip
