"""Reading structure and numbers over REST."""

import io

import numpy as np
import pytest

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Run, Trace, places
from tests.app.conftest import expression
from tests.engine.models import NAMES

pytestmark = pytest.mark.anyio


def engine_run(example):
    return Run(to_model(SpecRequest.model_validate(EXAMPLES[example].spec), Settings())[0])


@pytest.mark.parametrize("example", NAMES)
async def test_the_recording_is_the_engines_to_the_last_bit(client, open_session, example):
    _, path = await open_session(example)
    received = np.frombuffer((await client.get(f"{path}/recording")).content, "<f8")
    assert received.tobytes() == engine_run(example).recording.buffer.tobytes()


@pytest.mark.parametrize("example", NAMES)
async def test_the_schedule_places_every_number_the_trace_tells(client, open_session, example):
    _, path = await open_session(example)
    schedule = (await client.get(f"{path}/schedule")).json()
    run = engine_run(example)
    assert schedule["length"] == len(schedule["events"]) == run.schedule.length
    for told, event in zip(schedule["events"], run.schedule.events, strict=True):
        assert told["kind"] == event.kind
        for name, ref in places(event).items():
            field = told["saved"][name[6:]] if name.startswith("saved.") else told[name]
            assert (field["offset"], tuple(field["shape"])) == (ref.offset, ref.shape)


async def pages(client, path):
    found, link = [], f"{path}/trace"
    while link:
        answer = await client.get(link.removeprefix("/api/v1"))
        assert len(answer.content) <= 33_000
        found += answer.json()["events"]
        link = answer.json()["next"]
    return found


@pytest.mark.parametrize("example", ["neuron", "digits8", "modular"])
async def test_pages_of_the_trace_join_to_the_whole(client, open_session, example):
    session, path = await open_session(example)
    events = await pages(client, path)
    assert [e["index"] for e in events] == list(range(session["length"]))


async def test_summaries_say_what_the_arrays_hold(client, open_session):
    _, path = await open_session("digits8")
    run = engine_run("digits8")
    for told, event in zip(await pages(client, path), run.schedule.events, strict=True):
        if hasattr(event, "value"):
            array = run.recording.view(event.value)
            summary = told["value"]
            assert tuple(summary["shape"]) == array.shape
            np.testing.assert_allclose([summary["min"], summary["max"]], [array.min(), array.max()], rtol=0)
            np.testing.assert_allclose(summary["norm"], np.linalg.norm(array), rtol=1e-12)
            assert (summary["data"] is None) == (array.size > 64)


async def test_row_1_of_the_course_has_its_numbers(client, open_session):
    session, path = await open_session("square")
    await client.post(f"{path}/seek", json={"iteration": 0, "cursor": session["length"]})
    gradients = {n: (await client.get(f"{path}/tensors/{n}/gradient")).json()["data"] for n in "xwb"}
    assert gradients == {"x": 42, "w": 28, "b": 14}
    assert (await client.get(f"{path}/tensors/y/value")).json()["data"] == 49


@pytest.mark.parametrize(("example", "slope"), [("polynomial", 17), ("reuse", 12), ("chain", -0.6140038338)])
async def test_rows_2_to_4_of_the_course_have_their_slopes(client, open_session, example, slope):
    session, path = await open_session(example)
    answer = await client.get(f"{path}/tensors/x/gradient", params={"cursor": session["length"]})
    assert answer.json()["data"] == pytest.approx(slope, abs=5e-11)


async def test_row_5_of_the_course_has_its_first_step(client, open_session):
    session, path = await open_session("neuron")
    at_end = {"cursor": session["length"]}
    gradients = [(await client.get(f"{path}/tensors/{n}/gradient", params=at_end)).json()["data"] for n in "wb"]
    assert [round(g, 7) for g in gradients] == [-0.0810683, -0.0810683]
    assert round((await client.get(f"{path}/tensors/L/value", params=at_end)).json()["data"], 7) == 0.0627797


async def test_a_gradient_not_computed_yet_is_pending_and_not_zero(client, open_session):
    _, path = await open_session("neuron")
    told = (await client.get(f"{path}/tensors/w/gradient")).json()
    assert (told["state"], told["data"], told["why"]) == ("pending", None, None)


