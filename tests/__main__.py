"""Runs all tests: `python3 -m tests`. Arguments are passed on to pytest; its exit status is the command's."""

import os
import sys

from app.bootstrap import ensure


class NothingSkipped:
    """A skipped test fails the run: a missing tool must not look like a passing test."""

    def pytest_sessionfinish(self, session, exitstatus):
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if exitstatus == 0 and reporter.stats.get("skipped"):
            session.exitstatus = 1
            reporter.write_line("\nA skipped test fails the run.", red=True)


def main() -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import pytest

    from tests import machine

    machine.prepare()
    return pytest.main(sys.argv[1:], plugins=[NothingSkipped()])


if __name__ == "__main__":
    try:
        ensure("tests", extra="test")
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
