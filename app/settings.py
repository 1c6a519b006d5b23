"""What the service allows: one frozen class; each limit may be set from the environment as BACKPROP_<NAME>."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Any

PREFIX = "BACKPROP_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where to listen, whom to answer, where sessions are kept, and the limits, which /catalogue shows.

    `hosts`: names this service answers to besides this machine's own; `origins`: other pages' origins that may read
    and change; `embed`: origins that may show the page in a frame.
    """

    host: str = "127.0.0.1"
    store: str = "memory:"
    open: bool = False
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    embed: tuple[str, ...] = ()
    connections: int = 4_000
    head_bytes: int = 32_768
    receipt_seconds: float = 10.0
    send_seconds: float = 20.0
    waiting: int = 200
    threads: int = 8
    creations_a_minute: int = 20
    body_bytes: int = 1_048_576
    upload_bytes: int = 8 * 1_048_576
    json_depth: int = 32
    expression_characters: int = 2_000
    expression_nodes: int = 500
    expression_levels: int = 64
    value_entries: int = 4_096
    layers: int = 64
    units: int = 4_096
    parameters: int = 1_000_000
    nodes: int = 20_000
    batch: int = 1_024
    data_numbers: int = 6_000_000
    csv_rows: int = 10_000
    csv_columns: int = 200
    datasets: int = 200
    datasets_bytes: int = 128 * 1_048_576
    session_bytes: int = 64 * 1_048_576
    sessions: int = 2_000
    live_bytes: int = 1_073_741_824
    idle_seconds: int = 7 * 86_400
    snapshots: int = 128
    snapshot_bytes: int = 16 * 1_048_576
    revisions: int = 2_000
    edits: int = 10_000
    visits: int = 50_000
    followers: int = 600
    followers_in_all: int = 1_500
    ping_seconds: float = 12.0
    poll_seconds: float = 25.0
    joins_a_minute: int = 20
    step_events: int = 10_000
    step_iterations: int = 100
    step_seconds: float = 2.0
    check_seconds: float = 10.0
    runs: int = 2
    runs_waiting: int = 16
    run_share: float = 0.25
    run_iterations: int = 1_000_000
    lease_seconds: float = 10.0
    history_points: int = 512
    grid_points: int = 40_000
    surface_visits: int = 2_000_000
    page_bytes: int = 32_768
    window_values: int = 4_096
    window_bytes: int = 4 * 1_048_576
    explanations: int = 500
    preview_nodes: int = 300

    @classmethod
    def from_environment(cls, **given: Any) -> Settings:
        """Settings given, then those of the environment, then the defaults. Raises ValueError naming a bad one."""
        found = {
            f.name: _read(f.name, text, type(f.default))
            for f in fields(cls)
            if (text := os.environ.get(PREFIX + f.name.upper())) is not None and f.name not in ("host", "store", "open")
        }
        return cls(**found | given)

    def limits(self) -> dict[str, int | float]:
        """The limits by name."""
        return {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if isinstance(f.default, int | float) and f.name != "open"
        }


def _read(name: str, text: str, kind: type) -> Any:
    if kind is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        value: int | float = kind(text)
    except ValueError:
        raise ValueError(f"{PREFIX}{name.upper()} is {text!r}; it must be a {kind.__name__}") from None
    if value <= 0:
        raise ValueError(f"{PREFIX}{name.upper()} is {text!r}; it must be positive")
    return value
