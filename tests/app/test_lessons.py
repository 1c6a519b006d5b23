"""Guided lessons: every name in their text leads somewhere, and what they state is so."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.lessons import EXAMPLES, walks
from app.lessons.walks import WALKS
from app.lessons.walks.parts import Stop
from app.walking import MARK, Bound
from engine import Trace, places
from tests.app.conftest import expression
from tests.e2e.reading import engine_run

NUMBER = re.compile(r"\d[\d.,]*\d|\d")


def bound(example):
    """A lesson's names in runs of the engine: one for each training step it goes through."""
    runs = {step: engine_run(example, step) for step in {stop.step for stop in WALKS[example].stops}}
    return Bound(lambda step: Trace(runs[step].graph, runs[step].schedule, runs[step].recording), 0)


def test_every_lesson_is_of_an_example_and_named_like_it():
    files = {path.stem for path in Path(walks.__file__).parent.glob("*.py")} - {"__init__", "parts"}
    assert {name.replace("-", "_") for name in WALKS} == files
    assert WALKS.keys() <= EXAMPLES.keys()
    assert {id: len(walk.stops) for id, walk in WALKS.items()} == {i: e.stops for i, e in EXAMPLES.items() if e.stops}


@pytest.mark.parametrize("example", WALKS)
def test_every_name_of_a_lesson_leads_somewhere_and_what_it_states_is_so(example):
    for stop, found in zip(WALKS[example].stops, bound(example).stops(WALKS[example]), strict=True):
        assert found.missing is None, stop.says
        assert found.holds, stop.says


@pytest.mark.parametrize("example", WALKS)
def test_a_lesson_has_six_to_twelve_stops_in_order_and_speaks_of_cards(example):
    found = bound(example).stops(WALKS[example])
    assert 6 <= len(found) <= 12
    places = [(stop.iteration, stop.cursor) for stop in found]
    assert places == sorted(places)
    assert all(stop.nodes for stop in found)


def known(trace, cursor):
    """Every place that has its number after `cursor` events: what is given, and what those events brought."""
    given = [trace.schedule.values[node.id] for node in trace.graph.nodes if node.op is None]
    brought = [ref for event in trace.schedule.events[:cursor] for ref in places(event).values()]
    return {ref.offset + k for ref in given + brought for k in range(ref.size)}


@pytest.mark.parametrize("example", WALKS)
def test_no_stop_tells_a_number_that_is_not_computed_there(example):
    found = bound(example)
    for stop in found.stops(WALKS[example]):
        here = [span for span in stop.text if span.iteration == stop.iteration]
        assert {span.offset for span in here} - {None} <= known(found.traces(stop.iteration), stop.cursor)
        assert all(span.event < stop.cursor for span in here if span.event is not None)


@pytest.mark.parametrize("example", WALKS)
def test_no_number_of_the_model_is_written_out(example):
    words = " ".join(MARK.sub("", stop.says) for stop in WALKS[example].stops)
    assert set(NUMBER.findall(words)) <= {"0", "1"}


@pytest.mark.parametrize(
    ("says", "missing"),
    [
        ("[q]", "This model has no q."),
        ("{value q}", "This model has no q."),
        ("{value w[0]}", "There is no entry [0] in an array of shape () here."),
        ("{new x}", "x is not updated in this training step."),
        ("{gradient y}", "No gradient reaches y in this training step."),
        ("{contribution a → w}", "a sends nothing back to w in this training step."),
    ],
)
def test_a_name_that_leads_nowhere_is_told(says, missing):
    found = bound("neuron").stop(Stop(at="start", says=says))
    assert (found.missing, found.text, found.holds) == (missing, (), False)


@pytest.mark.parametrize("at", ["forward x", "gradient y", "update x", "contribution a → w"])
def test_an_event_that_there_is_not_is_told(at):
    assert bound("neuron").stop(Stop(at=at, says="")).missing


def test_what_is_not_so_is_found():
    wrong = [replace(stop, holds=lambda n: n("value L @0") < n("value L")) for stop in WALKS["neuron"].stops]
    assert not any(bound("neuron").stop(stop).holds for stop in wrong)


