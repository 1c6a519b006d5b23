"""The code: this very step in NumPy and in PyTorch, a line for each event, and the number each line gave."""

import math

import numpy as np

from engine import Contribution, Forward, Trace, pytorch_script
from tests.e2e.on_four_models.looking import SETTLED, go
from tests.e2e.reading import ROWS, at, number_at

NAMES = """(name) => { const names = [...document.querySelectorAll('.row-of-code [data-name]')];
  const lit = names.filter((each) => each.matches('.lit'));
  return [names.filter((each) => each.dataset.name === name).length, lit.length,
    lit.every((each) => each.dataset.name === name)]; }"""

# Events that are lines of code in any model.
SPEAKS = Forward | Contribution


def opened_at(page, run, place):
    """The lines of code at an event: NumPy, PyTorch and what each gave."""
    go(page, run, place)
    page.keyboard.press("3")
    page.locator(f"#code-view [aria-selected=true][data-event='{place - 1}']").wait_for(timeout=20_000)
    page.wait_for_function("() => [...document.querySelectorAll('.pytorch')].some((line) => line.textContent)")
    page.evaluate(SETTLED)
    return {row["event"]: row for row in page.evaluate(ROWS)}


def all_rows(page, run):
    """Every line of the step, once all of it has happened; of a long step they come by the hundred."""
    length, rows = run.schedule.length, {}
    go(page, run, length)
    page.keyboard.press("3")
    for place in range(length, 0, -100):
        page.evaluate(f"() => import('/static/js/actions.js').then(({{ seek }}) => seek({place}))")
        first = next(e.index for e in run.schedule.events if e.index >= place - 100 and isinstance(e, SPEAKS))
        page.locator(f"#code-view [data-event='{first}']").wait_for(timeout=20_000)
        page.evaluate(SETTLED)
        shown = {row["event"]: row for row in page.evaluate(ROWS)}
        rows |= {event: row for event, row in shown.items() if place - 100 <= event < place}
    return [rows[event] for event in sorted(rows)]


def leaves_of(run):
    """What the lines begin with, by their names."""
    given = {"np": np, "math": math, "learning_rate": run.optimizer.learning_rate, "t": run.iteration + 1.0}
    view, first = run.recording.view, run.schedule.values
    named = {n.label.replace(".", "_"): view(first[n.id]).copy() for n in run.graph.leaves}
    return given | {name: array for name, array in named.items() if name.isidentifier()}


def test_the_numpy_lines_are_a_program_of_this_very_step_and_each_result_is_the_engines_number(opened):
    page, run = opened
    memory, checked = leaves_of(run), 0
    for row in all_rows(page, run):
        exec("\n".join(row["code"]), memory)
        if row["offset"] is None or not row["code"]:
            continue
        event = run.schedule.events[row["event"]]
        ref = event.total if isinstance(event, Contribution) else event.value
        assert int(row["offset"]) == ref.offset
        name = row["code"][-1].split("=")[0].strip()
        assert np.allclose(memory[name], run.recording.view(ref), rtol=1e-10, atol=1e-13), row["code"]
        checked += 1
    results = [e for e in run.schedule.events if getattr(e, "value", None) is not None]
    assert checked >= 0.9 * len(results)


def test_what_has_not_happened_has_no_result_yet_and_what_has_shows_its_number(opened):
    page, run = opened
    place = run.schedule.length * 2 // 3
    rows = opened_at(page, run, place)
    assert {row["result"] for event, row in rows.items() if event >= place} == {"—"}
    given = [row for event, row in rows.items() if event < place and row["offset"] is not None]
    assert len(given) > 5
    for row in given:
        if row["exact"] is not None and not row["exact"].startswith("["):
            assert float(row["exact"]) == number_at(run, int(row["offset"]))


def test_beside_numpy_stands_the_same_in_pytorch(opened):
    page, run = opened
    script = pytorch_script(Trace(run.graph, run.schedule, run.recording)).splitlines()
    rows = opened_at(page, run, 3)
    forward = [row for event, row in rows.items() if isinstance(run.schedule.events[event], Forward)]
    assert len(forward) >= 5
    assert all(row["pytorch"] in script for row in forward)
    page.keyboard.press("End")
    at(page, run.schedule.length)
    page.wait_for_function(  # of a long step the last lines are asked for when they are looked at
        "() => [...document.querySelectorAll('.pytorch')].some((line) => line.textContent === 'optimizer.step()')"
    )
    assert any(row["pytorch"].endswith(".grad") for row in page.evaluate(ROWS))


def test_the_line_of_this_event_is_lit_and_a_click_on_a_line_goes_to_its_event(opened):
    page, run = opened
    middle = run.schedule.length // 2
    opened_at(page, run, middle)
    other = page.locator(f'#code-view [data-event="{middle + 1}"]')
    other.click()
    at(page, middle + 2)
    page.wait_for_selector(f'#code-view [aria-selected=true][data-event="{middle + 1}"]')
    inside = """() => { const box = document.querySelector('.code-rows').getBoundingClientRect();
      const line = document.querySelector('#code-view [aria-selected=true]')?.getBoundingClientRect();
      return line !== undefined && line.top >= box.top && line.bottom <= box.bottom; }"""
    for key in ("End", "ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_function(inside)
    assert page.locator("#code-view [aria-selected=true]").count() == 1


def test_a_name_under_the_pointer_is_lit_wherever_it_stands_and_says_its_number_and_leads_to_its_node(opened):
    page, run = opened
    place = next(e.index for e in reversed(run.schedule.events) if isinstance(e, Contribution)) + 1
    opened_at(page, run, place)
    word = page.locator(f'#code-view [data-event="{place - 1}"] .numpy [data-name]').first
    name = word.get_attribute("data-name")
    word.hover()
    chip = page.locator(f'#code-view [data-chip="{name}"]')
    page.wait_for_selector(f'#code-view [data-chip="{name}"].lit')
    every, lit, same = page.evaluate(NAMES, name)
    assert lit == every >= 1
    assert same
    event = run.schedule.events[place - 1]
    assert int(chip.locator("[data-offset]").get_attribute("data-offset")) == event.total.offset
    assert chip.get_attribute("title") == f"gradient of {run.graph.nodes[event.into].label}"
    chip.click()
    assert page.locator(".chosen h2").first.text_content() == run.graph.nodes[event.into].label
    page.keyboard.press("1")
    page.wait_for_selector(f"svg.stage [data-node='{event.into}'][aria-pressed=true]")


def test_a_name_under_the_pointer_beside_the_graph_lights_its_card(opened):
    page, run = opened
    event = next(e for e in run.schedule.events if isinstance(e, Forward))
    go(page, run, event.index + 1)
    word = page.locator(".listing .at [data-name]").first
    word.hover()
    page.wait_for_selector(f"svg.stage [data-node='{event.node}'][data-named=value] > .ring", state="visible")
    name = word.get_attribute("data-name")
    lit = page.locator(".listing .lit").evaluate_all("(all) => all.map((each) => each.textContent)")
    assert set(lit) == {name}
    page.mouse.move(5, 5)
    page.wait_for_function("() => document.querySelector('[data-named]') === null")
