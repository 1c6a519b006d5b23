"""A network asked further: for other inputs, with other parameters, and one sample at a time."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Header, Query
from fastapi.responses import Response as Answer

from app import grids, learnt
from app.answers import GridAnswer
from app.errors import OutsideError
from app.learnt import Part, Readings, Samples
from app.one_by_one import SampleGradientsAnswer, sample_gradients
from app.routes import API, SessionHere, SettingsHere, problems
from app.surface import MOST, SurfaceAnswer, surface
from app.tensors import entry_of
from app.wire import answer
from engine import values_of

router = APIRouter(prefix=f"{API}/sessions/{{id}}", tags=["insight"], responses=problems(404, 413, 416, 422))
Axis = Annotated[str, Query(max_length=64, examples=["-1:1:40"])]
NUMBERS: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}


@router.get("/evaluate", response_model=GridAnswer, responses=NUMBERS)
def evaluate(
    session: SessionHere, settings: SettingsHere, over: Literal["line", "plane"] = "plane", x: Axis = "-1:1:40",
    y: Axis = "-1:1:40", layers: Annotated[str, Query(max_length=512)] = "",
    iteration: Annotated[int | None, Query(ge=0, le=10_000_000)] = None,
    accept: Annotated[str, Header(max_length=256)] = "application/json",
) -> Answer:  # fmt: skip
    """What the network answers over a plane of inputs, or a line: `x` and `y` as from:to:count.

    The last layer's outputs, before them those of hidden `layers`, by name, separated by commas; with the parameters
    that the iteration begins with, and as in evaluation: nothing is dropped out. As JSON up to 4,096 numbers; with
    `Accept: application/octet-stream` up to 4 MiB of little-endian float64, one layer after another, whose shapes
    are in the header `X-Shapes`.
    """
    binary = "application/octet-stream" in accept
    axes = [grids.axis(text) for text in ((x, y) if over == "plane" else (x,))]
    points = grids.grid(axes, settings)
    with session.lock:
        network, values, number = grids.asked_of(session, over, points, iteration)
    most = settings.window_bytes // 8 if binary else settings.window_values
    wanted = [name.strip() for name in layers.split(",") if name.strip()]
    told = grids.responses(network, values, points, wanted, settings, most)
    rows = tuple(map(len, reversed(axes)))
    found = {name: part.reshape(*rows, *part.shape[1:]) for name, part in told.items()}
    if binary:
        shapes = ";".join(",".join(map(str, part.shape)) for part in found.values())
        body = b"".join(np.ascontiguousarray(part, "<f8").tobytes() for part in found.values())
        return Answer(body, media_type="application/octet-stream", headers={"X-Shapes": shapes})
    said = [grids.Response(layer=name, shape=part.shape, data=part) for name, part in found.items()]
    told_axes = {"x": axes[0], "y": axes[1] if over == "plane" else None}
    return answer({"iteration": number, "over": over, **told_axes, "responses": said})


@router.get("/samples", response_model=Samples)
def samples(session: SessionHere) -> Answer:
    """The samples of the data set as points, where inputs are one number or two; `held` are those held out."""
    return answer(learnt.samples_of(session.part.dataset))


@router.get("/readings", response_model=Readings)
def readings(
    session: SessionHere, settings: SettingsHere, of: Part = "held",
    iteration: Annotated[int | None, Query(ge=0, le=10_000_000)] = None,
) -> Answer:  # fmt: skip
    """What a classifier takes its samples for: those held out, or those it may see, counted class by class.

    With the parameters that the iteration begins with, and as in evaluation. What there is no time for is not read:
    `samples` says how many were.
    """
    with session.lock:
        number = session.iteration if iteration is None else iteration
        run = session.reach(number)
        network, dataset = run.model.network, session.journey.part(number).dataset
        values = {name: value.copy() for name, value in values_of(run).items()}
    if network is None:
        raise OutsideError("samples are read by a network; this model is an expression")
    told = learnt.readings(network, values, dataset, of, settings)
    return answer({**told, "iteration": number})


@router.get("/surface", response_model=SurfaceAnswer, responses=problems(412))
def loss_surface(
    session: SessionHere, x: Annotated[str | None, Query(min_length=1, max_length=80, examples=["w"])] = None,
    y: Annotated[str | None, Query(min_length=1, max_length=80, examples=["gradient"])] = None,
    iteration: Annotated[int | None, Query(ge=0, le=10_000_000)] = None,
    size: Annotated[int | None, Query(ge=2, le=MOST)] = None,
    span: Annotated[float | None, Query(gt=0, le=1e6, allow_inf_nan=False)] = None,
) -> Answer:  # fmt: skip
    """The loss over a plane through where an iteration begins, and the path that training took, seen there.

    A direction is an entry that learns (`w`, `dense1.weight[0,1]`), the `gradient`, the `update` of this iteration,
    `random:7`, drawn from that seed and as long within each parameter as the parameter is, or `path1` and `path2`,
    along which the path lies furthest from here. They are made perpendicular and of length 1, x first. Without them:
    the two numbers of a model that learns no others, else the path. The losses are those of this iteration's batch
    and masks; `size` points along a side, `span` to each side. The path has at most 60 points.
    """
    return answer(surface(session, iteration, x, y, size, span))


@router.get("/sample-gradients", response_model=SampleGradientsAnswer)
def gradients_of_samples(
    session: SessionHere, node: Annotated[str, Query(max_length=64, examples=["dense1.weight"])],
    index: Annotated[str | None, Query(max_length=64)] = None,
    iteration: Annotated[int | None, Query(ge=0, le=10_000_000)] = None,
) -> Answer:  # fmt: skip
    """For every sample of an iteration's batch, the gradient of its own loss for one entry of a parameter.

    Each is a training step of that sample alone, with the same parameters and its own part of each mask. Their mean,
    or their sum where the loss is one, is the gradient that the iteration follows.
    """
    return answer(sample_gradients(session, node, entry_of(index), iteration))
