"""The operations in PyTorch, as the engine's own table of lines says them."""

import torch
from torch.nn import functional

from engine import OPS
from engine.notation import Text
from engine.ops.pytorch import pytorch_line


def computed(name, operands, options):
    """The operation's line of PyTorch, run on tensors."""
    names = [f"x{k}" for k in range(len(operands))]
    line = pytorch_line(OPS[name], list(map(Text, names)), options, [tuple(x.shape) for x in operands])
    return eval(line, {"torch": torch, "F": functional}, dict(zip(names, operands, strict=True)))


def tensors(name, xs):
    """Arrays as tensors; those that the operation sends a gradient to want one."""
    rules = OPS[name].vjps
    return [torch.tensor(x, requires_grad=rules[k] is not None) for k, x in enumerate(xs)]
