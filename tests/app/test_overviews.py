"""Several stretches of a recording in one answer, and large arrays as small pictures."""

import numpy as np
import pytest

from app.lessons import EXAMPLES
from app.models import to_model
from app.overviews import Place, overview
from app.settings import Settings
from app.specs import SpecRequest
from engine import Run

pytestmark = pytest.mark.anyio


def engine_run(example):
    return Run(to_model(SpecRequest.model_validate(EXAMPLES[example].spec), Settings())[0])


async def test_stretches_come_one_after_the_other(client, open_session):
    _, path = await open_session("digits8")
    numbers = engine_run("digits8").recording.buffer
    answer = await client.get(f"{path}/recording?ranges=40:41,0:12,40:60")
    received = np.frombuffer(answer.content, "<f8")
    assert received.tobytes() == np.concatenate([numbers[40:41], numbers[:12], numbers[40:60]]).tobytes()


@pytest.mark.parametrize("ranges", ["3", "3:", "5:2", "0:999999999", "0:1,", "a:b", "-1:3"])
async def test_no_stretch_is_refused_by_its_text(client, open_session, ranges):
    _, path = await open_session("neuron")
    answer = await client.get(f"{path}/recording?ranges={ranges}")
    assert answer.status_code in (416, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_stretches_together_hold_no_more_than_one_answer_carries(client, open_session):
    _, path = await open_session("spiral")
    size = (await client.get(f"{path}/schedule")).json()["size"]
    answer = await client.get(f"{path}/recording?ranges={','.join([f'0:{size}'] * 20)}")
    assert answer.status_code == 413
    assert str(20 * size * 8) in answer.json()["detail"]


def by_loops(array):
    """The largest entry of each block and its place, found one entry at a time."""
    rows, columns = array.shape
    height, width = -(-rows // 64) or 1, -(-columns // 64) or 1
    cells, places = [], []
    for top in range(0, rows, height):
        for left in range(0, columns, width):
            block = [
                (r, c) for r in range(top, min(top + height, rows)) for c in range(left, min(left + width, columns))
            ]
            strange = [at for at in block if np.isnan(array[at])]
            best = strange[0] if strange else max(block, key=lambda at: abs(array[at]))
            cells.append(array[best])
            places.append(best[0] * columns + best[1])
    return np.array(cells), np.array(places)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (64, 64), (65, 64), (130, 67), (1, 200), (784, 16), (200, 1)])
async def test_a_cell_is_the_entry_largest_in_size_of_its_block(shape):
    array = np.random.default_rng(shape).standard_normal(shape)
    array.flat[-1] = np.nan
    array.flat[0] = -np.inf
    place = Place(offset=0, rows=shape[0], columns=shape[1])
    cells, positions = overview(array.reshape(-1), place)
    expected = by_loops(array)
    np.testing.assert_array_equal(cells, expected[0])
    np.testing.assert_array_equal(positions, expected[1])
    assert cells.size == place.cells <= 64 * 64


async def test_overviews_carry_first_all_cells_then_all_places(client, open_session):
    _, path = await open_session("spiral")
    run = engine_run("spiral")
    refs = [run.schedule.values[run.graph.find(name).id] for name in ("dense1.weight", "x")]
    places = [Place(offset=r.offset, rows=r.shape[0], columns=r.shape[1]) for r in refs]
    asked = ",".join(f"{p.offset}:{p.rows}:{p.columns}" for p in places)
    content = (await client.get(f"{path}/overviews?at={asked}")).content
    drawn = [overview(run.recording.view(r).reshape(-1), p) for r, p in zip(refs, places, strict=True)]
    cells = b"".join(c.astype("<f8").tobytes() for c, _ in drawn)
    assert content == cells + b"".join(positions.astype("<u4").tobytes() for _, positions in drawn)
    assert len(content) == 12 * sum(p.cells for p in places)


@pytest.mark.parametrize("at", ["0:1", "0:0:x", "9:99999:99999", "0:1:1,"])
async def test_no_place_is_refused_by_its_text(client, open_session, at):
    _, path = await open_session("neuron")
    assert (await client.get(f"{path}/overviews?at={at}")).status_code == 416
