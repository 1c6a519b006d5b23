"""Rows 18 to 20 of the course: networks for digits and shapes, trained before they open where the spec says so."""

from functools import lru_cache

import numpy as np
import pytest

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Explainer, Run

pytestmark = pytest.mark.anyio


def request_of(example, **more):
    return SpecRequest.model_validate({**EXAMPLES[example].spec, **more})


@lru_cache
def begun(example):
    model, dataset = to_model(request_of(example), Settings())
    return Run(model), dataset


def parameters(run):
    return [run.recording.view(run.schedule.values[n.id]) for n in run.graph.parameters]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def answers(run, x, squash):
    """What a network of dense layers gives, worked out beside the engine."""
    weights = parameters(run)
    for k in range(0, len(weights), 2):
        x = x @ weights[k] + weights[k + 1]
        x = squash(x) if k + 2 < len(weights) else x
    return x.argmax(axis=1)


def test_after_500_steps_the_deep_network_reads_more_than_9_of_10_unseen_digits():
    model, dataset = to_model(request_of("deep-digits"), Settings())
    run = Run(model)
    for _ in range(500):
        run.advance()
    held = list(dataset.held)
    assert len(held) == 1_000
    read = answers(run, dataset.x[held], lambda z: np.maximum(z, 0))
    assert np.mean(read == dataset.labels[held]) > 0.9


@pytest.mark.parametrize(("example", "accuracy"), [("digits", 0.90), ("digits-square", 0.91)])
def test_the_digit_on_screen_is_the_first_unseen_7_that_is_read_as_a_3(example, accuracy):
    run, dataset = begun(example)
    held = list(dataset.held)
    read = answers(run, dataset.x[held], sigmoid)
    found = [k for k, answer in zip(held, read, strict=True) if answer == 3 and dataset.labels[k] == 7]
    assert found[0] == EXAMPLES[example].spec["data"]["sample"]
    assert np.mean(read == dataset.labels[held]) >= accuracy
    assert sum(p.size for p in parameters(run)) == 13_002


def test_trained_parameters_are_those_of_a_session_that_was_trained():
    spec = EXAMPLES["digits"].spec
    data = {key: value for key, value in spec["data"].items() if key != "sample"} | {"batch": 64}
    run = Run(to_model(request_of("digits", data=data, trained=None), Settings())[0])
    for _ in range(spec["trained"]["iterations"]):
        run.advance()
    for ours, theirs in zip(parameters(run), parameters(begun("digits")[0]), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_what_comes_back_to_a_hidden_unit_is_the_sum_of_ten_wishes():
    run, _ = begun("digits")
    sent = next(
        e for e in run.schedule.events if e.kind == "contribution" and e.value.shape == (1, 16) and e.local is None
    )
    line = Explainer(run.graph, run.schedule).explain(sent.index, (0, 5)).lines[-1]
    terms = line.numbers.split("=")[1].split("+")
    assert len(terms) == 10
    assert all(term.count(r"\num") == 2 for term in terms)


def test_a_weights_gradient_is_what_came_in_times_slope_times_what_came_back():
    run, _ = begun("digits")
    view = run.recording.view
    label = {n.label: n.id for n in run.graph.nodes}
    gradient = {e.into: view(e.total) for e in run.schedule.events if e.kind == "contribution"}
    x, a = view(run.schedule.values[label["x"]]), view(run.schedule.values[label["a1"]])
    i, j = 406, 3
    product = x[0, i] * a[0, j] * (1 - a[0, j]) * gradient[label["a1"]][0, j]
    assert np.isclose(gradient[label["dense1.weight"]][i, j], product, rtol=1e-12)


@pytest.mark.parametrize(("example", "count"), [("cnn-digits", 515_146), ("cnn-shapes", 711_940)])
def test_the_convolutional_networks_have_their_layers_and_learn(example, count):
    run, _ = begun(example)
    assert sum(p.size for p in parameters(run)) == count <= Settings().parameters
    before = run.loss
    for _ in range(3):
        run.advance()
    assert run.loss < before


@pytest.mark.parametrize(
    "wrong",
    [
        {"trained": {"iterations": 10_001, "batch": 64}},
        {"trained": {"iterations": 1, "batch": 0}},
        {"trained": {"iterations": 1}},
        {"optimizer": None},
    ],
)
async def test_training_beforehand_has_limits(client, wrong):
    answer = await client.post("/sessions", json={"spec": {**EXAMPLES["digits"].spec, **wrong}})
    assert answer.status_code == 422


async def test_another_sample_of_a_trained_network_has_the_same_parameters(client, open_session):
    spec = EXAMPLES["digits"].spec
    _, first = await open_session("digits")
    _, second = await open_session({**spec, "data": {**spec["data"], "sample": 5}})
    weights = [(await client.get(f"{path}/tensors/dense2.weight/value")).json()["data"] for path in (first, second)]
    assert weights[0] == weights[1]
