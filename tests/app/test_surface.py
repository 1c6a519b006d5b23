"""The loss over a plane through the parameters, and the path of training in it."""

import asyncio

import numpy as np
import pytest

from app import surface as module
from app.main import create_app
from app.settings import Settings
from tests.app.conftest import client_of, expression

pytestmark = pytest.mark.anyio

LINE = expression(
    "L = (w*x + b - y)**2", {"w": 0.5, "b": 0.25, "x": 3.0, "y": 2.0}, optimizer={"name": "sgd", "learning_rate": 0.01}
)


@pytest.fixture
async def client(anyio_backend):
    """A machine that does much else has time for a surface too."""
    async with client_of(create_app(Settings(step_seconds=60))) as found:
        yield found


def line(w, b):
    return (w * 3.0 + b - 2.0) ** 2


async def trained(client, path, iteration):
    assert (await client.post(f"{path}/seek", json={"iteration": iteration, "cursor": 0})).status_code == 200


async def told(client, path, asked=""):
    answer = await client.get(f"{path}/surface{asked}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def place(found):
    """Where the iteration begins, on the path."""
    return next(point for point in found["path"] if point["iteration"] == found["iteration"])


def centre(found):
    """The loss where the iteration begins, among those of the plane."""
    here = place(found)
    column, row = found["x"]["points"].index(here["x"]), found["y"]["points"].index(here["y"])
    return found["losses"][row][column]


@pytest.mark.parametrize("asked", ["", "?x=gradient", "?x=random:1&y=random:2&size=6", "?x=update&y=b&span=2&size=9"])
async def test_where_the_iteration_begins_the_surface_has_the_recorded_loss_bit_for_bit(client, open_session, asked):
    _, path = await open_session(LINE)
    await trained(client, path, 7)
    recorded = (await client.get(f"{path}/tensors/L/value?iteration=7")).json()["data"]
    found = await told(client, path, asked)
    assert found["loss"] == recorded
    assert centre(found) == found["loss"] == place(found)["loss"] == place(found)["under"]


async def test_of_two_numbers_it_is_the_loss_itself(client, open_session):
    _, path = await open_session(LINE)
    await trained(client, path, 20)
    found = await told(client, path)
    assert (found["x"]["direction"], found["y"]["direction"]) == ("w", "b")
    assert (found["x"]["own"], found["y"]["own"], found["y"]["kept"]) == (True, True, 1)
    w, b = np.meshgrid(found["x"]["points"], found["y"]["points"])
    assert np.array(found["losses"]) == pytest.approx(line(w, b), rel=1e-12, abs=1e-15)
    assert found["evaluations"] >= len(found["losses"]) ** 2 + 21
    assert (found["share"], found["parameters"], found["samples"], found["of"]) == (1, 2, 1, 1)


async def test_the_path_of_two_numbers_lies_in_the_surface(client, open_session):
    _, path = await open_session(LINE)
    await trained(client, path, 20)
    found = await told(client, path)
    assert [point["iteration"] for point in found["path"]] == list(range(21))
    w, b = LINE["model"]["values"]["w"], LINE["model"]["values"]["b"]
    for point in found["path"]:
        assert (point["x"], point["y"]) == pytest.approx((w, b), rel=1e-12)
        assert point["loss"] == pytest.approx(line(w, b), rel=1e-9)
        assert point["under"] == pytest.approx(point["loss"], rel=1e-9)
        assert point["away"] < 1e-12
        slope = 2 * (w * 3.0 + b - 2.0)
        w, b = w - 0.01 * slope * 3.0, b - 0.01 * slope
    for axis in ("x", "y"):
        inside = found[axis]["points"]
        assert all(inside[0] <= point[axis] <= inside[-1] for point in found["path"])


async def test_along_the_gradient_the_slope_is_its_length_and_across_it_is_none(client, open_session):
    _, path = await open_session("spiral")
    await trained(client, path, 4)
    found = await told(client, path, "?x=gradient&y=random:3&size=3&span=0.00001")
    (low, _, high), step = found["losses"][1], found["x"]["points"][2]
    assert found["slopes"][0] == pytest.approx((high - low) / (2 * step), rel=1e-5)
    gradients = [
        np.array((await client.get(f"{path}/tensors/{name}/gradient?iteration=4")).json()["data"]).reshape(-1)
        for name in ("dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias")
    ]
    assert found["slopes"][0] == pytest.approx(np.linalg.norm(np.concatenate(gradients)), rel=1e-12)
    assert abs(found["slopes"][1]) < 1e-12
    assert (found["losses"][2][1] - found["losses"][0][1]) / (2 * step) == pytest.approx(0, abs=1e-4)


async def test_no_plane_holds_more_of_the_path_than_its_own_two_directions(client, open_session):
    _, path = await open_session("spiral")
    await trained(client, path, 90)
    found = await told(client, path, "?size=9")
    assert (found["x"]["direction"], found["y"]["direction"]) == ("path1", "path2")
    others = [
        await told(client, path, f"?x={x}&y={y}&size=2") for x, y in [("gradient", "random"), ("path1", "update")]
    ]
    assert all(other["share"] < found["share"] <= 1 for other in others)
    assert found["share"] > 0.9
    assert [point["iteration"] for point in found["path"]] == [*range(0, 90, 2), 90]
    history = (await client.get(f"{path}/history")).json()
    losses = dict(zip(history["iterations"], history["loss"], strict=True))
    assert all(losses[point["iteration"]] == point["loss"] for point in found["path"] if point["iteration"] in losses)
    whole = sum(point["away"] ** 2 + point["x"] ** 2 + point["y"] ** 2 for point in found["path"])
    inside = sum(point["x"] ** 2 + point["y"] ** 2 for point in found["path"])
    assert found["share"] == pytest.approx(inside / whole, rel=1e-9)


async def test_the_losses_are_those_of_the_batch_of_the_iteration(client, open_session):
    _, path = await open_session("training-loop")
    await trained(client, path, 3)
    third, first = [
        await told(client, path, f"?x=dense1.weight[0,1]&y=dense1.bias[2]&size=5&iteration={i}") for i in (3, 0)
    ]
    assert (third["samples"], third["of"]) == (32, 300)
    assert third["x"]["label"] == "dense1.weight[0,1]"
    assert third["loss"] != first["loss"]
    assert centre(third) == third["loss"]
    assert centre(first) == first["loss"]


async def test_a_surface_disturbs_nothing(client, open_session):
    _, path = await open_session("training-loop")
    await trained(client, path, 5)
    before = (await client.get(f"{path}/recording")).content
    await told(client, path, "?size=5")
    assert (await client.get(f"{path}/recording")).content == before
    assert (await client.get(f"{path}/verify")).json()["passed"]


async def test_the_path_goes_on_to_the_furthest_step_and_is_thinned_out(client, open_session):
    _, path = await open_session(LINE)
    await trained(client, path, 100)
    await trained(client, path, 150)
    found = await told(client, path, "?iteration=7&size=5")
    assert [point["iteration"] for point in found["path"]] == [0, 4, 7, *range(8, 150, 4), 150]
    assert centre(found) == found["loss"] == place(found)["under"]


async def test_an_edit_is_a_leap_of_the_path(client, open_session):
    _, path = await open_session(LINE)
    await trained(client, path, 4)
    revision = (await client.get(path)).headers["etag"]
    made = await client.post(
        f"{path}/edits", json={"edits": [{"set": "w", "to": -1.0}]}, headers={"If-Match": revision}
    )
    assert made.status_code == 200, made.text
    found = await told(client, path, "?size=5")
    assert found["path"][4]["x"] == -1.0
    assert found["path"][3]["x"] > 0.5
    assert centre(found) == pytest.approx(line(-1.0, found["path"][4]["y"]), rel=1e-12)


async def test_numbers_that_are_not_finite_are_said(client, open_session):
    _, path = await open_session(
        expression("L = log(w) + b", {"w": 0.5, "b": 1.0}, optimizer={"name": "sgd", "learning_rate": 0.1})
    )
    found = await told(client, path, "?span=1&size=3")
    assert found["x"]["points"] == [-0.5, 0.5, 1.5]
    assert [row[0] for row in found["losses"]] == ["NaN"] * 3
    assert all(isinstance(level, float) for level in found["levels"])


def test_levels_part_the_plane_evenly_and_are_short_numbers():
    losses = np.geomspace(1e-3, 1e5, 400).reshape(20, 20)
    found = module.levels(losses)
    counts = np.histogram(losses, [0, *found, np.inf])[0]
    assert len(found) == module.LEVELS
    assert counts.min() >= 25
    assert counts.max() <= 45
    assert all(len(f"{level:g}") <= 8 for level in found)
    assert found == sorted(found)
    assert module.levels(np.full((3, 3), 2.0)) == []
    assert module.levels(np.full((3, 3), np.nan)) == []


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ("?x=w&y=w", 416, "parallel"),
        ("?x=nothing", 404, "nothing"),
        ("?x=L", 416, "L is of role loss"),
        ("?x=w[0]", 422, "entry (0,)"),
        ("?x=path2", 416, "goes in 0 directions"),
        ("?size=42", 422, "41"),
        ("?span=0", 422, "greater than 0"),
        ("?iteration=5000", 416, "5000"),
        ("?x=w[", 404, "w["),
    ],
)
async def test_what_makes_no_plane_is_refused_and_says_why(client, open_session, asked, status, says):
    _, path = await open_session(LINE)
    answer = await client.get(f"{path}/surface{asked}")
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text


