"""Reading a session's structure and numbers."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app.answers import ExplanationPage, Magnitudes, PyTorchPage, TracePage
from app.errors import OutsideError
from app.journey import Part
from app.overviews import MOST_READ, overview, places_of, ranges_of
from app.routes import API, SessionHere, problems
from app.session import Session
from app.tensors import Teller, Tensor, allow, entry_of, find, npy, read, why_none, window_of, window_text
from app.wire import answer, encode, joined, takes_gzip
from engine import Array, Graph, PyTorchLines, Schedule

router = APIRouter(prefix=f"{API}/sessions/{{id}}", tags=["traces"], responses=problems(404, 413, 416, 422))

Iteration = Annotated[int | None, Query(ge=0, le=10_000_000)]
Place = Annotated[int | None, Query(ge=0, le=1_000_000_000)]
From = Annotated[int, Query(alias="from", ge=0, le=1_000_000_000)]
To = Annotated[int | None, Query(alias="to", ge=0, le=1_000_000_000)]
Many = Annotated[str | None, Query(max_length=16_000)]
Places = Annotated[str, Query(max_length=16_000, examples=["0:1:1"])]
Encodings = Annotated[str, Header(include_in_schema=False)]
SMALL = 2_000  # bytes that are not worth compressing
NUMBERS: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "As `If-None-Match` says"}}


@router.get("/graph", response_model=Graph, responses=UNCHANGED)
def graph(
    session: SessionHere, iteration: Iteration = None, if_none_match: Annotated[str | None, Header()] = None,
    accept_encoding: Encodings = "",
) -> Response:  # fmt: skip
    """The nodes, their groups, and where the backward pass begins; of the session's `stretches`, each has its own."""
    return _once(session, iteration, "graph", lambda part: encode(part.run.graph), if_none_match, accept_encoding)


@router.get("/schedule", response_model=Schedule, responses=UNCHANGED)
def schedule(
    session: SessionHere, iteration: Iteration = None, if_none_match: Annotated[str | None, Header()] = None,
    accept_encoding: Encodings = "",
) -> Response:  # fmt: skip
    """The events of a training step with the places of their numbers; each of the `stretches` has its own."""
    return _once(session, iteration, "schedule", lambda part: encode(part.run.schedule), if_none_match, accept_encoding)


def _once(
    session: Session, iteration: int | None, name: str, make: Callable[[Part], bytes], known: str | None,
    accepted: str,
) -> Response:  # fmt: skip
    """What is the same for many iterations is encoded and compressed once; a client that has it already gets 304."""
    with session.lock:
        part = session.journey.part(session.iteration if iteration is None else iteration)
        body = part.encoded.get(name) or part.encoded.setdefault(name, make(part))
        small = takes_gzip(accepted) and len(body) > SMALL
        if small:
            packed = part.encoded.get(f"{name}.gz") or part.encoded.setdefault(f"{name}.gz", gzip.compress(body, 6))
        known_as = part.encoded.get(f"{name}.tag") or part.encoded.setdefault(f"{name}.tag", _digest(body))
    tag = f'"{known_as.decode()}"'
    if small:
        body, tag = packed, f"W/{tag}"
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if known and known.removeprefix("W/") == tag.removeprefix("W/"):
        return Response(status_code=304, headers=headers)
    if small:
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type="application/json")


def _digest(body: bytes) -> bytes:
    return sha256(body).hexdigest()[:16].encode()


@router.get("/trace", response_model=TracePage)
async def trace(session: SessionHere, iteration: Iteration = None, first: From = 0, last: To = None) -> Response:
    """Events with summaries of their numbers, up to 32 kB a page; `next` links on."""
    number = session.iteration if iteration is None else iteration
    page = session.again("trace", number, first, last)
    return page if page else await run_in_threadpool(_trace, session, number, first, last)


