"""Along the cell of an LSTM the way back is a product of gates."""

from __future__ import annotations

from math import tanh

from app.lessons.walks.parts import Stop, Walk, same

USES = ("v105", "v86", "v67", "v48", "v29", "v10")  # the products with the recurrent weight, the last time step first

WALK = Walk(
    example="lstm",
    stops=(
        Stop(
            at="start",
            says="An LSTM takes two things from one time step to the next: a state, [lstm1.h1] to [lstm1.h6], and a "
            "cell, [lstm1.c1] to [lstm1.c6]. Gates decide what becomes of the cell.",
        ),
        Stop(
            at="forward lstm1.f6",
            says="Forward, in the last time step. The forget gate [lstm1.f6] is a sigmoid: its first entry, "
            "{value lstm1.f6[0,0]}, is the share of the old cell that stays.",
            holds=lambda n: 0 < n("value lstm1.f6[0,0]") < 1,
        ),
        Stop(
            at="forward lstm1.kept6",
            says="Of [lstm1.c5], {value lstm1.c5[0,0]}, that share is kept: [lstm1.kept6] begins with "
            "{value lstm1.kept6[0,0]}.",
            holds=lambda n: same(n("value lstm1.kept6[0,0]"), n("value lstm1.f6[0,0]") * n("value lstm1.c5[0,0]")),
        ),
        Stop(
            at="forward lstm1.c6",
            says="To it comes what is new, {value lstm1.new6[0,0]}. Their sum is the cell: [lstm1.c6] begins with "
            "{value lstm1.c6[0,0]}. From cell to cell there is one product and one sum.",
            holds=lambda n: same(n("value lstm1.c6[0,0]"), n("value lstm1.kept6[0,0]") + n("value lstm1.new6[0,0]")),
        ),
        Stop(
            at="forward lstm1.h6",
            says="The state [lstm1.h6] shows a part of it: the output gate [lstm1.o6] times the tanh of the cell, "
            "{value lstm1.h6[0,0]}.",
            holds=lambda n: same(n("value lstm1.h6[0,0]"), n("value lstm1.o6[0,0]") * tanh(n("value lstm1.c6[0,0]"))),
        ),
        Stop(
            at="gradient lstm1.c6",
            says="Backward. Through the last state the loss reaches the last cell. The first entry of [lstm1.c6] gets "
            "{gradient lstm1.c6[0,0]}.",
        ),
        Stop(
            at="contribution lstm1.kept6 → lstm1.c5",
            says="One time step back along the cell: {upstream lstm1.kept6 → lstm1.c5[0,0]} times the forget gate, "
            "{local lstm1.kept6 → lstm1.c5[0,0]}, brings {contribution lstm1.kept6 → lstm1.c5[0,0]} to [lstm1.c5]. No "
            "weight and no tanh stand in this way.",
            holds=lambda n: (
                n("local lstm1.kept6 → lstm1.c5[0,0]") == n("value lstm1.f6[0,0]")
                and n("upstream lstm1.kept6 → lstm1.c5[0,0]") == n("gradient lstm1.c6[0,0]")
            ),
        ),
        Stop(
            at="gradient lstm1.c5",
            says="A second part comes to [lstm1.c5] the long way round, through gates, the recurrent weight and "
            "[lstm1.h5]: {contribution v100 → lstm1.c5[0,0]}. Together they are {gradient lstm1.c5[0,0]}.",
            holds=lambda n: same(
                n("gradient lstm1.c5[0,0]"),
                n("contribution lstm1.kept6 → lstm1.c5[0,0]") + n("contribution v100 → lstm1.c5[0,0]"),
            ),
        ),
        Stop(
            at="gradient lstm1.c1",
            says="So it goes on, gate by gate. To the first cell, [lstm1.c1], the short way brings "
            "{contribution lstm1.kept2 → lstm1.c1[0,0]}, and the long way {contribution v24 → lstm1.c1[0,0]}.",
            holds=lambda n: (
                n("contribution lstm1.kept2 → lstm1.c1[0,0]") > 4 * n("contribution v24 → lstm1.c1[0,0]") > 0
            ),
        ),
        Stop(
            at="gradient lstm1.weight_hh",
            says="The recurrent weight [lstm1.weight_hh] was used in all six time steps. The six contributions to its "
            "first entry add up to {gradient lstm1.weight_hh[0,0]}.",
            holds=lambda n: same(
                n("gradient lstm1.weight_hh[0,0]"),
                sum(n(f"contribution {product} → lstm1.weight_hh[0,0]") for product in USES),
            ),
        ),
    ),
)
