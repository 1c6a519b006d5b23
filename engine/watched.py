"""The samples held out, watched from step to step, for early stopping."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.answers import Held
from engine.events import Assign, Statistics, Stopping
from engine.recording import ArrayRef
from engine.schedule import Schedule
from engine.spec import Model
from engine.tape import Array, Call


class Watched:
    """Early stopping of a run: what its last event says of the samples held out."""

    def __init__(self, model: Model, schedule: Schedule, view: Callable[[ArrayRef], Array]) -> None:
        event = schedule.events[-1]
        assert isinstance(event, Stopping), "the last event of a step looks whether to stop"
        assert model.network is not None, "samples held out are a network's"
        assert model.data is not None, "samples held out are a network's"
        self.event, self.view = event, view
        self.held = Held(model.network, model.data)
        updated = {e.param: e.value for e in schedule.events if isinstance(e, Assign) and e.target == "parameter"}
        moved = {e.target: e.value for e in schedule.events if isinstance(e, Statistics)}
        places = {n.id: schedule.values[n.id] for n in model.graph.parameters} | updated | moved
        self.values = {model.graph.nodes[id].label: view(ref) for id, ref in places.items()}

    def look(self, calls: Sequence[Sequence[Call]]) -> None:
        """Measure the loss that the step leaves, and compute the event from it; `calls` are those of every event."""
        self.view(self.event.value)[...] = self.held(self.values).loss
        for function, arguments in calls[self.event.index]:
            function(*arguments)

    @property
    def stops(self) -> bool:
        return bool(self.view(self.event.stops))

    def reason(self, iteration: int) -> str:
        best, waited = (float(self.view(ref)) for ref in (self.event.best, self.event.waited))
        return (
            f"early stopping ended training at iteration {iteration}, after {waited:g} steps without a test loss "
            f"below {best:.6g}"
        )
