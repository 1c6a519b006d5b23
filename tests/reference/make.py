"""Makes the reference values: every gallery example in PyTorch, node by node.

PyTorch is no dependency of the project; 2.13.0 for the CPU made these files. To make them again, install torch beside
the project's own packages and run, at the top of the repository::

    python -m tests.reference.make

The structure of a model and the first values of its leaves come from the engine. Everything computed comes from
PyTorch in float64: values, gradients by its autograd, new parameters by its optimizer. Files hold, by node id,
`value.N`, `gradient.N` and `updated.N`; see `projections` for arrays too large to be kept whole. Of a network at full
size they hold its parameters, the outputs of its layers and the loss.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from tests.engine.models import FULL, NAMES, gallery_model
from tests.reference.lines import computed
from tests.reference.projections import limits, packed
from tests.reference.updates import clipped, made

HERE = Path(__file__).parent


def evaluated(model):
    """The tensor of every node; those that get a gradient keep it."""
    tensors = []
    for node in model.graph.nodes:
        if node.op is None:
            tensor = torch.tensor(np.asarray(model.values[node.id], np.float64), requires_grad=node.wanted)
        else:
            cut = [(node.id, slot) in model.backward.cut for slot in range(len(node.inputs))]
            operands = (tensors[i].detach() if c else tensors[i] for i, c in zip(node.inputs, cut, strict=True))
            tensor = computed(node.op, list(operands), node.options)
        if tensor.requires_grad:
            tensor.retain_grad()
        tensors.append(tensor)
    return tensors


def reference(model):
    """The arrays of one training step, by name."""
    tensors = evaluated(model)
    tensors[model.graph.loss.id].backward()
    found = {f"value.{i}": t.detach().numpy().copy() for i, t in enumerate(tensors)}
    found |= {
        f"gradient.{i}": t.grad.numpy().copy() for i, t in enumerate(tensors) if t.requires_grad and t.grad is not None
    }
    if model.optimizer:
        trained = {n.id: tensors[n.id] for n in model.graph.parameters if tensors[n.id].grad is not None}
        clipped(model.optimizer, list(trained.values()))
        made(model.optimizer, list(trained.values())).step()
        found |= {f"updated.{i}": t.detach().numpy().copy() for i, t in trained.items()}
    return found


def told(model):
    """The ids of the nodes that a file of a network at full size holds."""
    last = {n.group[0]: n.id for n in model.graph.nodes if n.op and n.group}
    return {*last.values(), *(n.id for n in model.graph.parameters)}


if __name__ == "__main__":
    for name in sys.argv[1:] or (*NAMES, *FULL):
        model = gallery_model(name)
        found = reference(model)
        chosen = told(model) if name in FULL else range(len(model.graph.nodes))
        few = {key: x for key, x in found.items() if int(key.split(".")[1]) in chosen}
        whole, sums = limits(0 if name in FULL else len(model.graph.nodes))
        np.savez_compressed(HERE / f"{name}.npz", **packed(few, whole, sums))