def test_numbers_in_the_text_are_places_in_the_engines_recording():
    found = bound("neuron").stop(Stop(at="start", says="{gradient w}, {local a → z}, {local z → b}, {size a → z}"))
    numbers = [span for span in found.text if not span.text]
    run = engine_run("neuron")
    read = run.recording.numbers(0, run.schedule.size)
    a, y, x = (float(run.recording.view(run.schedule.values[run.graph.find(name).id])) for name in "ayx")
    assert read[numbers[0].offset] == pytest.approx((a - y) * a * (1 - a) * x)
    assert read[numbers[1].offset] == pytest.approx(a * (1 - a))
    assert numbers[2].number == 1
    assert run.schedule.events[numbers[3].event].into == run.graph.find("z").id


def test_a_stop_knows_which_entry_of_its_events_array_it_tells():
    stops = bound("softmax-ce").stops(WALKS["softmax-ce"])
    entries = {stop.at: found.entry for stop, found in zip(WALKS["softmax-ce"].stops, stops, strict=True)}
    assert entries["contribution two_steps → p"] == entries["gradient z1"] == (1, 2)
    assert entries["forward p"] == (0, 0)
    assert entries["start"] is entries["forward two_steps"] is None


async def told(client, path, **query):
    answer = await client.get(f"{path}/lesson", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.anyio
async def test_the_service_tells_the_lesson_of_an_example_from_any_training_step_on(client, open_session):
    _, path = await open_session("neuron")
    first, later = await told(client, path), await told(client, path, iteration=3)
    assert [stop["iteration"] for stop in first["stops"]] == [stop.step for stop in WALKS["neuron"].stops]
    assert [stop["iteration"] for stop in later["stops"]] == [stop.step + 3 for stop in WALKS["neuron"].stops]
    assert all(stop["holds"] for stop in first["stops"] + later["stops"])
    recording = np.frombuffer((await client.get(f"{path}/recording", params={"iteration": 3})).content, "<f8")
    z = next(span for span in later["stops"][1]["text"] if span["offset"] is not None)
    assert recording[z["offset"]] == engine_run("neuron", 3).recording.numbers(z["offset"], z["offset"] + 1)[0]


@pytest.mark.anyio
async def test_an_edit_keeps_the_text_and_says_what_is_no_longer_so(client, open_session):
    session, path = await open_session("neuron")
    before = await told(client, path)
    edit = {"edits": [{"set": "y", "to": 0}]}
    await client.post(f"{path}/edits", json=edit, headers={"If-Match": f'"{session["revision"]}"'})
    after = await told(client, path)
    assert [stop["text"] for stop in after["stops"]] == [stop["text"] for stop in before["stops"]]
    no_longer = [walks.neuron.WALK.stops[k].at for k, stop in enumerate(after["stops"]) if not stop["holds"]]
    assert no_longer == ["gradient a"]  # with y below the answer it is positive
    frozen = {"edits": [{"freeze": "w"}]}
    edited = (await client.get(path)).json()
    await client.post(f"{path}/edits", json=frozen, headers={"If-Match": f'"{edited["revision"]}"'})
    stops = (await told(client, path))["stops"]
    assert "w is not updated in this training step." in [stop["missing"] for stop in stops]


@pytest.mark.anyio
async def test_a_model_without_what_the_lesson_names_is_told_stop_by_stop(client, open_session):
    _, path = await open_session(expression("z = w*x + b\na = tanh(z)\nL = a**2", {"w": 1, "x": 2, "b": 0.5}))
    stops = (await told(client, path, of="neuron"))["stops"]
    assert [stop["missing"] for stop in stops[:3]] == ["This model has no y.", None, None]
    assert stops[-1]["missing"].startswith("There is no next training step")


@pytest.mark.anyio
@pytest.mark.parametrize("query", [{}, {"of": "nothing"}])
async def test_where_there_is_no_lesson_the_answer_names_those_there_are(client, open_session, query):
    _, path = await open_session(expression("L = w**2", {"w": 1}))
    answer = await client.get(f"{path}/lesson", params=query)
    assert answer.status_code == 404
    assert all(name in answer.json()["detail"] for name in WALKS)
