"""Starting the explorer, and the set-up that a bare clone begins with."""

import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from app import __main__ as command
from app import bootstrap


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def start(*arguments):
    process = [sys.executable, "-m", "app", "--no-browser", *arguments]
    return subprocess.Popen(process, cwd=bootstrap.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_first_line_is_an_address_that_answers_and_an_interrupt_ends_it_quietly():
    with start("--port", "0") as server:
        address = server.stdout.readline().strip()
        with urllib.request.urlopen(address) as answer:
            assert answer.status == 200
        server.send_signal(signal.SIGINT)
        assert server.communicate(timeout=20) == ("", "")
    assert server.returncode == 0


def test_a_port_that_was_asked_for_and_is_taken_is_named(taken_port):
    with start("--port", str(taken_port)) as server:
        out, err = server.communicate(timeout=20)
    assert (out, server.returncode) == ("", 1)
    assert f"port {taken_port}: Address already in use" in err


def test_another_port_is_used_and_said_where_none_was_asked_for(taken_port, monkeypatch, capsys):
    monkeypatch.setattr(command, "PORT", taken_port)
    with command.listen("127.0.0.1", None) as listener:
        port = listener.getsockname()[1]
    assert capsys.readouterr().err == f"Port {taken_port} is taken; using {port} instead.\n"


def test_an_answer_of_two_packets_waits_for_no_acknowledgement():
    with command.listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_a_host_that_is_not_this_machine_is_refused():
    with pytest.raises(SystemExit, match=r"Cannot listen on 192\.0\.2\.1, port 8000"):
        command.listen("192.0.2.1", None)


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_is_none_is_refused(port, capsys):
    with pytest.raises(SystemExit):
        command.parse([f"--port={port}"])
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("localhost", "http://localhost:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(host, url):
    assert command.address(host, 8000) == url


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone whose set-up is whole, as far as the set-up looks."""
    root = tmp_path / "clone"
    paths = {"ROOT": root, "VENDOR": root / "static" / "vendor", "ENVIRONMENT": root / ".venv"}
    paths |= {"PYTHON": root / ".venv" / "python", "READY": root / ".venv" / "ready"}
    for name, path in paths.items():
        monkeypatch.setattr(bootstrap, name, path)
    for name in (*bootstrap.PYTHON_FILES, *bootstrap.FRONTEND_FILES, ".venv/python", "static/vendor/.stamp"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    finish(root)
    return root


def finish(root, extra=""):
    (root / "static/vendor/.stamp").write_text(bootstrap.digest(bootstrap.FRONTEND_FILES))
    (root / ".venv/ready").write_text(f"{bootstrap._state()}\n{extra}")


def test_a_whole_set_up_is_used_as_it_is(clone):
    assert bootstrap._ready("")


def test_an_interrupted_set_up_is_begun_again(clone):
    (clone / ".venv/ready").unlink()
    assert not bootstrap._ready("")


@pytest.mark.parametrize("name", [*bootstrap.PYTHON_FILES, *bootstrap.FRONTEND_FILES])
def test_a_changed_list_of_packages_is_noticed(clone, name):
    (clone / name).write_text("changed")
    assert not bootstrap._ready("")


def test_a_lost_interpreter_is_noticed(clone):
    (clone / ".venv/python").unlink()
    assert not bootstrap._ready("")


def test_a_moved_clone_is_set_up_again(clone, monkeypatch):
    monkeypatch.setattr(bootstrap, "ROOT", clone.rename(clone.parent / "moved"))
    for name in ("VENDOR", "PYTHON", "READY"):
        place = getattr(bootstrap, name).relative_to(clone)
        monkeypatch.setattr(bootstrap, name, bootstrap.ROOT / place)
    assert not bootstrap._ready("")


def test_the_tests_need_more_than_the_application(clone):
    assert not bootstrap._ready("test")
    finish(clone, "test")
    assert bootstrap._ready("test")
    assert bootstrap._ready("")


def test_an_old_python_is_told_what_is_needed(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        bootstrap.ensure("app")


def test_a_missing_network_is_named(monkeypatch):
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(SystemExit, match="check the network"):
        bootstrap.install("a-package-that-is-nowhere")


def test_a_skipped_test_fails_the_run(tmp_path):
    (tmp_path / "test_it.py").write_text("import pytest\ndef test_it(): pytest.skip('planted')\n")
    run = "import pytest, sys\nfrom tests.__main__ import NothingSkipped\n"
    run += "sys.exit(pytest.main([sys.argv[1], '-p', 'no:cacheprovider'], plugins=[NothingSkipped()]))"
    done = subprocess.run(
        [sys.executable, "-c", run, tmp_path / "test_it.py"], cwd=bootstrap.ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "1 skipped" in done.stdout
