"""Guided lessons: a file for each, by the example it walks through."""

from __future__ import annotations

from app.lessons.walks import neuron
from app.lessons.walks.parts import Walk

WALKS: dict[str, Walk] = {file.WALK.example: file.WALK for file in (neuron,)}