def _trace(session: Session, number: int, first: int, last: int | None) -> Response:
    with session.lock:
        found = session.trace(number)
        end, length = _end(first, last, found.schedule.length), found.schedule.length
        tell = Teller(found, session.journey.part(number).forms)
        events, stop = _page(map(tell, found.schedule.events[first:end]), first, session.settings.page_bytes)
        link = f"/api/v1/sessions/{session.id}/trace?iteration={number}&from={stop}&to={end}" if stop < end else None
        head = {"iteration": number, "from": first, "to": stop, "length": length, "next": link}
        return session.keep(answer(head | {"events": joined(events)}), "trace", number, first, last)


def _page(encoded: Iterator[bytes], first: int, room: int) -> tuple[list[bytes], int]:
    """As many events as fit, and at least one."""
    page: list[bytes] = []
    for event in encoded:
        room -= len(event) + 1
        if page and room < 0:
            break
        page.append(event)
    return page, first + len(page)


def _end(first: int, last: int | None, length: int) -> int:
    end = length if last is None else last
    if not first <= end <= length:
        raise OutsideError(f"{first} to {end} asked for; there are {length}")
    return end


@router.get("/recording", responses=NUMBERS, response_class=Response)
async def recording(
    session: SessionHere, iteration: Iteration = None, first: From = 0, last: To = None,
    ranges: Many = None,
) -> Response:  # fmt: skip
    """The numbers of an iteration: little-endian, row-major, back to back, as the schedule places them.

    `ranges` such as `0:12,40:41` asks for several stretches in one answer, one after the other.
    """
    number = session.iteration if iteration is None else iteration
    read = partial(_recording, session, number, first, last, ranges)
    if session.lock.acquire(blocking=False):
        try:
            if session.at_hand(number):  # to copy the numbers takes less time than to hand that to a thread
                return read()
        finally:
            session.lock.release()
    return await run_in_threadpool(read)


def _recording(session: Session, number: int, first: int, last: int | None, ranges: str | None) -> Response:
    with session.lock:
        found = session.trace(number)
        size = found.schedule.size
        asked = [(first, _end(first, last, size))] if ranges is None else ranges_of(ranges, size)
        item = np.dtype(found.schedule.dtype).itemsize
        allow(sum(end - begin for begin, end in asked) * item, session.settings.window_bytes, "bytes")
        return _raw([found.recording.numbers(begin, end) for begin, end in asked])


@router.get("/overviews", responses=NUMBERS, response_class=Response)
def overviews(session: SessionHere, at: Places, iteration: Iteration = None) -> Response:
    """Large arrays as small pictures: of each place, such as `120:784:128` (offset, rows, columns), at most 64 × 64
    numbers.

    A cell is the entry largest in size of its block of ⌈rows/64⌉ × ⌈columns/64⌉; NaN counts as the largest. First
    the cells of all places, as in a recording; then, as little-endian 32-bit whole numbers, where in its array each
    cell was found.
    """
    with session.lock:
        found = session.trace(iteration)
        places = places_of(at, found.schedule.size)
        allow(sum(place.end - place.offset for place in places), MOST_READ, "numbers to look at")
        allow(sum(place.cells for place in places) * 12, session.settings.window_bytes, "bytes")
        drawn = [overview(found.recording.numbers(place.offset, place.end), place) for place in places]
    return _raw([cells for cells, _ in drawn] + [positions for _, positions in drawn])


def _raw(arrays: list[Array]) -> Response:
    """Several arrays are put together, which copies them; a single one goes as it is where it is nobody else's.

    Others are places of a recording, which the next iteration writes over. To copy a whole trace takes 0.1 ms.
    """
    if len(arrays) > 1:
        body: bytes | memoryview = b"".join(map(_little, arrays))
    else:
        body = _little(arrays[0] if arrays[0].base is None else arrays[0].copy())
    return Response(body, media_type="application/octet-stream")


def _little(array: Array) -> memoryview:
    return array.astype(array.dtype.newbyteorder("<"), copy=False).reshape(-1).view(np.uint8).data