async def test_a_model_of_one_number_has_no_surface(client, open_session):
    _, path = await open_session("escape-sgd")
    answer = await client.get(f"{path}/surface")
    assert (answer.status_code, "this model has 1" in answer.json()["detail"]) == (416, True)


async def test_too_many_visits_are_refused_with_both_numbers(anyio_backend):
    async with client_of(create_app(Settings(surface_visits=700))) as client:
        made = (await client.post("/sessions", json={"example": "neuron"})).json()
        path = f"/sessions/{made['id']}"
        nodes = sum(1 for n in (await client.get(f"{path}/graph")).json()["nodes"] if n["op"])
        answer = await client.get(f"{path}/surface?size=20")
        assert answer.status_code == 413
        assert f"{nodes * 401} visits" in answer.json()["detail"]
        assert "700" in answer.json()["detail"]
        assert (await client.get(f"{path}/surface")).status_code in (200, 413)


async def test_a_surface_that_would_take_too_long_says_how_fine_it_may_be(anyio_backend):
    async with client_of(create_app(Settings(check_seconds=1e-6))) as client:
        made = (await client.post("/sessions", json={"example": "neuron"})).json()
        answer = await client.get(f"/sessions/{made['id']}/surface?size=20")
        assert (answer.status_code, "20 × 20 points take" in answer.json()["detail"]) == (413, True)


