"""The chain rule on three operations: slopes along a way multiply."""

from __future__ import annotations

from app.lessons.walks.parts import Stop, Walk, same

WALK = Walk(
    example="square",
    stops=(
        Stop(
            at="start",
            says="Three numbers go in, [w] = {value w}, [x] = {value x} and [b] = {value b}, and one comes out, [y]. "
            "How much does [y] change when one of them changes a little?",
        ),
        Stop(
            at="forward v4",
            says="Forward. The product is {value w·x}; with [b] added, [the sum|v4] is {value v4}.",
            holds=lambda n: same(n("value v4"), n("value w") * n("value x") + n("value b")),
        ),
        Stop(
            at="forward y",
            says="Its square is [y] = {value y}. Now the question is asked backward, from [y] to everything before it.",
            holds=lambda n: same(n("value y"), n("value v4") ** 2),
        ),
        Stop(
            at="seed",
            says="If [y] changes by 1, [y] changes by {gradient y}. Every backward pass begins with this.",
            holds=lambda n: n("gradient y") == 1,
        ),
        Stop(
            at="gradient v4",
            says="The slope of a square is twice what is squared. So [y] changes {local y → v4} times as fast as "
            "[the sum|v4] does.",
            holds=lambda n: same(n("local y → v4"), 2 * n("value v4")),
        ),
        Stop(
            at="gradient b",
            says="A sum changes just as much as what is added: its slope is {local v4 → b}. From [b] to [y] it is "
            "{upstream v4 → b} times {local v4 → b}, which is {gradient b}.",
            holds=lambda n: same(n("gradient b"), n("upstream v4 → b") * n("local v4 → b")),
        ),
        Stop(
            at="gradient w",
            says="The way from [w] to [y] has three slopes: {local w·x → w}, {local v4 → w·x} and {local y → v4}. "
            "Along a way slopes multiply: {gradient w}. This is the chain rule.",
            holds=lambda n: same(n("gradient w"), n("local w·x → w") * n("local v4 → w·x") * n("local y → v4")),
        ),
        Stop(
            at="gradient x",
            says="For [x] only the slope of the product is another: the other factor, [w], is {local w·x → x}. That "
            "makes {gradient x}. Of the three numbers, this one moves [y] the most.",
            holds=lambda n: (
                n("local w·x → x") == n("value w")
                and abs(n("gradient x")) > max(abs(n("gradient w")), abs(n("gradient b")))
            ),
        ),
    ),
)
