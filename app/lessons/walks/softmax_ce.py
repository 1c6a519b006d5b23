"""Why softmax and cross-entropy belong together: what comes back to the scores is p − y."""

from __future__ import annotations

from math import log

from app.lessons.walks.parts import Read, Stop, Walk, same

ENTRIES = [(row, column) for row in (0, 1) for column in (0, 1, 2)]


def _row(n: Read, what: str, row: int) -> float:
    return sum(n(f"{what}[{row},{column}]") for column in (0, 1, 2))


WALK = Walk(
    example="softmax-ce",
    stops=(
        Stop(
            at="start",
            says="Two rows of scores, for three classes. [z1] and [z2] hold the same scores, and [y] has a 1 at the "
            "right class of each row. From the scores to the loss there are two ways.",
            holds=lambda n: all(n(f"value z1[{r},{c}]") == n(f"value z2[{r},{c}]") for r, c in ENTRIES),
        ),
        Stop(
            at="forward p",
            says="Softmax turns scores into shares [p]: each row adds up to 1. The right class of the first row gets "
            "{value p[0,0]}, that of the second row only {value p[1,2]}.",
            holds=lambda n: all(same(_row(n, "value p", row), 1) for row in (0, 1)),
        ),
        Stop(
            at="forward two_steps",
            says="Cross-entropy looks at the right class alone: minus the logarithm of its share, averaged over both "
            "rows. That is [two_steps] = {value two_steps}.",
            holds=lambda n: same(n("value two_steps"), -(log(n("value p[0,0]")) + log(n("value p[1,2]"))) / 2),
        ),
        Stop(
            at="forward one_step",
            says="The fused operation goes from scores to loss at once, and finds the same: [one_step] = "
            "{value one_step}.",
            holds=lambda n: same(n("value one_step"), n("value two_steps")),
        ),
        Stop(
            at="gradient z2",
            says="Backward, fused. A score of [z2] gets its share minus its target, over the number of rows: "
            "{value p[0,0]} minus {value y[0,0]}, halved, is {gradient z2[0,0]}. That is all: p − y.",
            holds=lambda n: all(
                same(n(f"gradient z2[{r},{c}]"), (n(f"value p[{r},{c}]") - n(f"value y[{r},{c}]")) / 2)
                for r, c in ENTRIES
            ),
        ),
        Stop(
            at="gradient z2",
            says="The signs of [z2] tell what would help: a higher score for the right class, {gradient z2[0,0]}, and "
            "lower ones for the others, {gradient z2[0,1]} and {gradient z2[0,2]}. Each row adds up to 0.",
            holds=lambda n: (
                n("gradient z2[0,0]") < 0 < min(n("gradient z2[0,1]"), n("gradient z2[0,2]"))
                and all(same(_row(n, "gradient z2", row), 0) for row in (0, 1))
            ),
        ),
        Stop(
            at="contribution two_steps → p",
            says="Backward, in two steps. The logarithm divides by the share. The second row's was small, so a large "
            "number comes back to [p]: {contribution two_steps → p[1,2]}.",
            holds=lambda n: (
                same(n("contribution two_steps → p[1,2]"), -1 / (2 * n("value p[1,2]")))
                and n("contribution two_steps → p[1,2]") < -10
            ),
        ),
        Stop(
            at="gradient z1",
            says="The slopes of softmax are as small as the shares, and the large number is gone: [z1] gets "
            "{gradient z1[1,2]}, and the fused operation gave [z2] {gradient z2[1,2]}.",
            holds=lambda n: all(same(n(f"gradient z1[{r},{c}]"), n(f"gradient z2[{r},{c}]")) for r, c in ENTRIES),
        ),
        Stop(
            at="end",
            says="Both ways agree. But the fused one, [one_step], divides by no share, so a share that is rounded to 0 "
            "cannot make its gradient infinite. That is why it is the one to use.",
        ),
    ),
)
