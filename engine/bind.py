"""A tape as calls into given arrays: every result in place, and as little memory as its other values need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from engine.calls import reduction_calls, ufunc_calls
from engine.tape import ERF, Array, Call, Line, Options, Ref, Rule, Scratch, Shape, Tape, UntraceableError, trace


def rule_calls(
    rule: Any, ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch, options: Options = ()
) -> list[Call]:
    """Calls that compute `rule(*ins)` into `outs`: in place where its tape allows, by a copy of its result else."""
    if hasattr(rule, "calls"):
        return list(rule.calls(ins, outs[0], **dict(options)))
    try:
        tape = trace(rule, tuple(x.shape for x in ins), options)
    except UntraceableError:
        return [(_copied, (rule, tuple(ins), outs[0], dict(options)))]
    return bind(tape, ins, outs, scratch)


def _copied(rule: Rule, ins: tuple[Array, ...], out: Array, options: Mapping[str, Any]) -> None:
    np.copyto(out, rule(*ins, **options))


def bind(tape: Tape, ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch) -> list[Call]:
    """(function, arguments) per line, every result written in place into `outs`.

    `outs` must not overlap `ins`. A result that is an operand or a number is copied.
    """
    if tape.kernel is not None:
        return tape.kernel(ins, outs, scratch)
    return _Binding(tape, ins, outs, scratch).calls()


class _Binding:
    """Gives every line of a tape its array: a result's own, an output that waits for its result, or scratch."""

    def __init__(self, tape: Tape, ins: Sequence[Array], outs: Sequence[Array], scratch: Scratch) -> None:
        self.tape, self.outs, self.scratch = tape, outs, scratch
        self.wanted = {int(r): out for r, out in zip(tape.results, outs, strict=True) if _is_line(tape, r)}
        self.last_use = {int(a): i for i, line in enumerate(tape.lines) for a in line.args if isinstance(a, Ref)}
        self.place: dict[int, Array] = dict(enumerate(ins))
        self.waiting = dict(self.wanted)  # outputs that hold nothing yet, by the line that fills them

    def calls(self) -> list[Call]:
        calls: list[Call] = []
        for i, line in enumerate(self.tape.lines):
            args = tuple(self.place[a] if isinstance(a, Ref) else a for a in line.args)
            calls += _calls(line, args, self.put(i, line))
        for r, out in zip(self.tape.results, self.outs, strict=True):
            if not _is_line(self.tape, r) or self.wanted[int(r)] is not out:
                calls.append((np.copyto, (out, self.place[r] if isinstance(r, Ref) else r)))
        return calls

    def put(self, i: int, line: Line) -> Array:
        """The array for line `i`. A ufunc may write over an operand of its own shape, a reduction may not."""
        me = self.tape.inputs + i
        dying = {int(a) for a in line.args if isinstance(a, Ref) and self.last_use[a] == i} - self.wanted.keys()
        if line.reduce is None:
            self.release(dying)
        self.waiting.pop(me, None)
        self.place[me] = self.wanted[me] if me in self.wanted else self.room(me, line.shape)
        if line.reduce is not None:
            self.release(dying)
        return self.place[me]

    def room(self, me: int, shape: Shape) -> Array:
        """For a value nobody records: an output is warm in the cache and needs no memory of its own."""
        for filler, out in self.waiting.items():
            in_time = self.last_use.get(me, -1) + self.tape.inputs < filler + (self.reduces(filler) is False)
            if out.shape == shape and in_time:
                del self.waiting[filler]
                return out
        return self.scratch.take(shape)

    def reduces(self, number: int) -> bool:
        return self.tape.lines[number - self.tape.inputs].reduce is not None

    def release(self, dying: Iterable[int]) -> None:
        for a in dying:
            if a < self.tape.inputs:
                continue
            filler = next((k for k, out in self.wanted.items() if out is self.place[a]), None)
            if filler is None:
                self.scratch.give([self.place[a]])
            else:
                self.waiting[filler] = self.place[a]


def _is_line(tape: Tape, result: Any) -> bool:
    return isinstance(result, Ref) and result >= tape.inputs


def _calls(line: Line, args: tuple[Any, ...], out: Array) -> list[Call]:
    if line.reduce is not None:
        return reduction_calls(line.ufunc, args[0], *line.reduce, out)
    if line.ufunc is ERF:  # it makes Python numbers
        return [(partial(ERF, *args, out=out, casting="unsafe"), ())]
    return ufunc_calls(line.ufunc, args, out)
