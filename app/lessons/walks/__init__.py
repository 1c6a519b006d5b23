"""Guided lessons: a file for each, by the example it walks through."""

from __future__ import annotations

from app.lessons.walks import (
    dying_relu,
    lstm,
    neuron,
    reuse,
    rnn,
    softmax_ce,
    square,
    training_loop,
    training_loop_uncleared,
    vanishing,
)
from app.lessons.walks.parts import Walk

FILES = (square, reuse, neuron, softmax_ce, vanishing, dying_relu, training_loop, training_loop_uncleared, rnn, lstm)
WALKS: dict[str, Walk] = {file.WALK.example: file.WALK for file in FILES}
