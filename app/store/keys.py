"""What things are called in Redis, and what scripts are told and say."""

from __future__ import annotations

from typing import Any

from app.store.parts import Answer, AnsweredError, LeaseError, Snapshot, StaleError


def key_of(id: str, part: str = "") -> str:
    return f"backprop:session:{id}:{part}" if part else f"backprop:session:{id}"


def known_of(snapshot: Snapshot) -> bytes:
    return snapshot.digest + b"%d" % len(snapshot.state) if snapshot.digest else b""


def going(run: dict[str, Any] | None) -> str:
    """Whether a run is under way from now on; nothing where that does not change."""
    return "" if run is None else "yes" if run and "ended" not in run else "no"


def blob_key(id: str) -> str:
    return f"backprop:dataset:{id}"


def answer_key(key: str) -> str:
    return f"backprop:answer:{key}"


def created_key(answer: Answer | None) -> str:
    return answer_key(answer.key if answer else "")


def told(answer: Answer | None) -> list[bytes]:
    """An answer's key and all of it, or two empty ones."""
    if answer is None:
        return [b"", b""]
    return [answer.key.encode(), b"%s\n%d\n%s" % (answer.fingerprint.encode(), answer.status, answer.body)]


def check_said(said: list[Any], id: str, answer: Answer | None) -> None:
    """Raises what a script said was in the way."""
    match said[0]:
        case b"gone":
            raise KeyError(id)
        case b"stale":
            raise StaleError(int(said[1]))
        case b"lease":
            raise LeaseError("the lease of this work has passed to another owner")
        case b"answered":
            assert answer is not None, "only a key that was sent can have been answered"
            raise AnsweredError(answer.key)
