"""The gallery's pictures and places: one of each example, the same every time, asked for again only when it changed."""

from xml.etree import ElementTree

import pytest

from app.lessons import EXAMPLES


def test_the_course_is_numbered_without_gaps_in_the_order_of_the_gallery():
    places = [(example.chapter, example.lesson) for example in EXAMPLES.values()]
    assert places == sorted(places)
    assert len(set(places)) == len(places)
    chapters = {example.group: example.chapter for example in EXAMPLES.values()}
    assert sorted(chapters.values()) == list(range(1, len(chapters) + 1))
    assert {lesson for _, lesson in places} == set(range(1, max(lesson for _, lesson in places) + 1))


@pytest.mark.anyio
async def test_each_kind_of_example_has_a_picture_and_the_same_one_is_not_sent_twice(client):
    for id in ("square", "digits", "vanishing", "lstm"):
        told = await client.get(f"/examples/{id}/thumbnail")
        assert (told.status_code, told.headers["content-type"]) == (200, "image/svg+xml")
        assert ElementTree.fromstring(told.content).find("{*}g").get("id") == "picture"
        tag = {"If-None-Match": told.headers["etag"]}
        again = await client.get(f"/examples/{id}/thumbnail", headers=tag)
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.anyio
async def test_no_example_has_no_picture_and_the_answer_names_those_there_are(client):
    told = await client.get("/examples/nothing/thumbnail")
    assert told.status_code == 404
    assert "there is no example 'nothing'; there are square" in told.json()["detail"]
