"""What cross-entropies say of themselves: formulas, lines of NumPy, and entries in numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.notation import Text, exact
from engine.op import Index, Pick, series
from engine.ops.losses import samples
from engine.ops.softmax import exponentials, shifted
from engine.tape import Options


def smoothing(options: Options) -> str:
    """The share of the target that is spread, as text; empty where there is none."""
    smoothing = dict(options).get("smoothing")
    return exact(smoothing) if smoothing else ""


def smooth_latex(t: str, options: Options) -> str:
    s = smoothing(options)
    return rf"((1 - {s})\,{t} + \frac{{{s}}}{{K}})" if s else t


def smooth_line(t: str, options: Options) -> str:
    s = smoothing(options)
    return f"({t} * (1 - {s}) + {s} / {t}.shape[-1])" if s else t


def share_line(g: str, x: str, options: Options, *, target: bool = False) -> str:
    """Upstream divided by the number of samples; for the target, without what smoothing holds back."""
    below = "1" if dict(options)["reduction"] == "sum" else f"{x}[..., 0].size"
    held = f" * (1 - {s})" if target and (s := smoothing(options)) else ""
    return f"({g} / {below}{held})"


def count(x: str, options: Options) -> str:
    return "1" if dict(options)["reduction"] == "sum" else f"{x}[..., 0].size"


def line(names: Sequence[Text], options: Options) -> str:
    p, t = (n.text for n in names)
    return f"-np.sum({smooth_line(t, options)} * np.log({p})) / {count(p, options)}"


def fused_line(names: Sequence[Text], options: Options) -> str:
    z, t = (n.text for n in names)
    logarithms = f"np.log(np.exp({shifted(z)}).sum(-1, keepdims=True)) - ({shifted(z)})"
    return f"np.sum({smooth_line(t, options)} * ({logarithms})) / {count(z, options)}"


def sent_line(names: Sequence[Text], options: Options) -> str:
    g, _, p, t = (n.text for n in names)
    return f"-({smooth_line(t, options)} / {p}) * {share_line(g, p, options)}"


def sent_to_target_line(names: Sequence[Text], options: Options) -> str:
    g, _, p, _ = (n.text for n in names)
    return f"-np.log({p}) * {share_line(g, p, options, target=True)}"


def tilde(pick: Pick, at: Index) -> str:
    """A target as it is charged."""
    s = smoothing(tuple(pick.options.items()))
    t = pick.x(1, *at)
    return rf"((1 - {s}) \cdot {t} + \frac{{{s}}}{{{pick.shape(1)[-1]}}})" if s else t


def true_classes(pick: Pick, term: Callable[..., str]) -> str:
    """One term per entry, divided by the number of samples."""
    shape = pick.shape(0)
    below = samples(shape, pick.options["reduction"])
    if below == 1:
        return f"-{series(shape, term, ' - ', most=4)}"
    return rf"-\frac{{{series(shape, term, most=4)}}}{{{below}}}"


def share(pick: Pick, text: str) -> str:
    """What one sample sends back: its part of the batch."""
    below = samples(pick.shape(0), pick.options["reduction"])
    return text if below == 1 else rf"\frac{{{text}}}{{{below}}}"


def held_back(pick: Pick) -> str:
    s = smoothing(tuple(pick.options.items()))
    return rf"(1 - {s}) \cdot " if s else ""


def fused_entry(pick: Pick, index: Index) -> str:
    return true_classes(pick, lambda *at: rf"{tilde(pick, at)} \cdot \ln({pick.saved(0, *at)})")


def fused_sent(pick: Pick, index: Index) -> str:
    """p·Σt − t. The targets' sum is spelled out, though it is 1 as a rule: the numbers are true of any targets."""
    total = series(pick.shape(1)[-1:], lambda k: tilde(pick, (*index[:-1], k)), most=4)
    return share(pick, rf"({pick.saved(0, *index)} \cdot ({total}) - {tilde(pick, index)}) \cdot {pick.g()}")


def fused_sent_to_target(pick: Pick, index: Index) -> str:
    """−ln p from the scores, as the rule has it."""
    below = rf"\ln({exponentials(pick, index)})"
    return share(pick, rf"{held_back(pick)}({below} - {pick.x(0, *index)}) \cdot {pick.g()}")


def entry(pick: Pick, index: Index) -> str:
    return true_classes(pick, lambda *at: rf"{tilde(pick, at)} \cdot \ln({pick.x(0, *at)})")


def sent(pick: Pick, index: Index) -> str:
    below = samples(pick.shape(0), pick.options["reduction"])
    times = "" if below == 1 else rf"{below} \cdot "
    return rf"-\frac{{{tilde(pick, index)}}}{{{times}{pick.x(0, *index)}}} \cdot {pick.g()}"


def sent_to_target(pick: Pick, index: Index) -> str:
    sent = rf"{held_back(pick)}\ln({pick.x(0, *index)}) \cdot {pick.g()}"
    return f"-{share(pick, sent)}"


def latex(probability: str) -> Callable[[Sequence[Text], Options], str]:
    def line(names: Sequence[Text], options: Options = ()) -> str:
        target = smooth_latex(f"{names[1].text}_{{ik}}", options)
        return rf"-\frac{{1}}{{B}} \sum_i \sum_k {target} \ln {probability.format(names[0].text)}"

    return line


def latex_to_target(probability: str) -> Callable[[Sequence[Text], Options], str]:
    def line(names: Sequence[Text], options: Options = ()) -> str:
        held = f"1 - {s}" if (s := smoothing(options)) else "1"
        return rf"-\frac{{{held}}}{{B}} \ln {probability.format(names[1].text)}"

    return line
