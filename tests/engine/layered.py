"""One layer alone: its output weighted by given numbers is the loss, so that those are its upstream gradient."""

import numpy as np

from engine import LAYERS, LayerSpec, Model, Run, Trace
from engine.build import Builder
from engine.layers import Context
from tests.reference.windowed_cases import upstream


def placed(type, x, options):
    """A run of one layer on x; parameters that would begin alike or at 0 begin at random instead."""
    builder = Builder()
    spec = LayerSpec(type=type, name="layer", options=options)
    context = Context(builder=builder, name="layer", options=LAYERS[type].complete(spec), rng=np.random.default_rng(4))
    y = LAYERS[type].add(context, builder.leaf("x", x, "input"))
    weighted = y * builder.leaf("c", upstream(y.shape), "constant")
    loss = builder.op("sum", weighted)
    graph = builder.build(loss)
    rng = np.random.default_rng(5)
    values = {
        id: rng.standard_normal(value.shape) if graph.nodes[id].role == "parameter" else value
        for id, value in builder.values.items()
    }
    return Run(Model(graph=graph, values=values, optimizer=None)), y.id


def parameters_of(run):
    """Its parameters and its mask, by their names in the layer."""
    graph, view, places = run[0].graph, run[0].recording.view, run[0].schedule.values
    names = {n.label.removeprefix("layer."): n for n in graph.leaves}
    return {k: view(places[n.id]).copy() for k, n in names.items() if n.role == "parameter" or k == "mask"}


def results(run):
    """The output, the gradient of the input, those of the parameters in the order of their names."""
    run, output = run
    trace = Trace(run.graph, run.schedule, run.recording)
    wanted = sorted(run.graph.parameters, key=lambda n: n.label)
    gradients = [trace.gradient(n.id, run.schedule.length) for n in (run.graph.find("x"), *wanted)]
    return [run.recording.view(run.schedule.values[output]), *gradients]
