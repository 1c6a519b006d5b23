"""What PyTorch does at each event of a training step: a line, or none where autograd or the optimizer is at work."""

from __future__ import annotations

from engine.events import AnyEvent, Assign, Clipped, Contribution, Forward, Seed, ZeroGrad
from engine.export.pytorch_script import RESERVED, forward_line
from engine.export.updates import clip_lines
from engine.graph import Graph
from engine.names import CodeNames
from engine.schedule import Schedule


class PyTorchLines:
    """The lines beside the events of one schedule.

    Autograd's one call stands at the event that begins the backward phase, and a leaf's `.grad` where it is whole; the
    optimizer's one call stands at its first event. Other ways to the gradients than backward have no such line.
    """

    def __init__(self, graph: Graph, schedule: Schedule) -> None:
        self.graph, self.schedule = graph, schedule
        self.names = CodeNames(graph, reserved=RESERVED)
        events = schedule.events
        self.trained = list(dict.fromkeys(e.param for e in events if isinstance(e, Assign)))
        self.updates = next((e.index for e in events if isinstance(e, Assign)), None)
        self.seeds = [e.index for e in events if isinstance(e, Seed)]
        self.clipped = next((e.index for e in events if isinstance(e, Clipped)), None)
        leaves = {node.id for node in graph.leaves if node.wanted}
        self.whole = {
            (sum(seed < e.index for seed in self.seeds), e.into): e.index
            for e in events
            if isinstance(e, Contribution) and e.into in leaves
        }

    def at(self, index: int) -> tuple[str, ...]:
        """The lines of event `index`."""
        event = self.schedule.events[index]
        match event:
            case Forward():
                node = self.graph.nodes[event.node]
                return (forward_line(self.graph, node, self.schedule.backward.cut, self.names),)
            case ZeroGrad():
                return ("optimizer.zero_grad()",)
            case Seed():
                return (self._backward(event),)
            case Contribution() if index in self.whole.values():
                return (f"{self.names.value(self.graph.nodes[event.into])}.grad",)
            case _:
                return self._update(event)

    def _backward(self, event: Seed) -> str:
        again = event.index != self.seeds[-1]
        return f"{self.names.value(self.graph.nodes[event.node])}.backward({'retain_graph=True' if again else ''})"

    def _update(self, event: AnyEvent) -> tuple[str, ...]:
        if event.index == self.clipped and self.schedule.optimizer:
            names = [self.names.value(self.graph.nodes[id]) for id in self.trained]
            return tuple(clip_lines(self.schedule.optimizer, names))
        return ("optimizer.step()",) if event.index == self.updates else ()
