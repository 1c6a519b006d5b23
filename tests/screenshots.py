"""Takes the pictures that .pictures/README.md lists: `.venv/bin/python -m tests.screenshots [SCREEN …]`."""

import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from app.bootstrap import ROOT
from tests import machine
from tests.conftest import BROWSER_ARGUMENTS
from tests.e2e.conftest import first_line

FOLDER = ROOT / ".pictures"
SIZES = ((1280, 720), (1920, 1080), (390, 844))
SCHEMES = ("light", "dark")


def trained(page: Page) -> None:
    page.fill("[data-command=train-to]", "300")
    page.click("[data-command=train]")
    page.wait_for_selector(".state[data-status=done]", timeout=60_000)


def examined(page: Page) -> None:
    page.keyboard.press("h")
    page.wait_for_selector(".diagnosis")


def broken(page: Page) -> None:
    page.keyboard.press("h")
    page.click("[data-part=break]")
    page.click("[data-fault=no_slope]")
    page.wait_for_selector(".first-wrong[data-wrong]")


def beside_its_twin(page: Page) -> None:
    page.keyboard.press("x")
    page.check("dialog.twin [data-twin=activation] input")
    page.select_option("dialog.twin [data-twin=activation] select", "relu")
    page.click("[data-command=make-twin]")
    page.wait_for_selector("#compare .chart canvas")


def looked_through(page: Page) -> None:
    page.keyboard.press("g")
    page.wait_for_selector("dialog.gallery .examples")
    page.wait_for_load_state("networkidle")


def on_its_map(page: Page) -> None:
    page.locator(".surface .zoom").scroll_into_view_if_needed()


def written(page: Page) -> None:
    page.keyboard.press("m")
    page.wait_for_selector(".look[data-ready]")


def stacked(page: Page) -> None:
    written(page)
    page.locator(".part-open").nth(1).click()


class Screen(NamedTuple):
    """Where a screen is, what it shows when it stands, and what is done on it before."""

    query: str
    shows: str
    do: Callable[[Page], None] = lambda page: None


SCREENS = {
    "neuron": Screen("?example=neuron&cursor=13", "#panel .katex"),
    "digits8": Screen("?example=digits8&cursor=19", "#panel .katex"),
    "network": Screen("?example=digits8&cursor=19&view=network", "#network [data-unit]"),
    "code": Screen("?example=neuron&cursor=13&view=code", ".code-rows"),
    "training": Screen("?example=modular&view=training", "[data-chart=loss]", trained),
    "surface": Screen("?example=optimizers-adam&iteration=60&view=training", "svg.heights", on_its_map),
    "compare": Screen("?example=vanishing&cursor=150", "#panel .katex", beside_its_twin),
    "gallery": Screen("?example=neuron", "#panel .say", looked_through),
    "build": Screen("?example=neuron", "#panel .say", written),
    "stack": Screen("?example=cnn", "#panel .say", stacked),
    "lesson": Screen("?example=neuron&lesson=6", "#stage [data-named]"),
    "predict": Screen("?example=neuron&cursor=12&predict=1", ".predict .katex"),
    "doctor": Screen("?example=vanishing", "#panel .say", examined),
    "broken": Screen("?example=neuron&cursor=13", "#panel .say", broken),
    "present": Screen("?example=neuron&cursor=13&present=1", "#panel .katex"),
}


def take(browser: Browser, address: str, name: str, size: tuple[int, int], scheme: str) -> None:
    """One picture, once nothing on the page moves."""
    screen, (width, height) = SCREENS[name], size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", base_url=address
    )
    page.goto(f"/{screen.query}")
    page.wait_for_selector("html[data-ready]", timeout=60_000)
    page.wait_for_selector(screen.shows)
    screen.do(page)
    page.mouse.move(0, height - 1)
    page.wait_for_timeout(1000)  # the camera comes to rest
    page.screenshot(path=FOLDER / f"{name}-{width}x{height}-{scheme}.png")
    page.close()


def main(names: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "app", "--port", "0", "--no-browser", "--store", "memory:"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = first_line(server).strip().rstrip("/")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=machine.find_browser(), args=BROWSER_ARGUMENTS)
                for name in names or SCREENS:
                    for size in SIZES:
                        for scheme in SCHEMES:
                            take(browser, address, name, size, scheme)
                browser.close()
        finally:
            server.terminate()


if __name__ == "__main__":
    main(sys.argv[1:])
