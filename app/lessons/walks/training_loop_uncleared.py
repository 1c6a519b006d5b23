"""What happens where nothing clears the gradients: each step goes by the sum of all steps so far."""

from __future__ import annotations

from app.lessons.walks.parts import Stop, Walk, same

WALK = Walk(
    example="training-loop-uncleared",
    stops=(
        Stop(
            at="start",
            says="A training loop without one line: nothing clears the gradients. Follow one number through it, the "
            "first entry of [dense2.bias], which begins at {value dense2.bias[0]}.",
        ),
        Stop(at="forward L", says="The first training step goes forward as any other. The loss is [L] = {value L}."),
        Stop(
            at="gradient dense2.bias",
            says="Backward, it finds the gradient of this batch. For the first entry of [dense2.bias] it is "
            "{gradient dense2.bias[0]}.",
        ),
        Stop(
            at="keep dense2.bias",
            says="It is added to what was left over in [dense2.bias]. Nothing was, so it stays "
            "{kept dense2.bias[0]}. No harm is done yet.",
            holds=lambda n: n("kept dense2.bias[0]") == n("gradient dense2.bias[0]"),
        ),
        Stop(
            at="update dense2.bias",
            says="The update goes against it, {rate} times as far: the entry of [dense2.bias] is now "
            "{new dense2.bias[0]}.",
            holds=lambda n: same(
                n("new dense2.bias[0]"), n("value dense2.bias[0]") - n("rate") * n("kept dense2.bias[0]")
            ),
        ),
        Stop(
            at="gradient dense2.bias",
            step=1,
            says="The second training step, with other samples. Its own gradient of [dense2.bias] begins with "
            "{gradient dense2.bias[0]}.",
        ),
        Stop(
            at="keep dense2.bias",
            step=1,
            says="But the first step's is still there. {gradient dense2.bias[0] @0} and {gradient dense2.bias[0]} add "
            "up: [dense2.bias] goes by {kept dense2.bias[0]}.",
            holds=lambda n: same(
                n("kept dense2.bias[0]"), n("gradient dense2.bias[0] @0") + n("gradient dense2.bias[0]")
            ),
        ),
        Stop(
            at="keep dense2.bias",
            step=2,
            view="code",
            says="In the third step there are three: {gradient dense2.bias[0] @0}, {gradient dense2.bias[0] @1} and "
            "{gradient dense2.bias[0]} make {kept dense2.bias[0]}. Two of them belong to parameters that have "
            "changed since.",
            holds=lambda n: same(
                n("kept dense2.bias[0]"), sum(n(f"gradient dense2.bias[0] @{step}") for step in (0, 1, 2))
            ),
        ),
        Stop(
            at="forward L",
            step=14,
            says="The sum no longer follows what the batches ask for. In the fifteenth step the loss is [L] = "
            "{value L}. That is more than at the very beginning: {value L @0}.",
            holds=lambda n: n("value L") > n("value L @0"),
        ),
        Stop(
            at="end",
            step=14,
            says="In PyTorch zero_grad() is the missing line. It empties every gradient, that of [dense2.bias] too, "
            "before the next backward pass adds to it.",
        ),
    ),
)
