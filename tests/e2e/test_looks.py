"""What a small laptop must still show: names in one piece, no text on another, nothing hidden unsaid."""

import pytest

pytestmark = pytest.mark.browser_context_args(reduced_motion="reduce", viewport={"width": 1280, "height": 720})

# Drawn, fitted and at rest: formulas are the last to come.
AT_REST = """() => document.querySelector('.explain .katex') && document.querySelector('.listing .at')
  && !document.querySelector('.explain .waiting')"""
# Words of an operand's name that stand on more lines than there are places where a name may break.
BROKEN = """() => [...document.querySelectorAll('.operands .who')].filter((name) => {
  const lines = new Set([...name.getClientRects()].map((box) => Math.round(box.top)));
  return lines.size > name.textContent.split(/[._/]/).length;
}).map((name) => name.textContent)"""
ROWS_IN_SIGHT = """() => {
  const edge = document.querySelector('.explain > .listing').getBoundingClientRect().top;
  const rows = [...document.querySelectorAll('.operands tbody tr')];
  return rows.filter((row) => row.getBoundingClientRect().bottom <= edge).length;
}"""
HIDES_SOME = """() => {
  const { scrollHeight, clientHeight } = document.querySelector('#panel');
  return scrollHeight > clientHeight;
}"""
SAYS_MORE = "() => getComputedStyle(document.querySelector('.explain > .listing'), '::before').opacity"


@pytest.mark.parametrize(("example", "cursor", "rows"), [("digits8", 19, 5), ("spiral", 12, 4), ("rnn", 90, 4)])
def test_on_a_small_laptop_the_panel_keeps_names_whole_and_says_where_there_is_more(open_page, example, cursor, rows):
    page = open_page(f"?example={example}&cursor={cursor}")
    page.wait_for_function(AT_REST)
    assert page.evaluate(BROKEN) == []
    page.wait_for_function(f"() => ({ROWS_IN_SIGHT})() >= {rows}")
    assert page.evaluate(
        "() => document.querySelector('.code').scrollWidth <= document.querySelector('.code').clientWidth"
    )
    page.wait_for_function(f"() => ({SAYS_MORE})() === (({HIDES_SOME})() ? '1' : '0')")
    assert page.evaluate(HIDES_SOME) or example == "digits8"
    page.evaluate("() => { const panel = document.querySelector('#panel'); panel.scrollTop = panel.scrollHeight; }")
    page.wait_for_function(f"() => ({SAYS_MORE})() === '0'")


# Texts of one card, or of one unit and its line: no two on each other, none over the card's edge.
# A text's box is higher than its letters.
ON_EACH_OTHER = """() => [...document.querySelectorAll('.card, #network .unit')].flatMap((card) => {
  const boxes = [...card.querySelectorAll('text, .axon')].filter((one) => one.checkVisibility() && one.getBBox().width)
    .map((one) => [one.textContent || 'line', one.getBoundingClientRect()]);
  const face = card.querySelector('.face')?.getBoundingClientRect();
  const out = boxes.filter(([, box]) => face && (box.left < face.left || box.right > face.right)).map(([text]) => text);
  const wide = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const high = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const on = (a, b) => wide(a, b) > 0.5 && high(a, b) > 0.3 * Math.min(a.height, b.height) + 0.5;
  const over = ([one, a], i) => boxes.slice(i + 1).filter(([, b]) => on(a, b)).map(([two]) => [one, two]);
  const pairs = boxes.flatMap(over);
  return [...out, ...pairs];
})"""
FROM_SYMBOL_TO_NAME = """() => Math.min(...[...document.querySelectorAll('.card')].flatMap((card) => {
  const [symbol, name] = [...card.querySelectorAll(':scope > .symbol, :scope > .name')].map((one) => one.getBBox());
  return name ? [name.x - symbol.x - symbol.width] : [];
}))"""
TITLES = """() => Math.min(...[...document.querySelectorAll('.frame .title text')].map((title) =>
  parseFloat(getComputedStyle(title).fontSize) * title.getScreenCTM().a))"""


@pytest.mark.parametrize(("example", "cursor"), [("neuron", 17), ("digits8", 19), ("cnn", 20), ("lstm", 60)])
def test_no_text_of_a_card_or_a_unit_lies_on_another_and_no_block_of_the_timeline_is_empty(open_page, example, cursor):
    page = open_page(f"?example={example}&cursor={cursor}")
    for size in ((1280, 720), (1920, 1080)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_function("() => document.fonts.status === 'loaded' && document.querySelector('.card[data-live]')")
        page.wait_for_function(f"() => ({ON_EACH_OTHER})().length === 0")
        page.wait_for_function(f"() => ({FROM_SYMBOL_TO_NAME})() >= 4")
        named = page.locator(".blocks span").all_text_contents()
        assert all(named) or not any(named)
        page.wait_for_function(f"() => ({TITLES})() >= 11.5")
    page.keyboard.press("2")
    page.wait_for_selector("#network .unit[data-kind=loss] .value text")
    page.wait_for_function(f"() => ({ON_EACH_OTHER})().length === 0")


def test_presented_on_a_small_projector_the_line_of_code_stays_in_sight_and_both_runs_have_room(open_page):
    page = open_page("?example=neuron&cursor=13&view=code")
    page.wait_for_selector(".row-of-code.at")
    page.keyboard.press("p")
    page.wait_for_function("""() => {
      const line = document.querySelector('.row-of-code.at').getBoundingClientRect();
      const rows = document.querySelector('.code-rows').getBoundingClientRect();
      const inside = line.top >= rows.top && line.bottom <= rows.bottom;
      return document.documentElement.dataset.present !== undefined && inside;
    }""")
    assert page.locator(".where .number").bounding_box()["height"] < 40
    page.keyboard.press("x")
    page.wait_for_selector(".twins input:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pairs tbody tr")
    page.wait_for_function("""() => {
      const edge = document.querySelector('#transport').getBoundingClientRect().top;
      const rows = [...document.querySelectorAll(".pairs tbody tr")];
      return rows.filter((row) => row.getBoundingClientRect().bottom <= edge).length >= 6;
    }""")
