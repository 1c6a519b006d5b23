"""What nodes are called in formulas and in code."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from contextlib import suppress

from engine.graph import Graph, Node
from engine.notation import LATEX, PRODUCT, Text, number, write
from engine.optim import GIVEN
from engine.tape import UntraceableError, trace

GREEK = frozenset(
    (
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "eta",
        "theta",
        "kappa",
        "lambda",
        "mu",
        "rho",
        "sigma",
        "tau",
        "phi",
    )
)
PARAMETERS = {"weight": "W", "bias": "b"}
PYTORCH = {"weight_ih": "W_{ih}", "weight_hh": "W_{hh}", "bias_ih": "b_{ih}", "bias_hh": "b_{hh}"}
PYTORCH |= {"in_proj_weight": "W_{in}", "in_proj_bias": "b_{in}"}
PYTORCH |= {"out_proj.weight": "W_{out}", "out_proj.bias": "b_{out}"}
WAYS = ("OPS", "loss_of", "moved", "above", "below", "row")
RESERVED = frozenset(
    (*dir(builtins), "np", "math", "learning_rate", "norm", "factor", "base64", "check", "unpacked", *WAYS)
)  # what listings themselves use
DENSE = re.compile(r"dense(\d+)")
TEXT_BOOK = re.compile(r"([A-Za-z])_?(\d+)")  # z1, W_2

WORD = re.compile(r"([A-Za-z]+)_?(\d+)")  # h3, input3


def symbol(label: str) -> str:
    """LaTeX for a label: z1 is z with index 1, dense1.weight is W with index 1, longer words stand upright.

    Other layers are named in full, so that no two nodes of a network look alike: conv2d1.weight is W with index
    conv2d1, lstm1.h3 is h with index 3 of layer lstm1, held in braces so that it can take a power or an index.
    """
    layer, name = _parts(label)
    dense = DENSE.fullmatch(layer)
    if layer and name in PARAMETERS:
        return f"{PARAMETERS[name]}_{{{dense[1] if dense else upright(layer)}}}"
    if layer:
        return f"{{{PYTORCH.get(name) or _indexed(name)}^{{{upright(layer)}}}}}"
    if match := TEXT_BOOK.fullmatch(label):
        return f"{match[1]}_{{{match[2]}}}"
    if label in GREEK:
        return rf"\{label}"
    return label if len(label) == 1 else upright(label)


def _parts(label: str) -> tuple[str, str]:
    """Layer and name; out_proj.weight is one name."""
    ending = next((name for name in PYTORCH if label.endswith(f".{name}")), label.rpartition(".")[2])
    return label[: -len(ending) - 1], ending


def _indexed(name: str) -> str:
    """h3 as h with index 3, input3 as an upright word with index 3; a name without a number as it is."""
    found = WORD.fullmatch(name)
    word = found[1] if found else name
    return (word if len(word) == 1 else upright(word)) + (f"_{{{found[2]}}}" if found else "")


def upright(word: str) -> str:
    return rf"\text{{{word}}}".replace("_", r"\_")


def formula_name(graph: Graph, node: Node, depth: int = 2) -> Text:
    """The node's name in a formula; one without a name of its own is written out, `depth` operations deep."""
    if literal(node):
        return latex_number(node.label)
    if node.op is None or node.named:
        return Text(symbol(node.label))
    if node.row.family == "elementwise" and depth:
        texts = [formula_name(graph, graph.nodes[i], depth - 1) for i in node.inputs]
        with suppress(UntraceableError):
            return write(trace(node.row.forward, ((),) * len(texts), node.settings), texts, LATEX)
    return Text(f"v_{{{node.id}}}")


def literal(node: Node) -> bool:
    """A constant that nobody named is written as its number."""
    return node.role == "constant" and not node.named and not node.label[:1].isalpha()


def latex_number(text: str) -> Text:
    """The number in LaTeX: 1e-05 is a power of ten, not e minus 5."""
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return number(text)
    return Text(rf"{mantissa} \cdot 10^{{{int(exponent)}}}", min(number(text).strength, PRODUCT))


class CodeNames:
    """What the values, gradients and optimizer's slots of one listing are called: Python identifiers, none twice.

    `slots`: the names an update writes for every parameter. Where a name or one made from it (d_x, m_x) is taken, by
    another node or by Python, an underscore sets it apart.
    """

    def __init__(self, graph: Graph, slots: Iterable[str] = (), reserved: Iterable[str] = ()) -> None:
        self.values: dict[int, str] = {}
        taken = {*RESERVED, *reserved}
        for node in sorted(graph.nodes, key=lambda n: not _usable(n)):
            name = _identifier(node) if _usable(node) else f"v{node.id}"
            while taken & (family := _family(node, name, slots)):
                name += "_"
            taken |= family
            self.values[node.id] = name

    def value(self, node: Node) -> str:
        return self.values[node.id]

    def gradient(self, node: Node) -> str:
        return f"d_{self.values[node.id]}"

    def tangent(self, node: Node) -> str:
        return f"t_{self.values[node.id]}"

    def row(self, node: Node) -> str:
        """One row of a Jacobian, while it is found."""
        return f"r_{self.values[node.id]}"

    def saved(self, node: Node) -> list[str]:
        return [f"{name}_{self.values[node.id]}" for name in node.row.saved]

    def slot(self, node: Node, name: str) -> str:
        """What a line of the update calls one of its names."""
        if name in GIVEN:
            return {"p": self.value(node), "g": self.gradient(node)}.get(name, name)
        return self.value(node) if name == "parameter" else f"{name}_{self.value(node)}"

    def operand(self, node: Node, family: str) -> Text:
        """The node in the code of an operation on it; a constant is the number itself.

        A family that asks its operands for their size or sum gets it as an array.
        """
        if literal(node):
            return number(node.label) if family == "elementwise" else Text(f"np.float64({node.label})")
        return Text(self.value(node))


def _identifier(node: Node) -> str:
    return node.label.replace(".", "_")


def _usable(node: Node) -> bool:
    name = _identifier(node)
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def _family(node: Node, name: str, slots: Iterable[str]) -> set[str]:
    """The node's name and those that are made from it."""
    more = node.row.saved if node.op else slots if node.role == "parameter" else ()
    return {name, *(f"{letter}_{name}" for letter in "dtr"), *(f"{kept}_{name}" for kept in more)}
