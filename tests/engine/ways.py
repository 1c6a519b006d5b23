"""The same model with its gradients found another way, for the tests to compare."""

from dataclasses import replace

import numpy as np

from engine import Backward, Run
from tests.engine.models import traced

FORWARD, RTRL = Backward(mode="forward"), Backward(mode="rtrl")
CENTRAL, ONE_SIDED = Backward(mode="difference"), Backward(mode="difference", sides="one-sided")
SMALL = ("neuron", "square", "reuse", "chain", "polynomial", "linear-layer", "softmax-ce", "gradient-check", "rnn")


def another(model, how):
    """A run of the same model, its gradients found another way."""
    return Run(replace(model, backward=how))


def gradients(run):
    trace = traced(run)
    return {n.label: trace.gradient(n.id, trace.backward_end) for n in run.graph.leaves if n.wanted}


def distance(a, b):
    """Over all leaves together, relative to the norm."""
    ours, theirs = (np.concatenate([x.ravel() for x in found.values()]) for found in (a, b))
    assert list(a) == list(b)
    return np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)
