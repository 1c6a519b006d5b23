"""Takes the pictures the README shows: `python3 -m tests.screenshots`."""

import subprocess
import sys

from playwright.sync_api import sync_playwright

from app.bootstrap import ROOT
from tests import machine
from tests.conftest import BROWSER_ARGUMENTS
from tests.e2e.conftest import first_line

FOLDER = ROOT / ".pictures"
PICTURES = {  # file: query, size, colour scheme
    "neuron.png": ("?example=neuron&cursor=13", (1280, 720), "light"),
    "digits8.png": ("?example=digits8&cursor=19", (1280, 720), "dark"),
}


def take(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.find_browser(), args=BROWSER_ARGUMENTS)
        for name, (query, (width, height), scheme) in PICTURES.items():
            size = {"width": width, "height": height}
            page = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
            page.goto(address + query)
            page.wait_for_selector("html[data-ready]")
            page.wait_for_selector("#panel .katex")
            page.wait_for_timeout(500)  # the camera comes to rest
            page.screenshot(path=FOLDER / name)
        browser.close()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "app", "--port", "0", "--no-browser", "--store", "memory:"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            take(first_line(server).strip())
        finally:
            server.terminate()
