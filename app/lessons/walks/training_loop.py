"""The lines of a training loop, one after the other, and what each of them is for."""

from __future__ import annotations

from app.lessons.walks.parts import Read, Stop, Walk, same


def _over_points(n: Read) -> float:
    return sum(n(f"gradient z3[{point},0]") for point in range(32))


WALK = Walk(
    example="training-loop",
    stops=(
        Stop(
            at="batch",
            says="A training step begins with a batch: thirty-two points of the spiral, [x], and their classes, [y]. "
            "The learning rate is {rate}.",
        ),
        Stop(
            at="forward L",
            says="Forward. The whole batch goes through at once. The loss [L] is the mean over its points: {value L}.",
        ),
        Stop(
            at="clear",
            says="Clearing, zero_grad() in PyTorch. A backward pass adds to the gradients it finds, so those of "
            "[dense3.bias] and of every other parameter are emptied first.",
        ),
        Stop(
            at="gradient dense3.bias",
            says="Backward. Each point of the batch sends its part to [dense3.bias], by way of [z3]. For the first "
            "entry they add up to {gradient dense3.bias[0]}.",
            holds=lambda n: same(n("gradient dense3.bias[0]"), _over_points(n)),
        ),
        Stop(
            at="clip",
            says="Clipping. All gradients together, those of [dense1.weight] to [dense3.bias], have the norm {norm}. "
            "The limit is 1, so they are multiplied by {factor}: they stay as they are.",
            holds=lambda n: n("norm") <= 1 and n("factor") == 1,
        ),
        Stop(
            at="update dense3.bias",
            says="Update. Each parameter takes its step against its gradient. The first entry of [dense3.bias] goes "
            "from {value dense3.bias[0]} to {new dense3.bias[0]}. That was one training step.",
            holds=lambda n: same(
                n("new dense3.bias[0]"), n("value dense3.bias[0]") - n("rate") * n("gradient dense3.bias[0]")
            ),
        ),
        Stop(
            at="forward L",
            step=1,
            says="The next step takes the next batch. Its loss, [L] = {value L}, is of other points than {value L @0} "
            "was, and of parameters that have moved.",
            holds=lambda n: n("value L") != n("value L @0"),
        ),
        Stop(
            at="clear",
            step=1,
            says="Clearing again: here it matters. Without it the last step's gradient of [dense3.bias] would be added "
            "to the new one. The example “zero_grad forgotten” shows what becomes of that.",
        ),
        Stop(
            at="clip",
            step=21,
            view="code",
            says="Twenty steps later the norm is {norm}, above the limit of 1. Now clipping multiplies every gradient, "
            "that of [dense1.weight] first, by {factor}, which brings the norm back to 1. Their direction stays.",
            holds=lambda n: n("norm") > 1 and abs(n("factor") * n("norm") - 1) < 1e-5,
        ),
    ),
)