async def test_a_gradient_that_never_comes_says_why(client, open_session):
    session, path = await open_session("neuron")
    told = (await client.get(f"{path}/tensors/y/gradient", params={"cursor": session["length"]})).json()
    assert (told["state"], told["data"]) == ("none", None)
    assert "target" in told["why"]


async def test_a_parameter_is_new_once_its_update_has_happened(client, open_session):
    session, path = await open_session("neuron")
    values = [
        (await client.get(f"{path}/tensors/w/value", params={"cursor": c})).json()["data"]
        for c in (0, session["length"])
    ]
    following = (await client.get(f"{path}/tensors/w/value", params={"iteration": 1})).json()["data"]
    assert values[0] == 0.5
    assert values[1] == following != 0.5


async def test_one_tensor_is_the_same_in_every_form(client, open_session):
    _, path = await open_session("digits8")
    link = f"{path}/tensors/dense1.weight/value"
    json = (await client.get(link)).json()
    raw = (await client.get(link, headers={"accept": "application/octet-stream"})).content
    npy = np.load(io.BytesIO((await client.get(link, headers={"accept": "application/x-npy"})).content))
    assert json["data"] == np.frombuffer(raw, "<f8").reshape(64, 16).tolist() == npy.tolist()


async def test_a_window_is_that_part(client, open_session):
    _, path = await open_session("digits8")
    whole = (await client.get(f"{path}/tensors/dense1.weight/value")).json()["data"]
    part = (await client.get(f"{path}/tensors/dense1.weight/value", params={"window": "2:5,0:3"})).json()
    assert part["data"] == [row[0:3] for row in whole[2:5]]
    assert part["window"] == "2:5,0:3"


async def test_magnitudes_are_root_mean_squares(client, open_session):
    _, path = await open_session("digits8")
    told = (await client.get(f"{path}/magnitudes")).json()["magnitudes"]
    run = engine_run("digits8")
    for magnitude, event in zip(told, run.schedule.events, strict=True):
        if hasattr(event, "value"):
            array = run.recording.view(event.value)
            assert magnitude == pytest.approx(np.linalg.norm(array) / np.sqrt(array.size), rel=1e-12)
        else:
            assert magnitude is None


async def test_numbers_that_are_not_finite_travel_as_strings(client, open_session):
    session, path = await open_session(expression("L = log(x) + log(y)", {"x": 0, "y": -1}))
    await client.post(f"{path}/seek", json={"iteration": 0, "cursor": session["length"]})
    trace = (await client.get(f"{path}/trace")).json()["events"]
    assert [e["value"]["data"] for e in trace[:3]] == ["-Infinity", "NaN", "NaN"]
    assert trace[0]["value"]["nonfinite"] == 1
    assert (await client.get(f"{path}/tensors/x/gradient")).json()["data"] == "Infinity"


async def test_structure_a_client_has_is_not_sent_again(client, open_session):
    _, path = await open_session("digits8")
    for part in ("graph", "schedule"):
        first = await client.get(f"{path}/{part}")
        again = await client.get(f"{path}/{part}", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_an_explanation_of_another_entry_speaks_of_that_entry(client, open_session):
    _, path = await open_session("digits8")
    schedule = (await client.get(f"{path}/schedule")).json()
    event = next(e for e in schedule["events"] if e["kind"] == "forward")
    answer = await client.get(f"{path}/explanations", params={"event": event["index"], "entry": "0,3"})
    (told,) = answer.json()["explanations"]
    assert told["entry"] == [0, 3]
    assert told["lines"][-1]["numbers"].startswith(rf"\num{{{event['value']['offset'] + 3}}} = ")


async def test_every_event_is_explained(client, open_session):
    for example in NAMES:
        session, path = await open_session(example)
        told = (await client.get(f"{path}/explanations")).json()["explanations"]
        assert [e["event"] for e in told] == list(range(session["length"]))
        assert all(e["sentence"].endswith(".") for e in told)


def test_a_trace_reads_its_numbers_from_the_recording():
    run = engine_run("neuron")
    trace = Trace(run.graph, run.schedule, run.recording)
    assert trace.gradient(0, 0) is None
    assert trace.gradient(0, run.schedule.length) == pytest.approx(-0.0810683, abs=1e-7)
