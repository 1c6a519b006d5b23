"""Which iterations a session can go on from without computing all that came before.

The rule: at most `snapshots` of them, and `snapshot_bytes` bytes. The newest stays in any case, and of the others every
one that the stride divides; the stride doubles until the rule holds. Iteration 0 needs none: it follows from the spec.
What was thinned out leaves its hash behind, and a replay that comes by is held to it. Snapshots that an edit put out
of force stay while there is room, for undo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from math import gcd

import numpy as np
import orjson

from app.settings import Settings
from app.store import Kept, Snapshot
from app.timeline import Line, owner
from engine import State

DIGEST = 16  # bytes of a hash
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
        self.reload(kept)

    def reload(self, kept: Iterable[Kept]) -> None:
        """What the store has may have changed."""
        stored = {(k.version, k.iteration): k for k in kept if (k.version, k.iteration) not in self._changed}
        self.known = stored | {key: self.known[key] for key in self._changed if key in self.known}
        self.stride = self._stride()

    def _stride(self) -> int:
        """The largest power of two that divides all but the newest."""
        shared = gcd(*sorted({iteration for (_, iteration), k in self.known.items() if k.size})[:-1], 0)
        return shared & -shared or 1

    def last(self, line: Line, iteration: int) -> int:
        """The last iteration not after this one that can be gone on from."""
        return max((i for i in self._in_force(line) if i <= iteration), default=0)

    def state(self, line: Line, iteration: int) -> State | None:
        """What an iteration begins with; None where another process has thinned it out by now."""
        key = owner(line, iteration), iteration
        body = self.fresh.get(key) or self.read(*key)
        if not body:
            self.known[key] = self.known[key]._replace(size=0)
        return unpacked(body) if body else None

    def wants(self, line: Line, iteration: int) -> bool:
        """Whether the state at an iteration is to be kept, or to be held to a hash."""
        return iteration % self.stride == 0 or (owner(line, iteration), iteration) in self.known

    def met(self, line: Line, iteration: int, state: State) -> State:
        """Keep a state, or hold it to the hash it had. The state to go on from: where they differ, the stored one."""
        key, body = (owner(line, iteration), iteration), packed(state)
        digest = blake2b(body, digest_size=DIGEST).digest()
        known = self.known.get(key)
        if known is None:
            self._keep(line, key, digest, body)
        elif known.digest != digest:
            self.differs = iteration if self.differs is None else min(self.differs, iteration)
            stored = (self.fresh.get(key) or self.read(*key)) if known.size else None
            return unpacked(stored) if stored else state
        return state

    def mark(self, line: Line, iteration: int, state: State) -> None:
        """Keep a state whatever the stride, until there is a newer one; then it is forgotten, and its hash too."""
        key = owner(line, iteration), iteration
        if key not in self.known and iteration % self.stride:
            self._marked.add(key)
        self.met(line, iteration, state)

    def changes(self) -> list[Snapshot]:
        """What the next commit is to tell the store."""
        gone = Kept(0, 0, b"", 0)
        changed = {key: self.known.get(key, gone) for key in sorted(self._changed)}
        return [Snapshot(*key, k.digest, self.fresh.get(key, b"") if k.size else b"") for key, k in changed.items()]

    def learn(self, changes: Iterable[Snapshot]) -> None:
        """A training run has told the store of these."""
        for snapshot in changes:
            key = snapshot.version, snapshot.iteration
            if key not in self._changed and snapshot.digest:
                self.known[key] = Kept(*key, snapshot.digest, len(snapshot.state))
            elif key not in self._changed:
                self.known.pop(key, None)
        self.stride = self._stride()

    def committed(self) -> None:
        """The store has it now."""
        self.fresh.clear()
        self._changed.clear()

    def _keep(self, line: Line, key: Key, digest: bytes, body: bytes) -> None:
        before = self._in_force(line)
        if before and key[1] > before[-1] and before[-1] % self.stride:
            self._drop((owner(line, before[-1]), before[-1]))
        self.known[key] = Kept(*key, digest, len(body))
        self.fresh[key] = body
        self._changed.add(key)
        self._thin(line)

    def _thin(self, line: Line) -> None:
        kept = self._in_force(line)
        while len(kept) > 1 and (len(kept) > self.settings.snapshots or self._bytes(line, kept) > self._room):
            self.stride *= 2
            for iteration in kept[:-1]:
                if iteration % self.stride:
                    self._drop((owner(line, iteration), iteration))
            kept = self._in_force(line)
        if sum(k.size for k in self.known.values()) <= 2 * self._room:
            return
        inside = {(owner(line, i), i) for i in kept}
        for key in sorted(k for k, known in self.known.items() if known.size and k not in inside):
            if sum(k.size for k in self.known.values()) <= 2 * self._room:
                break
            self._drop(key)

    @property
    def _room(self) -> int:
        return self.settings.snapshot_bytes

    def _bytes(self, line: Line, kept: list[int]) -> int:
        return sum(self.known[owner(line, i), i].size for i in kept)

    def _drop(self, key: Key) -> None:
        if key in self._marked:
            self._marked.remove(key)
            del self.known[key]
        else:
            self.known[key] = self.known[key]._replace(size=0)
        self.fresh.pop(key, None)
        self._changed.add(key)

    def _in_force(self, line: Line) -> list[int]:
        """Iterations whose states are kept and belong to the edits in force, in order."""
        kept = [key for key, k in self.known.items() if k.size]
        return sorted(i for version, i in kept if version == (owner(line, i) if line else 1))


def packed(state: State) -> bytes:
    """A state as bytes: the names, shapes and kinds of its arrays on a line, then their numbers, back to back."""
    head = [[node, name, array.shape, array.dtype.str] for (node, name), array in sorted(state.items())]
    return orjson.dumps(head) + b"\n" + b"".join(array.tobytes() for _, array in sorted(state.items()))


def unpacked(body: bytes) -> State:
    head, _, numbers = body.partition(b"\n")
    found, place = {}, 0
    for node, name, shape, kind in orjson.loads(head):
        array = np.frombuffer(numbers, kind, int(np.prod(shape)), place).reshape(shape)
        found[node, name], place = array, place + array.nbytes
    return found
