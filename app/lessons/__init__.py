"""The gallery: every example with its spec, its place in the course and a sentence. A spec is a request like any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.lessons import depth, first, layers, networks, pictures, remedies, time, training, ways
from app.lessons.parts import Example
from app.lessons.walks import WALKS

CHAPTERS = (first, layers, networks, ways, depth, remedies, training, pictures, time)


def _numbered(rows: Iterable[Example]) -> Iterator[Example]:
    """Chapters in the order in which they begin, and lessons within each."""
    lessons: Counter[str] = Counter()
    for row in rows:
        lessons[row.group] += 1
        stops = len(WALKS[row.id].stops) if row.id in WALKS else 0
        yield replace(row, chapter=list(lessons).index(row.group) + 1, lesson=lessons[row.group], stops=stops)


EXAMPLES: dict[str, Example] = {row.id: row for row in _numbered(row for file in CHAPTERS for row in file.ROWS)}
