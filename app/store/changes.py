"""What a commit writes into SQLite beside the session's own row."""

from __future__ import annotations

import sqlite3

import orjson

from app.store import statements as sql
from app.store.parts import ANSWERS, Answer, AnsweredError, Change


def keep_answer(db: sqlite3.Connection, scope: str, answer: Answer | None) -> None:
    """Raises `AnsweredError` where one stands under this key already; the oldest beyond the bound go."""
    if answer:
        if db.execute(sql.ANSWER, (scope, answer.key)).fetchone():
            raise AnsweredError(answer.key)
        most = ANSWERS if scope else ANSWERS * 50
        db.execute(sql.KEEP_ANSWER, (scope, *answer))
        db.execute(sql.THIN_ANSWERS, (scope, scope, most))


def keep_entries(db: sqlite3.Connection, id: str, change: Change) -> None:
    """The log's next entry; and the one that older ones make room for."""
    if change.entry:
        db.execute(sql.APPEND, (id, change.entry.revision, orjson.dumps(change.entry.body)))
    if change.base:
        db.execute("DELETE FROM log WHERE session = ? AND revision <= ?", (id, change.base.revision))
        db.execute(sql.APPEND, (id, change.base.revision, orjson.dumps(change.base.body)))


def keep_measured(db: sqlite3.Connection, id: str, change: Change) -> None:
    """States and points; those that are to be forgotten go."""
    for state in change.snapshots:
        if state.digest:
            db.execute(sql.KEEP_STATE, (id, *state))
        else:
            db.execute(sql.FORGET_STATE, (id, *state[:2]))
    for point in change.points:
        if point.body:
            db.execute(sql.KEEP_POINT, (id, *point))
        else:
            db.execute(sql.FORGET_POINT, (id, *point[:2]))
