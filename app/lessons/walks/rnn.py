"""Backpropagation through time: one weight, six contributions."""

from __future__ import annotations

from app.lessons.walks.parts import Read, Stop, Walk, same

SENT = ("v44", "v37", "v30", "v23", "v16", "v9")  # the products with the recurrent weight, the last time step first
BACK = ("v49 → rnn1.h6", "v44 → rnn1.h5", "v37 → rnn1.h4", "v30 → rnn1.h3", "v23 → rnn1.h2", "v16 → rnn1.h1")


def _all_six(n: Read) -> float:
    return sum(n(f"contribution {product} → rnn1.weight_hh[0,0]") for product in SENT)


def _fades(n: Read) -> bool:
    sizes = [n(f"size {way}") for way in BACK]
    return sizes == sorted(sizes, reverse=True)


WALK = Walk(
    example="rnn",
    stops=(
        Stop(
            at="start",
            says="This network reads six numbers, one at each time step. It has one recurrent weight, "
            "[rnn1.weight_hh], and uses it in every one of them.",
        ),
        Stop(
            at="forward rnn1.h2",
            says="Forward. A state is made from the input of its time step and the state before. The first entry of "
            "[rnn1.h2], the second state, is {value rnn1.h2[0,0]}.",
        ),
        Stop(
            at="forward rnn1.h6",
            says="The last state, [rnn1.h6], begins with {value rnn1.h6[0,0]}. It is the only one that is read for the "
            "answer; the others count through it.",
        ),
        Stop(at="forward L", says="With this answer the loss is [L] = {value L}."),
        Stop(
            at="contribution v49 → rnn1.h6",
            says="Backward. The loss reaches the last state first. What comes to [rnn1.h6] has a size of "
            "{size v49 → rnn1.h6}, its root mean square.",
        ),
        Stop(
            at="contribution v44 → rnn1.h5",
            says="From there it goes back in time, through the recurrent weight: {size v44 → rnn1.h5} comes to the "
            "state before, [rnn1.h5].",
            holds=lambda n: n("size v44 → rnn1.h5") < n("size v49 → rnn1.h6"),
        ),
        Stop(
            at="contribution v44 → rnn1.weight_hh",
            says="The weight was used on this way, so it gets its part. To its first entry the last time step "
            "contributes {contribution v44 → rnn1.weight_hh[0,0]}.",
            holds=lambda n: n("total v44 → rnn1.weight_hh[0,0]") == n("contribution v44 → rnn1.weight_hh[0,0]"),
        ),
        Stop(
            at="contribution v37 → rnn1.weight_hh",
            says="One time step further back the same weight was used again. {contribution v37 → rnn1.weight_hh[0,0]} "
            "is added; its gradient so far is {total v37 → rnn1.weight_hh[0,0]}.",
            holds=lambda n: same(
                n("total v37 → rnn1.weight_hh[0,0]"),
                n("contribution v44 → rnn1.weight_hh[0,0]") + n("contribution v37 → rnn1.weight_hh[0,0]"),
            ),
        ),
        Stop(
            at="contribution v16 → rnn1.h1",
            says="The further back, the less is left: {size v16 → rnn1.h1} comes to the first state, [rnn1.h1], and "
            "{size v49 → rnn1.h6} came to the last.",
            holds=_fades,
        ),
        Stop(
            at="gradient rnn1.weight_hh",
            says="Before the first time step the state is 0, so that step contributes "
            "{contribution v9 → rnn1.weight_hh[0,0]}. All six together make the "
            "gradient of [rnn1.weight_hh]: {gradient rnn1.weight_hh[0,0]}.",
            holds=lambda n: (
                n("contribution v9 → rnn1.weight_hh[0,0]") == 0 and same(n("gradient rnn1.weight_hh[0,0]"), _all_six(n))
            ),
        ),
        Stop(
            at="update rnn1.weight_hh",
            says="One weight, so one update, by the sum: its first entry goes from {value rnn1.weight_hh[0,0]} to "
            "{new rnn1.weight_hh[0,0]}, and every time step uses it from now on.",
            holds=lambda n: same(
                n("new rnn1.weight_hh[0,0]"),
                n("value rnn1.weight_hh[0,0]") - n("rate") * n("gradient rnn1.weight_hh[0,0]"),
            ),
        ),
    ),
)
