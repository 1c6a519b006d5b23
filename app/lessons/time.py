"""Recurrent layers: backpropagation through time."""

from __future__ import annotations

from typing import Any

from app.lessons.parts import Example, network

TIME = "Through time"


def _sequence(layer: str, **more: Any) -> dict[str, Any]:
    """Six steps in, one of two classes out: is the number of ones odd?"""
    layers = [{"type": layer, "units": 3}, {"type": "dense", "units": 2, "initializer": "xavier_normal"}]
    return network(layers, {"name": "parity", "samples": 40, "length": 6, "sample": 0, "seed": 1}, 0.1, **more)


def _full(layer: str, **more: Any) -> dict[str, Any]:
    """A hundred steps in, one of ten classes out: how many periods has the wave?"""
    layers = [
        {"type": layer, "units": 128, "return_sequences": True},
        {"type": layer, "units": 64},
        {"type": "dense", "units": 10, "initializer": "xavier_normal"},
    ]
    return network(layers, {"name": "waves", "samples": 100, "length": 100, "sample": 2, "seed": 1}, 0.1, **more)


ROWS = (
    Example(
        id="rnn", title="A simple recurrent network", group=TIME,
        summary="Six time steps, one set of weights: six contributions to it, and their sum.",
        spec=_sequence("rnn"),
    ),
    Example(
        id="lstm", title="An LSTM", group=TIME,
        summary="Gates decide what the cell forgets and takes in; the gradient runs back along the cell.",
        spec=_sequence("lstm"),
    ),
    Example(
        id="gru", title="A GRU", group=TIME,
        summary="Two gates instead of three, and no separate cell.",
        spec=_sequence("gru"),
    ),
    Example(
        id="truncated-bptt", title="Truncated backpropagation through time", group=TIME,
        summary="The LSTM again, cut every two steps: 27% of the gradient of its recurrent weight is lost.",
        spec=_sequence("lstm", backward={"truncate": 2}),
    ),
    Example(
        id="rtrl", title="Real-time recurrent learning", group=TIME,
        summary="No way back: what each weight has done to the state is carried along, for eight times the memory.",
        spec=_sequence("rnn", backward={"mode": "rtrl"}),
    ),
    Example(
        id="rnn-full", title="Two recurrent layers over 100 time steps", group=TIME,
        summary="128 and 64 units read a wave: 100 contributions to each weight, and how little comes from far back.",
        spec=_full("rnn"),
    ),
    Example(
        id="lstm-full", title="Two LSTM layers over 100 time steps", group=TIME,
        summary="128 and 64 units read the same wave: the cell's path carries the gradient further back.",
        spec=_full("lstm"),
    ),
    Example(
        id="truncated-full", title="Two LSTM layers, cut every 20 steps", group=TIME,
        summary="Only the last 20 of 100 time steps get a gradient: what lies further back gets nothing.",
        spec=_full("lstm", backward={"truncate": 20}),
    ),
)  # fmt: skip
