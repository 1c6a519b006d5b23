"""What /openapi.json promises holds: schemathesis tries to find an answer that it does not describe."""

import json
import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from app.bootstrap import ROOT
from tests.app.servers import serving

COMMAND = [str(Path(sys.executable).with_name("st")), "--config-file", str(ROOT / "tests/app/schemathesis.toml"), "run"]
SHORT = "--generation-deterministic --max-examples 10"
ASKED = os.environ.get("CONTRACT", SHORT)
SECONDS = (
    900 if ASKED == SHORT else 14_400
)  # on a machine that does much else; alone the short one takes under a minute
# What waits or works in the background is short, and sessions are not put out while their ids are handed out.
LIMITS = {"poll_seconds": 0.1, "run_iterations": 1_000, "runs_waiting": 1_000, "sessions": 100_000}
Tried = namedtuple("Tried", "status said seen document")


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    with serving(**LIMITS) as server:
        environment = os.environ | {
            "SERVICE": server.url, "SEEN": str(folder / "seen.json"), "PYTHONPATH": str(ROOT),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),
        }  # fmt: skip
        done = subprocess.run(
            [*COMMAND, f"{server.url}/openapi.json", *ASKED.split()],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
        document = server.get("/openapi.json")
    seen = json.loads((folder / "seen.json").read_text())
    return Tried(done.returncode, done.stdout + done.stderr, seen, document)


def operations(document, wanted=lambda operation: True):
    return {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if wanted(operation)
    }


def test_no_answer_is_a_fault_or_outside_of_the_document(tried):
    assert tried.status == 0, tried.said
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in tried.said, tried.said


def test_every_operation_is_seen_answering_with_success(tried):
    assert set().union(*tried.seen.values()) == operations(tried.document)


def test_the_example_of_every_body_works(tried):
    with_body = operations(tried.document, lambda operation: "requestBody" in operation)
    assert len(with_body) > 10
    assert with_body <= set(tried.seen["examples"])
