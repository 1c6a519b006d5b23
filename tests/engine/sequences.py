"""Small networks over sequences, for the tests to walk through."""

import numpy as np

from engine import Data, LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, build

BATCH, TIME, UNITS = 2, 6, 3


def layer(type, number=1, **options):
    return LayerSpec(type=type, name=f"{type}{number}", options=options)


def network(*layers, x=None, targets=None, seed=0, parameters=None):
    """A run of the layers on sequences of one feature, with the sum of squared errors."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal((BATCH, TIME, 1)) if x is None else np.asarray(x, float)
    targets = rng.standard_normal((len(x), UNITS)) if targets is None else np.asarray(targets, float)
    model = NetworkModel(layers=layers, loss="mse", reduction="sum", parameters=parameters or {})
    spec = Spec(model=model, optimizer=OptimizerSpec(name="sgd", learning_rate=0.1), seed=seed)
    return Run(build(spec, Data(x=x, targets=targets, samples=range(len(x)))))


def twin(type, **options):
    """The layer with 3 units on 6 time steps, its last state the output."""
    return network(layer(type, units=UNITS, **options))


def into(run, name):
    """The contributions to the node of this name, in order."""
    node = run.graph.find(name).id
    return [e for e in run.schedule.events if e.kind == "contribution" and e.into == node]
