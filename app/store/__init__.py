"""Where sessions are kept: one interface, three stores.

A session is a pure function of its record (the spec as it was asked for) and its log of edits. Everything else a
store holds makes that function quick to read again: where its driver stands, the furthest iteration reached, and
snapshots of some iterations.

What a store promises:

- A method that returned has been kept; one that raised has changed nothing. `StoreError`: the store cannot be used.
- `commit` is the only way a session changes. It names the revision it was decided on; where another edit came first
  it raises `StaleError` and changes nothing. Callers change their memory after it returned, never before.
- The log only grows. Its entries are numbered by the revision they make, from 2 on; revision 1 is the spec.
- An answer kept under an idempotency key is kept in the same commit as what it tells of; where there is one already,
  nothing happens and `AnsweredError` is raised.
- A session nobody came back to for `idle_seconds` is forgotten; `gone` says so for another month: why there is none
  of an id any more, or nothing, where there never was one or somebody deleted it.
- `lease` gives one owner at a time the right to work on a session, with a number that grows each time; a `commit`
  with the number of an earlier lease raises `LeaseError`. Requests that move or edit need none.
- `running` names the sessions whose newest training run has not ended, whoever works on it.

`memory:` keeps everything in this process. SQLite is one file for one process. Redis is for several processes:
`shared` is true, and whoever keeps sessions in memory asks `read` whether they are still of today.
"""

from app.store.open import opened
from app.store.parts import (
    ANSWERS,
    EVERYWHERE,
    Answer,
    AnsweredError,
    Change,
    Entry,
    Kept,
    LeaseError,
    Point,
    Record,
    Snapshot,
    StaleError,
    Store,
    StoreError,
)

__all__ = [
    "ANSWERS",
    "EVERYWHERE",
    "Answer",
    "AnsweredError",
    "Change",
    "Entry",
    "Kept",
    "LeaseError",
    "Point",
    "Record",
    "Snapshot",
    "StaleError",
    "Store",
    "StoreError",
    "opened",
]
