"""Parameters that have been trained before a session begins: a function of the spec alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from time import thread_time
from typing import Any

from app.errors import TooLargeError
from app.settings import Settings
from app.specs import SpecRequest
from engine import Array, Run

SECONDS = 10.0  # of a processor's time, so that the same spec is not refused because others are at work too
KEPT = 4  # trained networks, so that another sample of the same one opens at once

Make = Callable[..., tuple[Any, Any]]


def trained(request: SpecRequest, settings: Settings, uploads: Any, make: Make) -> Mapping[int, Array]:
    """The parameters a session begins with, by node, where its spec says that they were trained before; else none.

    `make` is `to_model`. Raises `TooLargeError` where the training takes longer than 10 s of a processor's time.
    """
    if request.trained is None or request.data is None:
        return {}
    data = request.data.model_copy(update={"sample": None, "batch": request.trained.batch})
    before = request.model_copy(update={"data": data, "trained": None})
    return _trained(before.model_dump_json(exclude_unset=True), request.trained.iterations, settings, uploads, make)


@lru_cache(maxsize=KEPT)
def _trained(spec: str, iterations: int, settings: Settings, uploads: Any, make: Make) -> Mapping[int, Array]:
    run = Run(make(SpecRequest.model_validate_json(spec), settings, uploads)[0])
    deadline = thread_time() + SECONDS
    while run.iteration < iterations:
        if thread_time() > deadline:
            done = f"{run.iteration} were done in the {SECONDS:g} s allowed"
            raise TooLargeError(f"{iterations} training steps beforehand asked for; {done}")
        run.advance()
    return {n.id: run.recording.view(run.schedule.values[n.id]).copy() for n in run.graph.parameters}
