"""Data before there is a model: what `POST /datasets/preview` and `/datasets/table` tell of them."""

import numpy as np
import pytest

from app.data import SOURCES, load
from app.data.preview import MOST, NUMBERS, SPREAD
from app.main import create_app
from app.settings import Settings
from tests.app.conftest import client_of
from tests.app.test_datasets import FLOWERS, NETWORK, send

pytestmark = pytest.mark.anyio
DENSE = {"kind": "network", "loss": {"name": "softmax_cross_entropy"}}


async def preview(client, **data):
    answer = await client.post("/datasets/preview", json={"data": data})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client, **data):
    answer = await client.post("/datasets/preview", json={"data": data})
    return answer.status_code, answer.json()["detail"]


async def test_generated_points_are_the_arrays_a_session_trains_on(client, open_session):
    data = {"name": "moons", "points": 20, "noise": 0.3, "seed": 7}
    told = await preview(client, **data)
    model = {**DENSE, "layers": [{"type": "dense", "units": 2}]}
    _, path = await open_session({**NETWORK, "model": model, "data": data})
    assert (await client.get(f"{path}/tensors/x/value")).json()["data"] == told["inputs"]
    made = load("moons", points=20, noise=0.3, seed=7)
    assert (told["inputs"], told["targets"]) == (made.x.tolist(), made.labels.tolist())
    assert (told["family"], told["samples"], told["counts"]) == ("points", 40, [20, 20])
    assert (told["shape"], told["outputs"], told["step"]) == ([2], [2], list(range(40)))


async def test_another_seed_and_another_noise_make_other_points(client):
    told = [await preview(client, name="xor", seed=seed, noise=noise) for seed, noise in ((0, 0.2), (1, 0.2), (0, 0.3))]
    assert len({str(each["inputs"]) for each in told}) == 3


async def test_the_split_holds_out_the_rows_a_session_holds_out(client, open_session):
    data = {"name": "moons", "points": 30, "split": 0.25, "seed": 3, "batch": 8}
    told = await preview(client, **data)
    session, path = await open_session({**NETWORK, "data": data})
    samples = (await client.get(f"{path}/samples")).json()
    assert (told["held_out"], sum(told["held"])) == (15, 15)
    assert (told["rows"], told["held"]) == (list(range(60)), samples["held"])
    assert not {row for row, held in zip(told["rows"], told["held"], strict=True) if held} & set(told["step"])
    assert len(told["step"]) == 8
    inputs = (await client.get(f"{path}/tensors/x/value")).json()["data"]
    assert inputs == [told["inputs"][row] for row in told["step"]]
    assert session["data"]["samples"] == 60


@pytest.mark.parametrize("name", SOURCES)
async def test_every_data_set_is_shown_within_its_bounds(client, name):
    told = await preview(client, name=name, batch=2)
    family = SOURCES[name].family
    size = int(np.prod(told["shape"]))
    assert told["family"] == family
    assert 2 <= len(told["rows"]) <= MOST[family]
    assert (len(told["rows"]) - 1) * size < NUMBERS
    assert {len(told[each]) for each in ("inputs", "targets", "held")} == {len(told["rows"])}
    assert {len(row) for row in told["inputs"]} == {size}
    assert told["rows"][0] == 0
    assert (told["rows"][-1] == told["samples"] - 1) == (family in SPREAD)


async def test_the_sample_that_was_chosen_is_shown_and_is_all_a_step_sees(client):
    told = await preview(client, name="digits8", sample=1_234)
    assert (told["rows"][-1], told["step"], told["picture"]) == (1_234, [1_234], [8, 8])
    assert (await preview(client, name="digits8"))["step"] == [0]


async def test_time_steps_that_stand_for_signs_are_told_as_text(client):
    told = await preview(client, name="characters", text="abracadabra", length=4)
    assert told["texts"][:3] == ["abra", "brac", "raca"]
    assert [told["classes"][k] for k in told["targets"][:3]] == ["c", "a", "d"]
    assert (await preview(client, name="characters", text="abracadabra", length=4, one_hot=False))["texts"][0] == "abra"
    bits = await preview(client, name="parity", length=5)
    assert bits["texts"][0] == "".join(str(int(bit)) for bit in bits["inputs"][0])
    said = (await preview(client, name="copy", length=2, symbols=3, delay=2))["texts"][0]
    assert (len(said), said[2:], set(said[:2]) <= set("abc")) == (6, "·?··", True)
    assert (await preview(client, name="sine"))["texts"] == []
    assert (await preview(client, name="parity", standardize=True))["texts"] == []


