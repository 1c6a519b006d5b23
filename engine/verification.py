"""A proof: does every number of a trace follow from its leaves and from the events before?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.events import AnyEvent, Batch, Stopping
from engine.faults import begun, honest
from engine.frozen import frozen
from engine.graph import Graph
from engine.op import Index
from engine.recording import ArrayRef, Recording
from engine.run import Plan
from engine.schedule import Schedule
from engine.tape import Array
from engine.trace import Trace, places


@frozen
class Verification:
    """`passed`, or the first event whose numbers do not follow from the events before it, and its field.

    At `index`, where they differ most, stands `stands`; by the rules it is `follows`.
    """

    passed: bool
    event: int | None = None
    kind: str | None = None
    field: str | None = None
    index: Index | None = None
    stands: float | None = None
    follows: float | None = None
    detail: str = "every event follows from the leaves and the events before it"


def verify(trace: Trace) -> Verification:
    """Compute every event again from the leaves and compare bits; name the first event that does not follow."""
    again = Recording(trace.schedule.stored, trace.recording.buffer.dtype)
    schedule = honest(trace.schedule)
    for ref in _given(trace.graph, schedule):
        again.view(ref)[...] = trace.view(ref)
    for ref, first in begun(trace.schedule):
        again.view(ref)[...] = first
    Plan(trace.graph, schedule, again).run()
    if trace.schedule.size == trace.schedule.stored and _same_bits(again.buffer, trace.recording.buffer):
        return Verification(passed=True)
    for event in trace.schedule.events:
        for name, ref in places(event).items():
            if not _same_bits(again.view(ref), trace.view(ref)):
                return _does_not_follow(event, name, trace.view(ref), again.view(ref))
    return Verification(passed=True)


def _given(graph: Graph, schedule: Schedule) -> Iterator[ArrayRef]:
    """What nothing in the step computes: leaves, samples, learning rate, what was kept, and the test loss."""
    yield from (schedule.values[n.id] for n in graph.leaves)
    for event in schedule.events:
        if isinstance(event, Batch):
            yield from (event.samples, event.learning_rate, event.step)
        if isinstance(event, Stopping):
            yield event.value
    yield from (ref for _, _, ref, _ in schedule.slots)


def _furthest(a: Array, b: Array) -> Index:
    """Where two arrays that are not the same differ most; NaN and infinities are furthest from all else."""
    with np.errstate(all="ignore"):
        apart = np.nan_to_num(np.abs(a - b), nan=np.inf)
    differs = (a != b) & ~(np.isnan(a) & np.isnan(b))
    flat = int(np.argmax(np.where(differs, apart, -1.0)))
    return tuple(int(i) for i in np.unravel_index(flat, a.shape))


def _same_bits(a: Array, b: Array) -> bool:
    return a.tobytes() == b.tobytes()


def _does_not_follow(event: AnyEvent, field: str, stands: Array, follows: Array) -> Verification:
    index = _furthest(stands, follows)
    return Verification(
        passed=False, event=event.index, kind=event.kind, field=field, index=index,
        stands=float(stands[index]), follows=float(follows[index]),
        detail=f"event {event.index} ({event.kind}): its {field} does not follow from the events before it",
    )  # fmt: skip
