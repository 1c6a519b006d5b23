"""Standing at any iteration of a session: from the nearest snapshot, by replay, across edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from time import monotonic

from app.data import Dataset
from app.errors import TooLargeError
from app.history import History
from app.snapshots import Snapshots
from app.tensors import Forms
from app.terms import Terms, at
from app.timeline import Line
from engine import Explainer, Meter, Model, Run, Schedule, State, first_state, resume, state_of

PARTS = 3  # models kept ready; a session whose model was never edited has one
EVENT_BYTES = 1_500  # of an event, its node and its calls: measured from 20 to 50,000 events, 600 to 1,800 each


class Part:
    """A model of some terms, with what is made of it when it is asked for. Made anew, all of it has the same bits."""

    def __init__(self, model: Model, dataset: Dataset | None) -> None:
        self.model, self.dataset = model, dataset
        self.encoded: dict[str, bytes] = {}  # what is the same for every iteration, by its name
        self.forms = Forms()

    @cached_property
    def run(self) -> Run:
        return Run(self.model)

    @property
    def schedule(self) -> Schedule:
        return self.run.schedule

    @cached_property
    def explainer(self) -> Explainer:
        return Explainer(self.run.graph, self.run.schedule)

    @cached_property
    def meter(self) -> Meter:
        return Meter(self.run)

    @property
    def fixed(self) -> int:
        """Bytes: a recording and a copy, which checks and nudges work on; and the data, unless others use them too."""
        own = 0 if self.dataset is None or self.dataset.shared else self.dataset.entries
        return 2 * self.run.recording.nbytes + 8 * own

    @property
    def bytes(self) -> int:
        return self.fixed + self.forms.nbytes + sum(map(len, list(self.encoded.values())))


class Journey:
    """Follows one line of edits at a time; `follow` changes to another. `make` builds what holds under some terms."""

    def __init__(self, make: Callable[[Terms], Part], snapshots: Snapshots, history: History) -> None:
        self.make, self.snapshots, self.history = make, snapshots, history
        self.terms: Sequence[Terms] = ()
        self.line: Line = ()
        self.parts: dict[int, Part] = {}  # by the revision that decided the model
        self.standing: int | None = None  # where the current part's run stands
        self.here = 0  # the number of the terms it stands under
        self._current: Part | None = None  # whose run stands there, even where others have taken its room

    def follow(self, terms: Sequence[Terms], line: Line) -> None:
        """Go by other edits from now on. What was computed before they differ still holds."""
        differ = next((n for n, (a, b) in enumerate(zip(line, self.line, strict=False)) if a != b), None)
        shared = min(len(line), len(self.line)) if differ is None else differ
        changed = [batch.iteration for batch in (*line[shared:], *self.line[shared:])]
        if self.standing is not None and changed and self.standing >= min(changed):
            self.standing = None
        self.terms, self.line = terms, line

    def part(self, iteration: int) -> Part:
        """What holds at an iteration."""
        return self._part(self.terms_at(iteration))

    def _part(self, terms: Terms) -> Part:
        found = self.parts.pop(terms.model, None) or self.make(terms)
        self.parts[terms.model] = found
        while len(self.parts) > PARTS:
            self.parts.pop(next(iter(self.parts)))
        return found

    def terms_at(self, iteration: int) -> Terms:
        return self.terms[at(self.terms, iteration)]

    @property
    def stretches(self) -> tuple[int, ...]:
        """The iterations from which another model holds."""
        return tuple(t.start for n, t in enumerate(self.terms) if not n or t.model != self.terms[n - 1].model)

    @property
    def bytes(self) -> int:
        fresh = sum(map(len, list(self.snapshots.fresh.values())))  # copies: others may be at work on the session
        parts = list(self.parts.values())
        return fresh + sum(part.bytes + EVENT_BYTES * part.schedule.length for part in parts)

    @property
    def current(self) -> Part:
        """The part whose run stands somewhere."""
        return self._current or self._part(self.terms[self.here])

    def go(self, iteration: int, seconds: float = float("inf")) -> Run:
        """Stand at `iteration`, computing what has not been computed yet.

        Raises `TooLargeError` if that takes longer than `seconds`; what was computed by then is kept.
        """
        deadline = monotonic() + seconds
        if self.standing != iteration:
            self._set_out(iteration)
        while self.standing is not None and self.standing < iteration:
            if monotonic() > deadline:
                raise TooLargeError(
                    f"iteration {iteration} asked for; {self.standing} was reached in the {seconds:g} s allowed"
                )
            self._advance()
        return self.current.run

    def onward(self) -> None:
        """Go on to the next iteration. Raises `StoppedError` where early stopping has ended training; and then it
        stands nowhere.
        """
        self._advance()

    def _set_out(self, iteration: int) -> None:
        """Stand at the nearest iteration that can be gone on from, unless it stands nearer already."""
        while (start := self.snapshots.last(self.line, iteration)) > 0:
            if self.standing is not None and start <= self.standing <= iteration:
                return
            state = self.snapshots.state(self.line, start)
            if state is not None:
                return self._stand(start, state)
        if self.standing is None or self.standing > iteration:
            self._stand(0, first_state(self._part(self.terms[0]).model))

    def _stand(self, iteration: int, state: State) -> None:
        """Compute an iteration from what it begins with and the edits made at it."""
        self.standing, self.here = None, at(self.terms, iteration)
        terms = self.terms[self.here]
        self._current = self._part(terms)
        resume(self._current.run, iteration, terms.patched(state) if terms.start == iteration else state)
        self._measure(iteration)

    def _advance(self) -> None:
        run, self.standing = self.current.run, None
        run.carry()
        now = run.iteration
        crossing = len(self.terms) > self.here + 1 and self.terms[self.here + 1].start <= now
        if crossing or self.snapshots.wants(self.line, now):
            state = state_of(run)
            met = self.snapshots.met(self.line, now, state) if self.snapshots.wants(self.line, now) else state
            if crossing or met is not state:
                self._stand(now, met)
                return
        run.compute()
        self._measure(now)

    def _measure(self, iteration: int) -> None:
        """It stands here now; a point of the charts, if there is to be one."""
        self.standing = iteration
        if self.history.wants(self.line, iteration):
            self.history.met(self.line, self.current.meter())

    def mark(self) -> None:
        """Keep where it stands, whatever the stride: the newest snapshot, until there is a newer one."""
        if self.standing and self.terms[self.here].start != self.standing:
            self.snapshots.mark(self.line, self.standing, state_of(self.current.run))
