"""The gradient gets smaller at every sigmoid, and there are twenty."""

from __future__ import annotations

from app.lessons.walks.parts import Read, Stop, Walk


def _shrinks(n: Read, layer: int, before: str) -> bool:
    """At a sigmoid at most a quarter of what arrives goes on."""
    return n(f"size a{layer} → z{layer}") <= n(before) / 4


WALK = Walk(
    example="vanishing",
    stops=(
        Stop(
            at="start",
            says="Twenty layers of ten sigmoids, one behind the other. How much of the error at the end reaches the "
            "weights of the first, [dense1.weight]?",
        ),
        Stop(
            at="forward L",
            says="Forward, nothing is amiss: every layer has its values, and the loss is [L] = {value L}.",
        ),
        Stop(
            at="contribution L → a20",
            says="Backward. The loss sends ten numbers to the last layer, [a20]. Their size, the root mean square, is "
            "{size L → a20}.",
        ),
        Stop(
            at="contribution a20 → z20",
            says="The first sigmoid on the way back. Its slope is a quarter at most: {size a20 → z20} reaches [z20].",
            holds=lambda n: _shrinks(n, 20, "size L → a20"),
        ),
        Stop(
            at="contribution v97 → a19",
            says="The weights of the layer hand it on to [a19]: {size v97 → a19}. They change its size a little, and "
            "cannot make up for the sigmoid.",
            holds=lambda n: n("size v97 → a19") < 2 * n("size a20 → z20") < n("size L → a20"),
        ),
        Stop(
            at="contribution a19 → z19",
            says="The next sigmoid: {size a19 → z19} reaches [z19]. Again at most a quarter of it is left.",
            holds=lambda n: _shrinks(n, 19, "size v97 → a19"),
        ),
        Stop(
            at="contribution a10 → z10",
            view="network",
            says="Half of the way: {size a10 → z10} reaches [z10].",
            holds=lambda n: all(n(f"size a{k} → z{k}") < n(f"size a{k + 1} → z{k + 1}") / 2 for k in range(10, 20)),
        ),
        Stop(
            at="contribution a1 → z1",
            says="The first layer: {size a1 → z1} reaches [z1]. That is less than a billionth of what left the loss.",
            holds=lambda n: n("size a1 → z1") < 1e-9 * n("size L → a20"),
        ),
        Stop(
            at="end",
            says="So the last layer learns and the first does not. Both biases were 0. After the update the first "
            "entry of [dense20.bias] is {new dense20.bias[0]}, that of [dense1.bias] {new dense1.bias[0]}.",
            holds=lambda n: (
                n("value dense20.bias[0]") == n("value dense1.bias[0]") == 0
                and abs(n("new dense1.bias[0]")) < 1e-9 * abs(n("new dense20.bias[0]"))
            ),
        ),
    ),
)
