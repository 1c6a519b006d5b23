"""What one training step hands to the next, by name: so another schedule of the same graph can go on from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.recording import ArrayRef
from engine.run import Run
from engine.spec import Model
from engine.tape import Array

LEAF = ""  # stands for the leaf's own value, beside the names of what an optimizer keeps for it
State = Mapping[tuple[int, str], Array]  # by node and name


def first_state(model: Model) -> State:
    """What iteration 0 begins with: the parameters as drawn. All else begins as its schedule says."""
    return {(n.id, LEAF): np.array(model.values[n.id]) for n in model.graph.parameters}


def state_of(run: Run) -> State:
    """Copies of what the iteration at which the run stands began with: nothing overwrites it before it is left."""
    return {name: run.recording.view(ref).copy() for name, ref in _places(run).items()}


@np.errstate(over="ignore")  # a number that is too large for float32 is infinity there
def resume(run: Run, iteration: int, state: State) -> None:
    """Compute an iteration that begins with `state`.

    What the schedule keeps and the state does not name begins anew; what the state names beyond that is dropped.
    """
    first = {(id, name): value for id, name, _, value in run.schedule.slots}
    for name, ref in _places(run).items():
        found = state[name].reshape(ref.shape) if name in state else first.get(name, run.model.values.get(name[0]))
        run.recording.view(ref)[...] = found
    run.iteration = iteration
    run.compute()


def _places(run: Run) -> dict[tuple[int, str], ArrayRef]:
    """Every parameter, whether it learns or is frozen, whatever else is handed on, and the optimizer's own numbers."""
    schedule = run.schedule
    handed = {target.offset for _, target in schedule.carried}
    leaves = {n.id: schedule.values[n.id] for n in run.graph.leaves}
    kept = {
        (id, LEAF): ref for id, ref in leaves.items() if run.graph.nodes[id].role == "parameter" or ref.offset in handed
    }
    return kept | {(id, name): ref for id, name, ref, _ in schedule.slots}