@router.get("/magnitudes", response_model=Magnitudes)
def magnitudes(session: SessionHere, iteration: Iteration = None) -> Response:
    """Per event the root mean square of its value: how strong the signal is, whatever the array's size."""
    with session.lock:
        found = session.trace(iteration)
        return answer(Magnitudes(iteration=session.run.iteration, magnitudes=found.magnitudes()))


@router.get("/explanations", response_model=ExplanationPage)
def explanations(
    session: SessionHere,
    first: From = 0, last: To = None, event: Place = None, entry: Annotated[str | None, Query(max_length=64)] = None,
    iteration: Iteration = None,
) -> Response:  # fmt: skip
    """Sentence, formula, numbers' places and code of each event, or of one event for one entry of its array."""
    if event is not None:
        first, last = event, event + 1
    with session.lock:
        part = session.journey.part(session.iteration if iteration is None else iteration)
        length, explainer = part.schedule.length, part.explainer
    end = _end(first, last, length)
    if last is None:
        end = min(end, first + session.settings.explanations)
    allow(end - first, session.settings.explanations, "explanations")
    index = entry_of(entry)
    found = [explainer.explain(k, index) for k in range(first, end)]
    page: ExplanationPage = {"from": first, "to": end, "length": length, "explanations": found}
    return answer(page)


@router.get("/pytorch", response_model=PyTorchPage)
def pytorch(session: SessionHere, first: From = 0, last: To = None, iteration: Iteration = None) -> Response:
    """The lines of PyTorch that stand beside each event: none where autograd or the optimizer is at work."""
    with session.lock:
        part = session.journey.part(session.iteration if iteration is None else iteration)
        written, length = PyTorchLines(part.run.graph, part.schedule), part.schedule.length
    end = _end(first, last, length)
    if last is None:
        end = min(end, first + session.settings.explanations)
    allow(end - first, session.settings.explanations, "events")
    page: PyTorchPage = {
        "from": first,
        "to": end,
        "length": length,
        "lines": [written.at(k) for k in range(first, end)],
    }
    return answer(page)


@router.get("/tensors/{node}/{kind}", response_model=Tensor, responses=NUMBERS)
def tensor(
    session: SessionHere, node: str, kind: Literal["value", "gradient"],
    iteration: Iteration = None, cursor: Place = None, window: Annotated[str | None, Query(max_length=200)] = None,
    accept: Annotated[str, Header()] = "application/json",
) -> Response:  # fmt: skip
    """One tensor as JSON, raw numbers or .npy; at the position unless an iteration is named."""
    with session.lock:
        found = session.trace(iteration)
        place = session.cursor if iteration is None and cursor is None else cursor
        if place is not None and place > found.schedule.length:
            raise OutsideError(f"cursor {place} asked for; a training step has {found.schedule.length} events")
        chosen = find(session.run.graph, node)
        slices = window_of(window, chosen.shape)
        array = read(found, chosen, kind, place)
        part = None if array is None else np.array(array[slices])
    head: dict[str, Any] = {
        "node": chosen.id,
        "label": chosen.label,
        "kind": kind,
        "shape": chosen.shape,
        "window": window_text(slices),
    }
    if part is None:
        never = kind == "gradient" and not chosen.wanted
        return answer(
            Tensor(**head, data=None, state="none" if never else "pending", why=why_none(chosen) if never else None)
        )
    if "application/x-npy" in accept or ".npy" in accept:
        allow(part.nbytes, session.settings.window_bytes, "bytes")
        return Response(npy(part), media_type="application/x-npy")
    if "application/octet-stream" in accept:
        allow(part.nbytes, session.settings.window_bytes, "bytes")
        return Response(_little(part), media_type="application/octet-stream")
    allow(part.size, session.settings.window_values, "numbers")
    return answer(Tensor(**head, data=part, state="computed"))
