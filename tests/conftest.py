"""Fixtures shared by all tests."""

import gc
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before anything imports NumPy: it decides result bits
os.environ.setdefault("BACKPROP_STORE", "memory:")  # servers that tests start leave the reader's own sessions alone

import pytest
from hypothesis import settings

from tests import machine

# How long an example takes on a busy machine says nothing of what it is an example of.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Containers have no sandbox and no GPU; the rest keeps Chromium from looking for its maker's servers.
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_finish():
    """Thousands of tests and all modules stay until the end: the garbage collector need not look through them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """How pytest-playwright starts the browser. Without a browser, starting it fails: no test is skipped."""
    found = machine.find_browser()
    chosen = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **chosen, "args": BROWSER_ARGUMENTS}
