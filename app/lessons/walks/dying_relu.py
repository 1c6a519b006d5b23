"""A ReLU sends back exactly 0 where its input was below 0."""

from __future__ import annotations

from app.lessons.walks.parts import Read, Stop, Walk

CLOSED = (0, 1, 3, 4)


def _all(n: Read, what: str, wanted: float) -> bool:
    return all(n(f"{what}[{k}]") == wanted for k in CLOSED)


WALK = Walk(
    example="dying-relu",
    stops=(
        Stop(
            at="start",
            says="Five numbers [z] come to a ReLU. One of them is above 0: {value z[2]}. The others are below, the "
            "first at {value z[0]}.",
            holds=lambda n: n("value z[2]") > 0 and all(n(f"value z[{k}]") < 0 for k in CLOSED),
        ),
        Stop(
            at="forward a",
            says="Forward. ReLU keeps what is above 0, here {value a[2]}. Of everything else it makes {value a[0]}.",
            holds=lambda n: n("value a[2]") == n("value z[2]") and _all(n, "value a", 0),
        ),
        Stop(
            at="forward L",
            says="So the sum [L] = {value L} comes from one number alone. Move one of the other four a little, and [L] "
            "does not move at all.",
            holds=lambda n: n("value L") == n("value z[2]"),
        ),
        Stop(
            at="gradient a",
            says="Backward. Up to the output of the ReLU, [a], all five get the same: {gradient a[0]} for the first, "
            "{gradient a[2]} for the third. Nothing is lost yet.",
            holds=lambda n: n("gradient a[2]") == 1 and _all(n, "gradient a", 1),
        ),
        Stop(
            at="gradient z",
            says="Now the slope of the ReLU. At the third entry of [z] it is {local a → z[2]}, so {gradient z[2]} goes "
            "through.",
            holds=lambda n: n("local a → z[2]") == 1 and n("gradient z[2]") == n("upstream a → z[2]"),
        ),
        Stop(
            at="gradient z",
            says="At the four others it is {local a → z[0]}. What arrives at [z] is {upstream a → z[0]} times "
            "{local a → z[0]}: {gradient z[0]}. That is no small number, but exactly 0.",
            holds=lambda n: _all(n, "local a → z", 0) and _all(n, "gradient z", 0),
        ),
        Stop(
            at="end",
            says="An update moves a number by its gradient, so these four entries of [z] stay where they are. A unit "
            "that is below 0 for every sample gets 0 in every step, and never comes back: it is dead.",
            holds=lambda n: _all(n, "gradient z", 0),
        ),
    ),
)
