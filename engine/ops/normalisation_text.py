"""What normalisations are called in formulas, in NumPy and in numbers; the rules are in `normalisation`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from engine.notation import Text
from engine.op import Entry, Index, Line, Pick, series
from engine.tape import Options, Shape

At = Callable[..., Index]


def epsilon(eps: float) -> str:
    """ε in LaTeX: 1e-05 as a power of ten."""
    mantissa, _, exponent = f"{eps:g}".partition("e")
    if not exponent:
        return mantissa
    return ("" if mantissa == "1" else rf"{mantissa} \cdot ") + f"10^{{{int(exponent)}}}"


def value(names: Sequence[Text], options: Options = ()) -> str:
    x, gamma, beta = (n.text for n in names[:3])
    mean, variance = (n.text for n in names[3:]) if len(names) > 3 else (r"\mu", r"\sigma^2")
    return rf"{gamma} \cdot \frac{{{x} - {mean}}}{{\sqrt{{{variance} + {epsilon(dict(options)['eps'])}}}}} + {beta}"


def slope(names: Sequence[Text], options: Options = ()) -> str:
    return (
        rf"\frac{{{names[2].text}}}{{\sqrt{{\sigma^2 + {epsilon(dict(options)['eps'])}}}}}"
        r" \left([i = j] - \frac{1}{m} - \frac{\hat{x}_i\,\hat{x}_j}{m}\right)"
    )


# --- NumPy ---


class Lines:
    """Lines of a normalisation over `axes`; numbers per channel are laid so that they broadcast by `lift`."""

    def __init__(self, axes: str, lift: str, keepdims: str, others: str) -> None:
        self.axes, self.lift, self.keepdims, self.others = axes, lift, keepdims, others

    def _axes(self, x: str, gamma: str) -> str:
        return self.axes.format(x=x, gamma=gamma)

    def lifted(self, v: str, x: str) -> str:
        return self.lift.format(v=v, x=x)

    def statistic(self, method: str) -> Line:
        def line(names: Sequence[Text], options: Options) -> str:
            x, gamma, _ = (n.text for n in names)
            return f"{x}.{method}({self._axes(x, gamma)}{self.keepdims})"

        return line

    def normalised(self, names: Sequence[Text], options: Options) -> str:
        x, gamma, _ = (n.text for n in names)
        axes = f"{self._axes(x, gamma)}, keepdims=True"
        return f"({x} - {x}.mean({axes})) / np.sqrt({x}.var({axes}) + {dict(options)['eps']!r})"

    def value(self, names: Sequence[Text], options: Options) -> str:
        x, gamma, beta = (n.text for n in names)
        return f"{self.lifted(gamma, x)} * {self.normalised(names, options)} + {self.lifted(beta, x)}"

    def to_x(self, names: Sequence[Text], options: Options) -> str:
        g, _, _, variance, normalised, x, gamma, _ = (n.text for n in names)
        axes, arrived = f"{self._axes(x, gamma)}, keepdims=True", f"{g} * {self.lifted(gamma, x)}"
        away = f"({arrived}).mean({axes}) - {normalised} * ({arrived} * {normalised}).mean({axes})"
        return f"({arrived} - {away}) / np.sqrt({self.lifted(variance, x)} + {dict(options)['eps']!r})"

    def to_gamma(self, names: Sequence[Text], options: Options) -> str:
        g, _, _, _, normalised, x, gamma, _ = (n.text for n in names)
        return f"({g} * {normalised}).sum({self.others.format(x=x, gamma=gamma)})"

    def to_beta(self, names: Sequence[Text], options: Options) -> str:
        return f"{names[0].text}.sum({self.others.format(x=names[5].text, gamma=names[6].text)})"


OTHERS = "(0, *range(2, {x}.ndim))"  # all axes but the channels'
BATCH = Lines(axes=OTHERS, lift="{v}.reshape(-1, *[1] * ({x}.ndim - 2))", keepdims="", others=OTHERS)
LAYER = Lines(
    axes="tuple(range(-{gamma}.ndim, 0))",
    lift="{v}",
    keepdims=", keepdims=True",
    others="tuple(range({x}.ndim - {gamma}.ndim))",
)


def evaluated(names: Sequence[Text], options: Options) -> str:
    x, gamma, beta, mean, variance = (n.text for n in names)
    return f"{BATCH.lifted(gamma, x)} * ({_standard(x, mean, variance, options)}) + {BATCH.lifted(beta, x)}"


def _standard(x: str, mean: str, variance: str, options: Options) -> str:
    return f"({x} - {BATCH.lifted(mean, x)}) / {_root(x, variance, options)}"


def _root(x: str, variance: str, options: Options) -> str:
    return f"np.sqrt({BATCH.lifted(variance, x)} + {dict(options)['eps']!r})"


def evaluated_to_x(names: Sequence[Text], options: Options) -> str:
    g, _, x, gamma, _, _, variance = (n.text for n in names)
    return f"{g} * {BATCH.lifted(gamma, x)} / {_root(x, variance, options)}"


def evaluated_to_gamma(names: Sequence[Text], options: Options) -> str:
    g, _, x, _, _, mean, variance = (n.text for n in names)
    return f"({g} * ({_standard(x, mean, variance, options)})).sum({OTHERS.format(x=x)})"


def evaluated_to_beta(names: Sequence[Text], options: Options) -> str:
    return f"{names[0].text}.sum({OTHERS.format(x=names[2].text)})"


# --- one entry in numbers ---


class Entries:
    """Entries of a normalisation.

    For a place in x: `own` is that of its gamma and beta, `statistic` that of its mean and variance, `together` the
    shape and the places of what is normalised with it. For a place in gamma: `users` are shape and places it scaled.
    """

    def __init__(
        self,
        own: Callable[[Pick, Index], Index],
        statistic: Callable[[Pick, Index], Index],
        together: Callable[[Pick, Index], tuple[Shape, At]],
        users: Callable[[Pick, Index], tuple[Shape, At]],
    ) -> None:
        self.own, self.statistic, self.together, self.users = own, statistic, together, users

    def value(self, pick: Pick, at: Index) -> str:
        mean, own = pick.saved(0, *self.statistic(pick, at)), self.own(pick, at)
        above = rf"\frac{{{pick.x(0, *at)} - {mean}}}{{{self._root(pick, at)}}}"
        return rf"{pick.x(1, *own)} \cdot {above} + {pick.x(2, *own)}"

    def _root(self, pick: Pick, at: Index) -> str:
        return rf"\sqrt{{{pick.saved(1, *self.statistic(pick, at))} + {epsilon(pick.options['eps'])}}}"

    def to_x(self, pick: Pick, at: Index) -> str:
        shape, place = self.together(pick, at)

        def arrived(*index: int) -> str:
            return rf"{pick.g(*place(*index))} \cdot {pick.x(1, *self.own(pick, place(*index)))}"

        def along(*index: int) -> str:
            return rf"{arrived(*index)} \cdot {pick.saved(2, *place(*index))}"

        means = [rf"\frac{{{series(shape, term, most=4)}}}{{{prod(shape)}}}" for term in (arrived, along)]
        own = rf"{pick.g(*at)} \cdot {pick.x(1, *self.own(pick, at))}"
        return rf"\frac{{{own} - {means[0]} - {pick.saved(2, *at)} \cdot {means[1]}}}{{{self._root(pick, at)}}}"

    def to_gamma(self, pick: Pick, at: Index) -> str:
        shape, place = self.users(pick, at)
        return series(shape, lambda *index: rf"{pick.g(*place(*index))} \cdot {pick.saved(2, *place(*index))}")

    def to_beta(self, pick: Pick, at: Index) -> str:
        shape, place = self.users(pick, at)
        return series(shape, lambda *index: pick.g(*place(*index)))


def _channel(pick: Pick, channel: int) -> tuple[Shape, At]:
    n, _, *places = pick.shape(0)
    return (n, *places), lambda n, *place: (n, channel, *place)


def _rank(pick: Pick) -> int:
    return len(pick.shape(1))


BATCH_ENTRIES = Entries(
    own=lambda pick, at: at[1:2],
    statistic=lambda pick, at: at[1:2],
    together=lambda pick, at: _channel(pick, at[1]),
    users=lambda pick, at: _channel(pick, at[0]),
)
LAYER_ENTRIES = Entries(
    own=lambda pick, at: at[-_rank(pick) :],
    statistic=lambda pick, at: (*at[: -_rank(pick)], *(0,) * _rank(pick)),
    together=lambda pick, at: (pick.shape(1), lambda *place: (*at[: -_rank(pick)], *place)),
    users=lambda pick, at: (pick.shape(0)[: -_rank(pick)], lambda *place: (*place, *at)),
)


def _evaluated_standard(pick: Pick, at: Index) -> str:
    root = rf"\sqrt{{{pick.x(4, at[1])} + {epsilon(pick.options['eps'])}}}"
    return rf"\frac{{{pick.x(0, *at)} - {pick.x(3, at[1])}}}{{{root}}}"


def evaluated_entry(pick: Pick, at: Index) -> str:
    return rf"{pick.x(1, at[1])} \cdot {_evaluated_standard(pick, at)} + {pick.x(2, at[1])}"


def _evaluated_to_x(pick: Pick, at: Index) -> str:
    root = rf"\sqrt{{{pick.x(4, at[1])} + {epsilon(pick.options['eps'])}}}"
    return rf"{pick.g(*at)} \cdot \frac{{{pick.x(1, at[1])}}}{{{root}}}"


def _evaluated_to_gamma(pick: Pick, at: Index) -> str:
    shape, place = _channel(pick, at[0])
    return series(
        shape, lambda *index: rf"{pick.g(*place(*index))} \cdot {_evaluated_standard(pick, place(*index))}", most=4
    )


def _nothing(pick: Pick, at: Index) -> str:
    return "0"


EVALUATED_ENTRIES: tuple[Entry, ...] = (
    _evaluated_to_x,
    _evaluated_to_gamma,
    BATCH_ENTRIES.to_beta,
    _nothing,
    _nothing,
)
