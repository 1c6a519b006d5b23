"""One whole training step of a neuron: forward, loss, backward, update, and what the next step finds."""

from __future__ import annotations

from app.lessons.walks.parts import Stop, Walk, same

WALK = Walk(
    example="neuron",
    stops=(
        Stop(
            at="start",
            says="One neuron, with two numbers it may change: its weight [w] = {value w} and its bias [b] = {value b}. "
            "For the input [x] = {value x} it is to answer [y] = {value y}.",
        ),
        Stop(
            at="forward z",
            says="Forward. The input times the weight, plus the bias, is [z] = {value z}.",
            holds=lambda n: same(n("value z"), n("value w") * n("value x") + n("value b")),
        ),
        Stop(
            at="forward a",
            says="The sigmoid squeezes [z] into a number between 0 and 1. This is the answer: [a] = {value a}.",
            holds=lambda n: 0 < n("value a") < 1,
        ),
        Stop(
            at="forward L",
            says="The loss says how wrong the answer is: half of the squared distance from [a] to [y], "
            "[L] = {value L}. Every number in front of it is known now.",
            holds=lambda n: same(n("value L"), (n("value a") - n("value y")) ** 2 / 2),
        ),
        Stop(
            at="seed",
            says="Backward. If [L] moves by 1, [L] moves by {gradient L}: that is where every gradient begins. From "
            "here each operation multiplies what reaches it by its own slope.",
            holds=lambda n: n("gradient L") == 1,
        ),
        Stop(
            at="gradient a",
            says="The ½ and the square together have the slope [a − y], so {gradient a} reaches [a]. It is negative: "
            "a larger answer would make the loss smaller.",
            holds=lambda n: same(n("gradient a"), n("value a − y")) and n("gradient a") < 0,
        ),
        Stop(
            at="gradient z",
            says="Where [z] is now, the sigmoid rises by {local a → z} for each 1 that [z] rises. So {upstream a → z} "
            "times {local a → z} goes on: {gradient z}.",
            holds=lambda n: same(n("gradient z"), n("upstream a → z") * n("local a → z")),
        ),
        Stop(
            at="gradient b",
            says="A sum passes on what it receives, unchanged: [b] gets {gradient b}, and so does the product [w·x].",
            holds=lambda n: n("gradient b") == n("gradient z") == n("gradient w·x"),
        ),
        Stop(
            at="gradient w",
            says="A product passes on what it receives times the other factor. For [w] that factor is [x] = {value x}, "
            "so its gradient is {gradient w}.",
            holds=lambda n: same(n("gradient w"), n("gradient w·x") * n("value x")),
        ),
        Stop(
            at="update b",
            says="Update. Each parameter takes a step against its gradient, {rate} times as long: [w] goes from "
            "{value w} to {new w}, and [b] from {value b} to {new b}.",
            holds=lambda n: (
                same(n("new w"), n("value w") - n("rate") * n("gradient w"))
                and same(n("new b"), n("value b") - n("rate") * n("gradient b"))
            ),
        ),
        Stop(
            at="forward a",
            step=1,
            says="The next training step begins with these numbers. With them the answer is {value a}; it was "
            "{value a @0}. It has come closer to [y] = {value y}.",
            holds=lambda n: abs(n("value a") - n("value y")) < abs(n("value a @0") - n("value y")),
        ),
        Stop(
            at="forward L",
            step=1,
            says="So the loss has fallen, from {value L @0} to {value L}. Training is this step, again and again.",
            holds=lambda n: n("value L") < n("value L @0"),
        ),
    ),
)
