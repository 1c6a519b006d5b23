"""Which iterations a session can go on from without computing all that came before.

The rule: at most `snapshots` of them, and `snapshot_bytes` bytes. The newest stays in any case, and of the others every
one that the stride divides; the stride doubles until the rule holds. It begins where a state is small enough beside it:
keeping one of 2.6 MB takes as long as five iterations that make one. Iteration 0 needs none: it follows from the spec.
What was thinned out leaves its hash behind, and a replay that comes by is held to it. Snapshots that an edit put out
of force stay while there is room, for undo.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from math import gcd

import numpy as np
import orjson

from app.settings import Settings
from app.store import Kept, Snapshot
from app.timeline import Line, owner
from engine import State

DIGEST = 16  # bytes of a hash; SHA-256, cut off, because processors compute that one themselves
SPARE = 32_768  # bytes of states an iteration adds, at most, from the first on
DIFFERS = 0  # in the place of a revision: no state, but the first iteration whose replay gave other bits
Key = tuple[int, int]  # the revision that decided the state, and its iteration


class Snapshots:
    """What is kept of one session. `read` fetches a state from the store; `fresh` is not in the store yet."""

    def __init__(self, kept: Iterable[Kept], read: Callable[[int, int], bytes | None], settings: Settings) -> None:
        self.read, self.settings = read, settings
        self.fresh: dict[Key, bytes] = {}
        self._changed: set[Key] = set()
        self._marked: set[Key] = set()  # kept while they are the newest
        self.known: dict[Key, Kept] = {}
        self.differs: int | None = None  # the first iteration whose replay gave other bits
        self._least = 1  # the smallest stride there may be
        self.reload(kept)

    def reload(self, kept: Iterable[Kept]) -> None:
        """What the store has may have changed."""
        stored = {(k.version, k.iteration): k for k in kept if (k.version, k.iteration) not in self._changed}
        self.known = stored | {key: self.known[key] for key in self._changed if key in self.known}
        self._count()

    def _count(self) -> None:
        """What follows from what is known."""
        self._line: Line | None = None  # that `_here` is of
        self._here: list[int] = []
        self._size = sum(k.size for k in self.known.values())
        self.differs = min((i for version, i in self.known if version == DIFFERS), default=None)
        self.stride = max(self._stride(), self._least)

    def _stride(self) -> int:
        """The largest power of two that divides all but the newest."""
        shared = gcd(*sorted({iteration for (_, iteration), k in self.known.items() if k.size})[:-1], 0)
        return shared & -shared or 1

    def last(self, line: Line, iteration: int) -> int:
        """The last iteration not after this one that can be gone on from."""
        here = self._in_force(line)
        place = bisect(here, iteration)
        return here[place - 1] if place else 0

    def state(self, line: Line, iteration: int) -> State | None:
        """What an iteration begins with; None where another process has thinned it out by now."""
        key = owner(line, iteration), iteration
        body = self.fresh.get(key) or self.read(*key)
        if not body:
            self._know(self.known[key]._replace(size=0))
        return unpacked(body) if body else None

    def wants(self, line: Line, iteration: int) -> bool:
        """Whether the state at an iteration is to be kept, or to be held to a hash."""
        return iteration % self.stride == 0 or (owner(line, iteration), iteration) in self.known

    def met(self, line: Line, iteration: int, state: State) -> State:
        """Keep a state, or hold it to the hash it had. The state to go on from: where they differ, the stored one."""
        return self._met(line, iteration, state, always=False)

    def _met(self, line: Line, iteration: int, state: State, always: bool) -> State:
        key, body = (owner(line, iteration), iteration), packed(state)
        self._suit(len(body))
        known = self.known.get(key)
        if known is None and not always and iteration % self.stride:
            return state
        digest = sha256(body).digest()[:DIGEST]
        if known is None:
            self._keep(line, Kept(*key, digest, len(body)), body)
        elif known.digest != digest:
            self.differ(iteration)
            stored = (self.fresh.get(key) or self.read(*key)) if known.size else None
            return unpacked(stored) if stored else state
        return state

    def _suit(self, size: int) -> None:
        """No smaller a stride than states of this size allow."""
        while self._least * SPARE < size:
            self._least *= 2
        self.stride = max(self.stride, self._least)

    def differ(self, iteration: int) -> None:
        """A replay gave other bits here than there were. It is kept as a state that is not there."""
        if self.differs is None or iteration < self.differs:
            self.differs = iteration
            self._know(Kept(DIFFERS, iteration, bytes(DIGEST), 0))
            self._changed.add((DIFFERS, iteration))

    def mark(self, line: Line, iteration: int, state: State) -> None:
        """Keep a state whatever the stride, until there is a newer one; then it is forgotten, and its hash too."""
        key = owner(line, iteration), iteration
        if key not in self.known and iteration % self.stride:
            self._marked.add(key)
        self._met(line, iteration, state, always=True)

    def changes(self) -> list[Snapshot]:
        """What the next commit is to tell the store."""
        gone = Kept(0, 0, b"", 0)
        changed = {key: self.known.get(key, gone) for key in sorted(self._changed)}
        return [Snapshot(*key, k.digest, self.fresh.get(key, b"") if k.size else b"") for key, k in changed.items()]

    def learn(self, changes: Sequence[Snapshot]) -> None:
        """A training run has told the store of these."""
        for snapshot in changes:
            key = snapshot.version, snapshot.iteration
            if key not in self._changed and snapshot.digest:
                self.known[key] = Kept(*key, snapshot.digest, len(snapshot.state))
            elif key not in self._changed:
                self.known.pop(key, None)
        if changes:
            self._count()

    def committed(self) -> None:
        """The store has it now."""
        self.fresh.clear()
        self._changed.clear()

    def _keep(self, line: Line, kept: Kept, body: bytes) -> None:
        before = self._in_force(line)
        if before and kept.iteration > before[-1] and before[-1] % self.stride:
            self._drop((owner(line, before[-1]), before[-1]))
        self.fresh[kept[:2]] = body
        self._changed.add(kept[:2])
        self._know(kept)
        if self._line is line:
            insort(self._here, kept.iteration)
        self._thin(line)

    def _thin(self, line: Line) -> None:
        kept = self._in_force(line)
        while len(kept) > 1 and (len(kept) > self.settings.snapshots or self._bytes(line, kept) > self._room):
            self.stride *= 2
            for iteration in [i for i in kept[:-1] if i % self.stride]:
                self._drop((owner(line, iteration), iteration))
            kept = self._in_force(line)
        if self._size <= 2 * self._room:
            return
        inside = {(owner(line, i), i) for i in kept}
        for key in sorted(k for k, known in self.known.items() if known.size and k not in inside):
            if self._size <= 2 * self._room:
                break
            self._drop(key)

    @property
    def _room(self) -> int:
        return self.settings.snapshot_bytes

    def _bytes(self, line: Line, kept: list[int]) -> int:
        """Of those in force, which are few enough where all that is kept is."""
        return self._size if self._size <= self._room else sum(self.known[owner(line, i), i].size for i in kept)

    def _drop(self, key: Key) -> None:
        self._know(self.known[key]._replace(size=0))
        if key in self._marked:
            self._marked.remove(key)
            del self.known[key]
        self.fresh.pop(key, None)
        self._changed.add(key)

    def _know(self, kept: Kept) -> None:
        """Know this of a state. `_here` lacks it until it is looked at again."""
        key = kept[:2]
        before = self.known.get(key)
        self.known[key] = kept
        self._size += kept.size - (before.size if before else 0)
        if before and before.size:
            self._line = None

    def _in_force(self, line: Line) -> list[int]:
        """Iterations whose states are kept and belong to the edits in force, in order."""
        if self._line is not line:
            found = (key for key, k in self.known.items() if k.size)
            self._here = sorted(i for version, i in found if version == owner(line, i))
            self._line = line
        return self._here


def packed(state: State) -> bytes:
    """A state as bytes: the names, shapes and kinds of its arrays on a line, then their numbers, back to back."""
    head = [[node, name, array.shape, array.dtype.str] for (node, name), array in sorted(state.items())]
    arrays = (np.ascontiguousarray(array).data for _, array in sorted(state.items()))
    return b"".join((orjson.dumps(head), b"\n", *arrays))


def unpacked(body: bytes) -> State:
    """The state that `packed` wrote, without a copy: its arrays can only be read."""
    head, _, numbers = body.partition(b"\n")
    found, place = {}, 0
    for node, name, shape, kind in orjson.loads(head):
        array = np.frombuffer(numbers, kind, int(np.prod(shape)), place).reshape(shape)
        found[node, name], place = array, place + array.nbytes
    return found