async def test_standardized_columns_are_shown_as_they_are_trained_on(client):
    told = await preview(client, name="iris", standardize=True)
    assert told["names"] == ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
    assert (told["counts"], min(map(min, told["inputs"])) < 0) == ([50, 50, 50], True)


async def test_arrays_are_told_by_their_shapes(client):
    points = {"x": [[0.5, -1], [1, 2], [0, 0]], "y": [0, 1, 2]}
    for arrays, family, outputs in (
        (points, "points", [3]),
        ({"x": [[0.5], [1]], "y": [[2], [3]]}, "curve", [1]),
        ({"x": [[[1], [2]], [[3], [4]]], "y": [0, 1]}, "sequence", [2]),
        ({"x": [[1, 2, 3], [4, 5, 6]], "y": [[0], [1]]}, "table", [1]),
    ):
        told = await preview(client, arrays=arrays)
        assert (told["family"], told["outputs"]) == (family, outputs)


async def test_a_csv_that_was_sent_is_shown_with_the_names_of_its_columns(client):
    id = (await send(client, FLOWERS)).json()["id"]
    told = await preview(client, id=id)
    assert (told["names"], told["classes"], told["counts"]) == (["width", "length"], ["leaf", "needle"], [2, 1])
    assert told["inputs"] == [[1.5, 4.2], [0.3, 2.0], [1.1, 3.9]]


async def test_what_data_cannot_be_is_told_with_numbers(client):
    assert await refused(client, name="moons", noise=20) == (422, "/data: noise is 20; it must be from 0 to 10")
    assert await refused(client, name="iris", sample=150) == (422, "sample 150 asked for; there are 0 to 149")
    status, said = await refused(client, name="characters", text="ab", length=4)
    assert (status, said) == (422, "the text has 2 characters; a stretch of 4 and its next need 5")
    status, said = await refused(client, name="spiral", points=1_000)
    assert (status, said) == (413, "3000 samples in a batch asked for; this service allows 1024")
    status, said = await refused(client, name="moons", points=10, batch=17, split=0.2)
    assert (status, said) == (422, "batches of 17 asked for; there are 16 samples")
    assert (await refused(client, id="nobody"))[0] == 404


# The columns of a table, before anything is chosen


async def look(client, text, **params):
    return await client.post("/datasets/table", content=text, params=params, headers={"content-type": "text/csv"})


async def test_a_table_is_looked_at_with_its_columns_and_first_rows(client):
    told = (await look(client, "width;kind;note\n1.5;leaf;\n0.3;needle;x\n;leaf;\n")).json()
    assert told == {
        "columns": [
            {"name": "width", "numbers": 2, "empty": 1, "different": 3},
            {"name": "kind", "numbers": 0, "empty": 0, "different": 2},
            {"name": "note", "numbers": 0, "empty": 2, "different": 2},
        ],
        "first": [
            {"row": 2, "cells": ["1.5", "leaf", ""]}, {"row": 3, "cells": ["0.3", "needle", "x"]},
            {"row": 4, "cells": ["", "leaf", ""]},
        ],
        "samples": 3,
    }  # fmt: skip


async def test_of_a_long_table_six_rows_are_shown_and_long_cells_are_cut(client):
    told = (await look(client, f"a,b\n{'x' * 99},1\n" + "2,3\n" * 50)).json()
    assert (told["samples"], len(told["first"]), len(told["first"][0]["cells"][0])) == (51, 6, 40)


async def test_a_row_of_numbers_may_be_the_header_or_not(client):
    assert [c["name"] for c in (await look(client, "1,2\n3,4\n")).json()["columns"]] == ["1", "2"]
    assert (await look(client, "7,8\n3,4\n", header=True)).json()["columns"][0]["name"] == "7"


async def test_a_row_that_is_too_short_is_named_when_a_table_is_looked_at(client):
    answer = await look(client, "a,b\n1,2\n3\n")
    assert (answer.status_code, answer.json()["errors"][0]["row"]) == (422, 3)
    assert answer.json()["detail"] == "row 3, column 2: the row has 1 cells; 2 are needed"


async def test_tables_that_are_looked_at_have_the_bounds_of_those_that_are_kept():
    async with client_of(create_app(Settings(upload_bytes=40, body_bytes=9))) as client:
        assert (await look(client, "a,b\n1,2\n3,4\n")).status_code == 200
        answer = await look(client, "1,2\n" * 11)
        assert (answer.status_code, "40 bytes" in answer.json()["detail"]) == (413, True)
        answer = await client.post("/datasets/table", json={})
        assert answer.status_code == 415
