"""Sequences: x is (samples, time steps, features)."""

from __future__ import annotations

import numpy as np

from app.data.dataset import Dataset
from app.data.source import DataOption, Source, integer, noise, samples

RHYME = (
    "forward goes the signal, layer after layer, until the loss is known. "
    "backward goes the blame, layer before layer, until each weight has its share. "
    "a small step against it, and forward again. "
)


def parity(samples: int, length: int, modulo: int, seed: int) -> Dataset:
    """Bits (samples, length, 1); the class is their sum modulo `modulo`, so that every single bit counts."""
    bits = np.random.default_rng(seed).integers(0, 2, (samples, length, 1))
    labels = (bits.sum(axis=(1, 2)) % modulo).astype(np.int64)
    return Dataset(x=bits.astype(np.float64), labels=labels, classes=tuple(map(str, range(modulo))), signs=("0", "1"))


def copy(samples: int, length: int, symbols: int, delay: int, seed: int) -> Dataset:
    """Symbols, a pause, and then the same symbols as the answer.

    x: (samples, 2·length + delay, symbols + 2), one 1 at each time step: for nothing, a symbol, or, at the end of the
    pause, the sign to begin. Labels (samples, 2·length + delay): nothing (0) until then, the symbols (1…) after it.
    """
    said = np.random.default_rng(seed).integers(1, symbols + 1, (samples, length))
    shown = np.zeros((samples, 2 * length + delay), np.int64)
    shown[:, :length], shown[:, length + delay - 1] = said, symbols + 1
    answer = np.zeros_like(shown)
    answer[:, length + delay :] = said
    names = ("nothing", *(chr(ord("a") + i) for i in range(symbols)))
    return Dataset(x=np.eye(symbols + 2)[shown], labels=answer, classes=names, signs=("·", *names[1:], "?"))


def sine(samples: int, length: int, noise: float, seed: int) -> Dataset:
    """`length` values of a sine wave of its own phase and 1 to 3 periods, (samples, length, 1); the next is asked."""
    rng = np.random.default_rng(seed)
    phase, periods = rng.uniform(0.0, 2.0 * np.pi, (samples, 1)), rng.uniform(1.0, 3.0, (samples, 1))
    wave = np.sin(phase + 2.0 * np.pi * periods * np.arange(length + 1) / length)
    seen = wave[:, :length] + noise * rng.standard_normal((samples, length))
    return Dataset(x=seen[:, :, None], values=wave[:, length:])


def waves(samples: int, length: int, classes: int, noise: float, seed: int) -> Dataset:
    """Sine waves (samples, length, 1) of any phase; the class is how many periods they have, less 1."""
    rng = np.random.default_rng(seed)
    labels = np.arange(samples) % classes
    turns = (labels[:, None] + 1) * np.arange(length) / length
    wave = np.sin(2.0 * np.pi * (turns + rng.uniform(0.0, 1.0, (samples, 1))))
    names = tuple(f"{k} period{'s' if k > 1 else ''}" for k in range(1, classes + 1))
    return Dataset(x=(wave + noise * rng.standard_normal(wave.shape))[:, :, None], labels=labels, classes=names)


def characters(text: str, length: int, one_hot: bool) -> Dataset:
    """Every stretch of `length` characters; the class is the character that follows.

    x: (samples, length, classes) with one 1 at each time step, or (samples, length) with the characters' numbers.

    Raises ValueError where the text is too short for one stretch, or has too many different characters.
    """
    signs = sorted(set(text))
    if len(text) <= length:
        raise ValueError(f"the text has {len(text)} characters; a stretch of {length} and its next need {length + 1}")
    if len(signs) > MOST_SIGNS:
        raise ValueError(f"the text has {len(signs)} different characters; there may be {MOST_SIGNS}")
    written = np.searchsorted(np.array(signs), np.array(list(text)))
    stretches = np.lib.stride_tricks.sliding_window_view(written[:-1], length)
    x = np.eye(len(signs))[stretches] if one_hot else stretches.astype(np.float64)
    return Dataset(x=x, labels=written[length:], classes=tuple(signs), signs=tuple(signs))


MOST_SIGNS = 64


def _length(default: int, high: int = 200, low: int = 1) -> DataOption:
    return integer("length", "time steps", default, low, high)


ROWS = (
    Source(
        name="parity", family="sequence", load=parity, doc="Bits one after another: is their number even or odd?",
        options=(
            samples(), _length(8), integer("modulo", "what the sum is divided by: the class is the rest", 2, 2, 10),
        ),
    ),
    Source(
        name="copy", family="sequence", load=copy,
        doc="Symbols to be said again after a pause: an answer at every time step (Hochreiter & Schmidhuber 1997).",
        options=(
            samples(), _length(4, 20), integer("symbols", "different symbols", 4, 1, 8),
            integer("delay", "time steps from the last symbol to the first of the answer", 3, 1, 100),
        ),
    ),
    Source(
        name="sine", family="sequence", load=sine, doc="A stretch of a sine wave, whose next value is asked.",
        options=(samples(), _length(20), noise(0.0, "standard deviation of what is added to each value")),
    ),
    Source(
        name="waves", family="sequence", load=waves, doc="Sine waves, told apart by their number of periods.",
        options=(
            samples(), _length(100), integer("classes", "how many numbers of periods", 10, 2, 10),
            noise(0.1, "standard deviation of what is added to each value"),
        ),
    ),
    Source(
        name="characters", family="sequence", load=characters, generated=False,
        doc="Stretches of a text, whose next character is asked.",
        options=(
            DataOption(name="text", kind="text", doc="what is read", default=RHYME, low=2, high=1_000),
            _length(8, 32),
            DataOption(
                name="one_hot", kind="boolean", default=True,
                doc="each character as a 1 among zeros, else as its number, as an embedding takes it",
            ),
        ),
    ),
)  # fmt: skip
