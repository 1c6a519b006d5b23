"""A real server for a real browser: started as a user starts it, bounded in time, stopped by its own process id."""

import os
import selectors
import subprocess
import sys
import time

import pytest

from app.bootstrap import ROOT

START_SECONDS = 60


@pytest.fixture(scope="session")
def server():
    """The address of an explorer of our own."""
    command = [sys.executable, "-m", "app", "--port", "0", "--no-browser"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield first_line(process).strip().rstrip("/")
        finally:
            process.terminate()
            process.wait(timeout=10)


def first_line(process):
    """The first line the server prints: its address."""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        deadline = time.monotonic() + START_SECONDS
        while not selector.select(timeout=0.2):
            assert process.poll() is None, f"the server ended with {process.returncode} before it said its address"
            assert time.monotonic() < deadline, f"no address within {START_SECONDS} s"
    return process.stdout.readline()


@pytest.fixture
def open_page(page, server):
    """Open the explorer at a query and wait until its first picture stands; errors on the page fail the test."""
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)

    def go(query="", **options):
        page.goto(f"{server}/{query}", **options)
        page.wait_for_selector("html[data-ready]", timeout=60_000)
        return page

    go.faults = faults
    yield go
    assert faults == []


@pytest.fixture
def stranger(browser):
    """A page in a browser of its own, without anybody's cookie; errors on it fail the test."""
    faults = []
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []
