"""The network: units and weighted connections with the numbers of the graph, inputs as people draw them."""

import json
import math

import numpy as np

from engine import Forward
from tests.e2e.on_four_models.looking import SETTLED, go
from tests.e2e.reading import CARDS, LINES, UNITS, assert_rounded, number_at, split, value_known, where_of

PICTURES = """() => Promise.all([...document.querySelectorAll('#network [data-kind=picture] .value image')].map(
  async (image) => { const picture = new Image(); picture.src = image.getAttribute('href');
    await picture.decode(); return [picture.width, picture.height]; }))"""
MOST_LINES, MOST_UNITS = 64, 80


def look(page, run, place):
    """The network at an event, drawn."""
    page.keyboard.press("1")
    go(page, run, place)
    page.keyboard.press("2")
    page.locator("#network [data-unit]").first.wait_for(timeout=20_000)
    page.evaluate(SETTLED)
    return page.evaluate(UNITS), page.evaluate(LINES)


def shown_by_cards(page):
    """What the graph's cards hold: their numbers, or where those of a large one stand."""
    found = {}
    for card in page.evaluate(CARDS):
        for row in card["rows"]:
            exact = None if row["exact"] is None else np.ravel(json.loads(row["exact"].replace("Infinity", "1e999")))
            found[card["node"], row["role"]] = (exact, None if row["offset"] is None else int(row["offset"]))
    return found


def agrees(cards, node, role, flat, number):
    """Whether a number of the network stands on the card of its node, or where that card's numbers stand."""
    exact, offset = cards[node, role]
    if exact is not None and number["exact"] is not None:
        return float(number["exact"]) == exact[flat]
    return offset is not None and int(number["offset"]) == offset + flat


def test_every_number_is_the_graphs_and_the_engines(opened):
    page, run = opened
    for place in (round(run.schedule.length * share) for share in (0.2, 0.6, 1.0)):
        page.keyboard.press("1")
        go(page, run, place)
        page.evaluate(SETTLED)
        cards = shown_by_cards(page)
        units, lines = look(page, run, place)
        assert units
        assert lines
        for unit in units:
            node, flat = split(unit["place"])
            for number in unit["numbers"]:
                ref = where_of(run, node, number["role"], place)
                known = ref is not None and (number["role"] == "gradient" or value_known(run, node, place))
                assert (number["exact"] is None) == (not known)
                if known and unit["kind"] in ("units", "loss"):
                    assert int(number["offset"]) == ref.offset + flat
                    assert_rounded(number["text"], number_at(run, ref.offset + flat))
                    assert agrees(cards, node, number["role"], flat, number), unit["label"]
                if known:
                    assert float(number["exact"]) == number_at(run, int(number["offset"]))
        for line in lines:
            node, flat = split(line["place"])
            assert line["offset"] == where_of(run, node, line["which"], place).offset + flat
            assert float(line["exact"]) == number_at(run, line["offset"])
            assert agrees(cards, node, line["which"], flat, line), line["label"]


def test_a_connection_is_as_wide_as_its_weight_on_the_scale_of_the_legend_and_dashed_where_it_is_negative(opened):
    page, run = opened
    _, lines = look(page, run, 2)
    assert {line["which"] for line in lines} == {"value"}
    for line in lines:
        number = float(line["exact"])
        share = min(1, max(0, math.log(abs(number) / 1e-4) / math.log(10 / 1e-4))) if number else 0
        assert math.isclose(line["width"], 0.7 + 6.3 * share, rel_tol=1e-9)
        assert (line["dashes"] != "none") == (number < 0)
    legend = page.locator("#network .legend").text_content()
    assert all(text in legend for text in ("weights", "10−4", "10−2", "1", "10", "−", "+"))


def drawn_as_a_neuron(page, run, units, lines):
    assert [unit["kind"] for unit in units if split(unit["place"])[0] == run.graph.find("x").id] == ["units"]
    assert sorted(float(line["exact"]) for line in lines) == [0.1, 0.5]
    assert page.locator("#network .line.few text").all_text_contents() in (["0.1000", "0.5000"], ["0.5000", "0.1000"])
    assert "always 1" in page.locator("#network [data-bias]").get_attribute("aria-label")
    assert page.locator("#network .target").text_content() == "target y 1.000"


