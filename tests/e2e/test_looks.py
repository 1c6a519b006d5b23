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
    page.wait_for_function(f"() => ({SAYS_MORE})() === '1'")
    page.evaluate("() => { const panel = document.querySelector('#panel'); panel.scrollTop = panel.scrollHeight; }")
    page.wait_for_function(f"() => ({SAYS_MORE})() === '0'")
