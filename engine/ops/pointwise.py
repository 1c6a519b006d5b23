"""The family of losses that are a sum over entries: one rule, and its two slopes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from engine.notation import LATEX, NUMPY, PRODUCT, Notation, Text, wrap, write
from engine.op import Entry, Index, Line, Op, Pick, series, template
from engine.ops.losses import REDUCTION, classes, entries, same, samples, tangent
from engine.tape import Options, Rule, Shape, trace

Count = Callable[[Shape, str], int]
BELOW: dict[Count, dict[str, str]] = {  # what the sum is divided by, as code
    entries: {"mean": "{0}.size", "batch": "len(np.atleast_1d({0}))", "sum": ""},
    samples: {"mean": "{0}[..., 0].size", "batch": "{0}[..., 0].size", "sum": ""},
}


def pointwise(
    name: str,
    loss: Rule,
    *slopes: Rule,
    inputs: tuple[str, str] = ("a", "y"),
    latex: tuple[str, str, str] | None = None,
    count: Count = entries,
    options: Options = (),
    flops: int = 3,
    **said: Any,
) -> Op:
    """Σ loss(a, y) / n, its two slopes the derivatives by a and by y; n by `reduction` as `count` says.

    `latex` replaces the formulas of loss and slopes where the rules do not read well.
    """
    parts = [_part(rule, text) for rule, text in zip((loss, *slopes), latex or (None,) * 3, strict=True)]

    def forward(a: Any, y: Any, reduction: str, **o: Any) -> Any:
        return loss(a, y, **o).sum() / count(a.shape, reduction)

    def vjp(slot: int) -> Rule:
        def vjp(g: Any, total: Any, a: Any, y: Any, reduction: str, **o: Any) -> Any:
            return slopes[slot](a, y, **o) * (g / count(a.shape, reduction))

        return vjp

    def jvp(dxs: Sequence[Any], total: Any, a: Any, y: Any, reduction: str, **o: Any) -> Any:
        return tangent(dxs, *(s(a, y, **o) / count(a.shape, reduction) for s in slopes))

    def entry(pick: Pick, index: Index) -> str:
        o = tuple(pick.options.items())
        terms = series(
            pick.shape(0), lambda *at: wrap(parts[0]([_at(pick, 0, at), _at(pick, 1, at)], o), PRODUCT), most=4
        )
        return _over(terms, count(pick.shape(0), pick.options["reduction"]))

    def sent(slot: int) -> Entry:
        def entry_vjp(pick: Pick, index: Index) -> str:
            slope = parts[1 + slot]([_at(pick, 0, index), _at(pick, 1, index)], tuple(pick.options.items()))
            text = rf"{wrap(slope, PRODUCT)} \cdot {pick.g()}"
            return _over(text, count(pick.shape(0), pick.options["reduction"]))

        return entry_vjp

    return Op(
        name=name,
        family="plain",
        inputs=inputs,
        forward=forward,
        vjps=(vjp(0), vjp(1)),
        jvp=jvp,
        shape=(same if count is entries else classes)(name),
        flops=lambda a, y, **o: flops * prod(a),
        latex=lambda names, options=(): _latex_of(parts[0], names, options),
        local=tuple(_latex_slope(part) for part in parts[1:]),
        numpy=_numpy_of(loss, count),
        numpy_vjp=tuple(_numpy_sent(slope, count) for slope in slopes),
        entry=entry,
        entry_vjp=(sent(0), sent(1)),
        options=(*REDUCTION, *options),
        **said,
    )


# --- texts ---

Part = Callable[[Sequence[Text], Options], Text]


def _part(rule: Rule, latex: str | None) -> Part:
    if latex is None:
        return lambda names, options: _written(rule, names, options, LATEX)
    return lambda names, options: Text(template(latex)(names, options), 0)


def _written(rule: Rule, names: Sequence[Text], options: Options, notation: Notation) -> Text:
    return write(trace(rule, ((), ()), _own(options)), names, notation)


def _own(options: Options) -> Options:
    return tuple((name, value) for name, value in options if name != "reduction")


def _at(pick: Pick, slot: int, index: Index) -> Text:
    return Text(pick.x(slot, *index))


def _over(text: str, count: int) -> str:
    return text if count == 1 else rf"\frac{{{text}}}{{{count}}}"


def _indexed(names: Sequence[Text]) -> list[Text]:
    return [Text(f"{{{n.text}}}_i") for n in names]


def _share(options: Options) -> str:
    return "" if dict(options).get("reduction") == "sum" else r"\frac{1}{n} "


def _latex_of(part: Part, names: Sequence[Text], options: Options) -> str:
    return rf"{_share(options)}\sum_i {wrap(part(_indexed(names), options), PRODUCT)}"


def _latex_slope(part: Part) -> Line:
    return lambda names, options=(): f"{_share(options)}{wrap(part(_indexed(names[1:]), options), PRODUCT)}"


def _below(count: Count, a: str, options: Options) -> str:
    below = BELOW[count][dict(options)["reduction"]].format(a)
    return f" / {below}" if below else ""


def _numpy_of(rule: Rule, count: Count) -> Line:
    def line(names: Sequence[Text], options: Options) -> str:
        return f"np.sum({_written(rule, names, options, NUMPY).text}){_below(count, names[0].text, options)}"

    return line


def _numpy_sent(rule: Rule, count: Count) -> Line:
    def line(names: Sequence[Text], options: Options) -> str:
        slope = wrap(_written(rule, names[2:], options, NUMPY), PRODUCT)
        return f"{slope} * ({names[0].text}{_below(count, names[2].text, options)})"

    return line
