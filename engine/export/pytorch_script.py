"""A training step as PyTorch writes it: its functions go forward, its autograd back, its optimizer updates."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.export.listing import check, comment
from engine.export.numbers import array
from engine.export.numpy_script import SAME
from engine.export.step import Expected, Given, Held, expected, given, trained_parameters, within
from engine.export.updates import clip_lines, kept_line, optimizer_line
from engine.graph import Graph, Node
from engine.names import CodeNames, literal
from engine.notation import Text, number
from engine.ops.pytorch import pytorch_line
from engine.tape import Array
from engine.trace import Trace

ABOUT = (
    "One training step with PyTorch's own functions, autograd and optimizer. Where a result is not the explorer's, "
    "an AssertionError names it."
)
RESERVED = ("torch", "F", "optimizer", "leaf")
PLAIN = frozenset(("add", "sub", "mul", "div", "pow", "neg", "square"))  # take numbers beside tensors
CHECK = '''
def check(name, number, expected, among=0.0):
    """Raise AssertionError unless the number is the expected one: to {within!r} of its largest entry, or of `among`,
    the size of the numbers that it is what is left of."""
    largest = max([among, *expected[expected.isfinite()].abs().flatten().tolist()])
    torch.testing.assert_close(
        number.detach(), expected, rtol={within!r}, atol={within!r} * largest, equal_nan=True,
        msg=lambda text: f"{{name}}: {{text}}",
    )
'''
UNPACKED = '''
def unpacked(shape, text):
    """Numbers from base64: the very same ones, to the last bit."""
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.{kind}).reshape(shape)
'''


def pytorch_script(trace: Trace, title: str = "A training step") -> str:
    """The script as text. Raises `ExportError` where the step is too large for one, naming number and limit."""
    body = "\n".join(_body(trace, expected(trace), given(trace)))
    packed = "unpacked(" in body
    head = (
        *comment(title), *comment(ABOUT), "",
        *(("import base64", "") if packed else ()),
        "import torch", *(("import torch.nn.functional as F",) if "F." in body else ()), "",
        f"torch.set_default_dtype(torch.{trace.schedule.dtype})", "", CHECK.format(within=within(trace, 1e-9)),
        *((UNPACKED.format(kind=trace.schedule.dtype),) if packed else ()),
    )  # fmt: skip
    return "\n".join((*head, body, SAME, ""))


def _body(trace: Trace, wanted: Expected, numbers: Given) -> Iterator[str]:
    names = CodeNames(trace.graph, reserved=RESERVED)
    trained = [names.value(trace.graph.nodes[id]) for id in trained_parameters(trace)]
    yield "\n# --- The numbers it begins with ---\n"
    for node, x in numbers.leaves:
        yield f"{names.value(node)} = {_tensor(node, x)}"
    if trained:
        yield from _optimizer(trace, names, numbers, trained)
    yield "\n# --- Forward ---\n"
    yield from _forward(trace, names)
    for held in wanted.outputs:
        yield _check(held.node.label, names.value(held.node), held)
    yield "\n# --- Backward ---\n"
    yield from ("optimizer.zero_grad()",) if trained else ()
    yield from _backward(trace, names, wanted, trained)
    if trained:
        yield "\n# --- Update ---\n"
        yield from (f"{names.value(n)}.grad += {array(x, 'torch', 'torch.tensor')}" for n, x in uncleared(numbers))
        yield "optimizer.step()"
    for held in wanted.updated:
        yield _check(held.node.label, names.value(held.node), held)


def _backward(trace: Trace, names: CodeNames, wanted: Expected, trained: list[str]) -> Iterator[str]:
    """Output by output, each from cleared gradients."""
    optimizer, last = trace.schedule.optimizer, wanted.gradients[-1]
    leaves = [names.value(n) for n in trace.graph.leaves if n.wanted]
    for found in wanted.gradients:
        if found is not wanted.gradients[0]:
            yield f"for leaf in ({', '.join(leaves)},):\n    leaf.grad = None"
        yield f"{names.value(found.output)}.backward({'' if found is last else 'retain_graph=True'})"
        yield from clip_lines(optimizer, trained) if optimizer and found is last else ()
        for held in found.leaves:
            yield _check(f"d{found.output.label}/d{held.node.label}", f"{names.value(held.node)}.grad", held)


def uncleared(numbers: Given) -> list[tuple[Node, Array]]:
    """What earlier steps left in the gradients, where nothing clears them."""
    return [(node, x) for node, slot, x in numbers.slots if slot == "kept"]


def _tensor(node: Node, x: Array) -> str:
    code = array(x, "torch", "torch.tensor", ", requires_grad=True" if node.wanted else "")
    return f"{code}.requires_grad_()" if node.wanted and code.startswith("unpacked") else code


def _optimizer(trace: Trace, names: CodeNames, numbers: Given, trained: list[str]) -> Iterator[str]:
    """The optimizer, and what it has kept from the updates before."""
    optimizer = trace.schedule.optimizer
    assert optimizer is not None, "parameters were updated"
    assert numbers.learning_rate is not None, "an optimizer has a learning rate"
    yield f"optimizer = {optimizer_line(optimizer, trained, numbers.learning_rate)}"
    if numbers.updates == 0:
        return
    kept: dict[str, dict[str, str]] = {}
    for node, slot, x in numbers.slots:
        if slot == "kept":  # added to the gradients where PyTorch finds them
            continue
        kept.setdefault(names.value(node), {})[slot] = array(x, "torch", "torch.tensor")
    for parameter, slots in ((p, found) for p, found in kept.items() if p in trained):
        yield kept_line(optimizer, parameter, slots, numbers.updates)


def _forward(trace: Trace, names: CodeNames) -> Iterator[str]:
    for node in trace.graph.nodes:
        if node.op:
            yield forward_line(trace.graph, node, trace.schedule.backward.cut, names)


def forward_line(graph: Graph, node: Node, cut: Collection[tuple[int, int]], names: CodeNames) -> str:
    """A node in PyTorch; what comes over an edge that is cut is detached."""
    operands = [graph.nodes[i] for i in node.inputs]
    texts = [
        Text(f"{t.text}.detach()") if (node.id, slot) in cut else t
        for slot, t in enumerate(_operands(node, operands, names))
    ]
    line = pytorch_line(node.row, texts, node.options, [x.shape for x in operands])
    return f"{names.value(node)} = {line}"


def _operands(node: Node, operands: list[Node], names: CodeNames) -> list[Text]:
    """A number without a name stands as it is beside a tensor, and as a tensor where there is none."""
    bare = node.op in PLAIN and not all(map(literal, operands))
    return [
        Text(names.value(x))
        if not literal(x)
        else number(x.label)
        if bare
        else Text(f"torch.tensor({float(x.label)!r})")
        for x in operands
    ]


def _check(label: str, name: str, held: Held) -> str:
    return check(label, name, held, "torch", "torch.tensor")
