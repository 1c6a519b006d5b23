"""One number used twice: what comes back over two edges adds up."""

from __future__ import annotations

from app.lessons.walks.parts import Stop, Walk, same

WALK = Walk(
    example="reuse",
    stops=(
        Stop(
            at="start",
            says="[x] = {value x} is used twice here: in [3·x], and once more in [z]. Two edges leave its card.",
        ),
        Stop(
            at="forward z",
            says="Forward. [3·x] is {value 3·x}, and times [x] once more, [z] is {value z}.",
            holds=lambda n: same(n("value z"), n("value 3·x") * n("value x")),
        ),
        Stop(
            at="seed",
            says="Backward. [z] begins with {gradient z}. A product sends to each factor what it received, times the "
            "other factor.",
            holds=lambda n: n("gradient z") == 1,
        ),
        Stop(
            at="contribution z → 3·x",
            says="For [3·x] the other factor is [x]: {contribution z → 3·x} goes back to it.",
            holds=lambda n: same(n("contribution z → 3·x"), n("value x")),
        ),
        Stop(
            at="contribution z → x",
            says="For [x] the other factor is [3·x]: {contribution z → x}. This is the first of two contributions, so "
            "its gradient is not complete.",
            holds=lambda n: same(n("contribution z → x"), n("value 3·x")) and n("total z → x") != n("gradient x"),
        ),
        Stop(
            at="contribution 3·x → x",
            says="The second takes the longer way, through [3·x]: {upstream 3·x → x} times {local 3·x → x} is "
            "{contribution 3·x → x}.",
            holds=lambda n: same(n("contribution 3·x → x"), n("upstream 3·x → x") * n("local 3·x → x")),
        ),
        Stop(
            at="end",
            says="What comes back over several edges adds up: {contribution z → x} plus {contribution 3·x → x} is "
            "{gradient x}. Whoever keeps only the last contribution loses half of the gradient of [x].",
            holds=lambda n: (
                same(n("gradient x"), n("contribution z → x") + n("contribution 3·x → x"))
                and same(n("gradient x"), 2 * n("contribution 3·x → x"))
            ),
        ),
    ),
)