async def test_a_surface_whose_size_nobody_asked_for_is_coarser_where_time_is_short(anyio_backend, monkeypatch):
    tried = []

    def slow(plane, points, seconds):
        tried.append(len(points[1]))
        if len(tried) < 3:
            raise module.TooLargeError("too slow")
        return np.ones((len(points[1]), len(points[0])))

    monkeypatch.setattr(module._Plane, "losses", slow)
    async with client_of(create_app(Settings())) as client:
        made = (await client.post("/sessions", json={"example": "neuron"})).json()
        assert (await client.get(f"/sessions/{made['id']}/surface")).status_code == 200
    first, second, third = tried
    assert (second, third) == (max(first // 2, module.LEAST), max(first // 4, module.LEAST))


async def test_other_sessions_step_while_a_surface_is_computed(client, open_session):
    _, slow = await open_session("modular")
    _, other = await open_session("neuron")
    asked = asyncio.ensure_future(client.get(f"{slow}/surface?size=41"))
    stepped = 0
    while not asked.done():
        answer = await client.post(f"{other}/step", json={"grain": "event"})
        assert answer.status_code == 200
        stepped += not asked.done()
    assert (await asked).status_code == 200
    assert stepped > 1


async def test_one_surface_is_computed_at_a_time(anyio_backend):
    async with client_of(create_app(Settings(step_seconds=0.05))) as client:
        made = (await client.post("/sessions", json={"example": "neuron"})).json()
        with module._one:
            answer = await client.get(f"/sessions/{made['id']}/surface?size=3")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert (await client.get(f"/sessions/{made['id']}/surface?size=3")).status_code == 200