def drawn_from_an_image(page, run, units, lines):
    assert [unit["place"] for unit in units if unit["kind"] == "picture"] == [f"{run.graph.find('x').id}:0"]
    assert page.evaluate(PICTURES) == [[28, 28]]
    assert page.locator("#network .filter").count() == 16, "the weights of a unit that sees a picture are a picture"


def drawn_as_feature_maps(page, run, units, lines):
    assert page.evaluate(PICTURES) == [[8, 8]]
    page.wait_for_selector("#network [data-kind=maps] image[href]")
    maps = [unit["place"] for unit in units if unit["kind"] == "maps"]
    first = run.graph.find("a1")
    assert [place for place in maps if split(place)[0] == first.id] == [f"{first.id}:0", f"{first.id}:36"]
    assert "2 maps 6 × 6" in page.locator("#network .headings").text_content()
    assert page.locator("#network .filter").count() == 2 + 3


def drawn_unrolled(page, run, units, lines):
    lefts = [
        page.locator(f'#network [data-gates="lstm1/t{t}"]').bounding_box()["x"]
        for t in range(1, page.locator("#network [data-gates]").count() + 1)
    ]
    assert len(lefts) >= 3
    assert lefts == sorted(set(lefts))
    page.locator('#network [data-gates="lstm1/t2"]').click()
    page.wait_for_selector("body[data-view=graph]")
    page.wait_for_selector(f'[data-node="{run.graph.find("lstm1.f2").id}"]')
    assert page.locator(".chosen h2").first.text_content() == "lstm1.h2"


AS_PEOPLE_DRAW = {
    "a neuron": drawn_as_a_neuron,
    "an image": drawn_from_an_image,
    "feature maps": drawn_as_feature_maps,
    "unrolled": drawn_unrolled,
}


def kind_of(run):
    shape = run.graph.find("x").shape
    return {(): "a neuron", (1, 784): "an image", (1, 1, 8, 8): "feature maps"}.get(shape, "unrolled")


def test_it_is_drawn_as_people_draw_it_a_neuron_an_image_feature_maps_time_steps(opened):
    page, run = opened
    first = next(e.index for e in run.schedule.events if isinstance(e, Forward))
    place = 1 + max(e.index for e in run.schedule.events if isinstance(e, Forward) and e.index < first + 4)
    units, lines = look(page, run, place)
    assert len(units) <= MOST_UNITS
    AS_PEOPLE_DRAW[kind_of(run)](page, run, units, lines)


def test_where_all_connections_would_be_a_blur_the_strongest_stand_by_a_rule_on_screen(opened):
    page, run = opened
    _, lines = look(page, run, run.schedule.length * 5 // 12)
    said = page.locator("#network .rules").text_content()
    left_out = for_several = False
    for weight in {split(line["place"])[0] for line in lines}:
        numbers = np.abs(np.ravel(run.recording.view(run.schedule.values[weight])))
        shown = sorted(abs(float(line["exact"])) for line in lines if split(line["place"])[0] == weight)
        label, shape = run.graph.nodes[weight].label, run.graph.nodes[weight].shape
        if label.startswith("dense") and shape[:1] != (784,):
            assert len(shown) == min(MOST_LINES, numbers.size)
            assert shown == sorted(np.sort(numbers)[-len(shown) :])
            left_out |= len(shown) < numbers.size
        else:
            assert len(shown) <= MOST_LINES * max(1, len(lines))
            assert max(shown) == max(numbers), "of several weights the line shows the largest"
            for_several |= len(shown) < numbers.size
    assert left_out == ("the 64 strongest connections" in said)
    assert for_several == ("A line for several weights stands for the largest in size." in said)
    assert (said == "") == (kind_of(run) == "a neuron")
