"""The calls of events that only some ways to differentiate have, by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.difference import Differences
from engine.events import AnyEvent
from engine.forward import Tangents
from engine.rtrl import Influences
from engine.scope import Scope
from engine.tape import Call


def callers(scope: Scope, events: Sequence[AnyEvent]) -> Mapping[str, Callable[[Any], list[Call]]]:
    """Asked in the order of the events."""
    tangents, differences, influences = Tangents(scope), Differences(scope, events), Influences(scope, events)
    return {
        "tangent": tangents.tangent,
        "slope": tangents.slope,
        "probe": differences.probe,
        "quotient": differences.quotient,
        "influence": influences.influence,
        "credit": influences.credit,
    }
