"""The gallery: every example with its spec, its place in the course and a sentence. A spec is a request like any."""

from __future__ import annotations

from app.lessons import depth, first, layers, networks, pictures, remedies, time, training, ways
from app.lessons.parts import Example

EXAMPLES: dict[str, Example] = {
    row.id: row
    for chapter in (first, layers, networks, ways, depth, remedies, training, pictures, time)
    for row in chapter.ROWS
}
