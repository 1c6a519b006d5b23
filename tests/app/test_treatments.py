"""Following the doctor: each remedy is the spec of a twin, and the twin is healthy."""

import pytest

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from app.treatments import follow, treated
from engine import Run, Trace, diagnose

ILL = ("vanishing", "exploding", "dying-relu", "dying-relu-units", "symmetry", "instability", "remedies-he")


def told(spec):
    run = Run(to_model(SpecRequest.model_validate(spec), Settings())[0])
    return treated(diagnose(Trace(run.graph, run.schedule, run.recording)), spec)


@pytest.mark.parametrize("name", ILL)
def test_following_the_first_remedy_that_can_be_followed_makes_the_network_healthy(name):
    spec, visits = EXAMPLES[name].spec, 0
    assert told(spec).verdict != "healthy"
    while (found := told(spec)).verdict != "healthy" and visits < 6:
        spec, visits = next(r.spec for r in found.remedies if r.spec), visits + 1
    assert found.verdict == "healthy"


@pytest.mark.parametrize("name", ILL)
def test_every_remedy_is_a_spec_that_can_be_built_and_differs_from_what_it_was(name):
    spec = EXAMPLES[name].spec
    specs = [r.spec for r in told(spec).remedies if r.spec]
    assert specs
    for twin in specs:
        assert twin != spec
        assert told(twin).iteration == 0


def test_a_change_leaves_the_spec_it_was_made_from_alone():
    spec = EXAMPLES["vanishing"].spec
    before = str(spec)
    twin = follow(spec, {"activation": "relu", "initializer": "he_normal", "insert": "layer_norm"})
    assert str(spec) == before
    assert [layer["type"] for layer in twin["model"]["layers"][:3]] == ["dense", "layer_norm", "relu"]
    assert twin["model"]["layers"][0]["initializer"] == "he_normal"


def test_where_there_is_no_place_for_a_change_there_is_no_spec():
    assert follow(EXAMPLES["square"].spec, {"learning_rate": 0.1}) is None
    assert follow(EXAMPLES["square"].spec, {"initializer": "he_normal"}) is None


@pytest.mark.anyio
async def test_the_answer_brings_specs_that_make_sessions(client, open_session):
    _, path = await open_session("exploding")
    remedies = (await client.get(f"{path}/diagnosis")).json()["remedies"]
    assert {r["change"].get("initializer") for r in remedies} >= {"xavier_normal"}
    made = await client.post("/sessions", json={"spec": remedies[0]["spec"]})
    assert made.status_code == 201
    twin = (await client.get(f"/sessions/{made.json()['id']}/diagnosis")).json()
    assert (twin["verdict"], twin["remedies"]) == ("healthy", [])
