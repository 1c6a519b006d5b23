"""CSV files that are sent, and what can be done with their ids."""

import pytest

from app.data.cells import Bounds, Choice, read
from app.data.uploads import Uploads, packed
from app.main import create_app
from app.settings import Settings
from app.store.memory import MemoryStore
from tests.app.conftest import client_of

pytestmark = pytest.mark.anyio

FLOWERS = "width,length,kind\n1.5,4.2,leaf\n0.3,2.0,needle\n1.1,3.9,leaf\n"


async def send(client, text, **params):
    content = text if isinstance(text, bytes) else text.encode()
    return await client.post("/datasets", content=content, params=params, headers={"content-type": "text/csv"})


NETWORK = {
    "model": {"kind": "network", "layers": [{"type": "dense", "units": 2}], "loss": {"name": "softmax_cross_entropy"}},
    "optimizer": {"learning_rate": 0.1},
}


async def test_a_csv_that_was_sent_trains_a_network(client, open_session):
    answer = await send(client, FLOWERS)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert {k: v for k, v in told.items() if k != "id"} == {
        "samples": 3, "inputs": ["width", "length"], "target": "kind", "kind": "class", "classes": ["leaf", "needle"],
    }  # fmt: skip
    assert len(told["id"]) >= 22  # 128 bits
    session, path = await open_session({**NETWORK, "data": {"id": told["id"], "sample": 1}})
    assert session["data"] == {
        "name": "upload", "sample": 1, "samples": 3, "epoch": 1, "label": 1, "picture": None,
        "classes": ["leaf", "needle"],
    }  # fmt: skip
    assert (await client.get(f"{path}/tensors/x/value")).json()["data"] == [[0.3, 2.0]]
    assert (await client.get(f"{path}/verify")).json()["passed"] is True


async def test_numbers_to_predict_are_targets_too(client, open_session):
    told = (await send(client, FLOWERS, inputs=["length"], target="width")).json()
    model = {"kind": "network", "layers": [{"type": "dense", "units": 1}], "loss": {"name": "mse"}}
    session, path = await open_session({**NETWORK, "model": model, "data": {"id": told["id"], "standardize": True}})
    assert (session["data"]["label"], session["data"]["classes"]) == (None, [])
    assert (await client.get(f"{path}/tensors/y/value")).json()["data"] == [[1.5], [0.3], [1.1]]


async def test_bad_cells_are_a_problem_with_their_places(client):
    answer = await send(client, "a,b\n1,2\nx,\n")
    body = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [(e["pointer"], e["row"], e["column"]) for e in body["errors"]] == [("/3/1", 3, 1), ("/3/2", 3, 2)]
    assert body["detail"].startswith("row 3, column 1: 'x' is not a finite number")


async def test_a_thousand_bad_cells_are_counted_and_fifty_told(client):
    answer = await send(client, "a,b\n" + "x,1\n" * 1_000)
    assert len(answer.json()["errors"]) == 50
    assert "and 995 more" in answer.json()["detail"]


async def test_a_column_there_is_not_is_pointed_at(client):
    answer = await send(client, FLOWERS, target="colour")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/target")


async def test_bytes_that_are_no_text_are_named(client):
    answer = await send(client, b"a,b\n1,2\n1,\xff\n")
    assert (answer.status_code, answer.json()["errors"][0]["row"]) == (422, 3)
    assert "byte 10 is not UTF-8" in answer.json()["detail"]


async def test_a_table_beyond_the_limits_is_refused_with_both_numbers():
    async with client_of(create_app(Settings(csv_rows=3, csv_columns=3, upload_bytes=100))) as client:
        for text, said in (
            ("a,b\n" + "1,2\n" * 4, "5 rows; this service allows 3"),
            ("1,2,3,4\n", "4 columns; this service allows 3"),
            ("1,2\n" * 30, "100 bytes"),
        ):
            answer = await send(client, text)
            assert (answer.status_code, said in answer.json()["detail"]) == (413, True), answer.text


async def test_a_data_set_nobody_sent_is_not_found(client):
    answer = await client.post("/sessions", json={"spec": {**NETWORK, "data": {"id": "nobody"}}})
    assert (answer.status_code, "'nobody'" in answer.json()["detail"]) == (404, True)


async def test_the_data_sets_unused_for_longest_make_room():
    async with client_of(create_app(Settings(datasets=2))) as client:
        ids = [(await send(client, FLOWERS)).json()["id"] for _ in range(2)]
        await client.post("/sessions", json={"spec": {**NETWORK, "data": {"id": ids[0]}}})
        ids.append((await send(client, FLOWERS)).json()["id"])
        answers = [await client.post("/sessions", json={"spec": {**NETWORK, "data": {"id": id}}}) for id in ids]
    assert [a.status_code for a in answers] == [201, 404, 201]


def test_large_data_sets_make_room_by_their_bytes():
    dataset = read(FLOWERS, Choice(), Bounds(rows=9, columns=9)).dataset
    uploads = Uploads(MemoryStore(Settings(datasets_bytes=2 * len(packed(dataset)))))
    ids = [uploads.keep(dataset) for _ in range(5)]
    assert [uploads.find(id) is not None for id in ids] == [False, False, False, True, True]


async def test_the_catalogue_tells_every_data_set_with_its_options(client):
    rows = {row["name"]: row for row in (await client.get("/catalogue")).json()["data"]}
    for name, row in rows.items():
        said = {option["name"]: option["default"] for option in row["options"]}
        body = {**NETWORK, "data": {"name": name, "batch": 4, **said}}
        answer = await client.post("/sessions", json={"spec": body})
        assert answer.status_code == 201 or "shape" in answer.json()["detail"], answer.text
    assert rows["curve"]["options"][0]["choices"][:2] == ["sine", "cubic"]
    assert rows["digits28"]["generated"] is False


@pytest.mark.parametrize(("name", "picture"), [("digits28", [28, 28]), ("digits8", [8, 8]), ("shapes", [32, 32])])
async def test_another_picture_is_another_sample(open_session, name, picture):
    model = {**NETWORK["model"], "layers": [{"type": "dense", "units": 4 if name == "shapes" else 10}]}
    session, _ = await open_session({**NETWORK, "model": model, "data": {"name": name, "flat": True, "sample": 7}})
    data = session["data"]
    assert (data["sample"], data["picture"], data["classes"][data["label"]]) == (
        7,
        picture,
        "cross" if name == "shapes" else "7",
    )


async def test_one_sample_after_another_is_no_sample_chosen(open_session):
    data = {"name": "blobs", "points": 3, "classes": 2, "batch": 1}
    session, _ = await open_session({**NETWORK, "data": data})
    assert (session["data"]["sample"], session["data"]["label"], session["data"]["samples"]) == (None, None, 6)
