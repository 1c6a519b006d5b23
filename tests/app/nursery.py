"""Servers that start at once, for tests that kill them: children of one process that has imported everything.

`python -m tests.app.nursery URL` listens on a free port, which is its first line, and for each line it reads begins
another child that serves there, once the one before has ended. A child says its process id when it answers. A number
on the line is how many bytes that child may write to one file.
"""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress

from app.bootstrap import ROOT

SECONDS = 600  # the longest a nursery lives


def main(url):
    from app import main, protocol  # noqa: F401 - so that children need not
    from app.__main__ import make_server, parse
    from app.lessons import EXAMPLES
    from app.models import to_model
    from app.settings import Settings
    from app.specs import SpecRequest

    to_model(SpecRequest.model_validate(EXAMPLES["neuron"].spec), Settings())
    signal.alarm(SECONDS)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say(listener.getsockname()[1])
        for line in sys.stdin:
            child = os.fork()
            if child == 0:
                signal.alarm(SECONDS)  # a child inherits no alarm
                most = int(line) if line.strip() else resource.RLIM_INFINITY
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
                options = parse(["--store", url, "--no-browser"])
                make_server(options, lambda: say(os.getpid())).run(sockets=[listener])
                os._exit(0)
            os.waitpid(child, 0)


def say(number):
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


class Nursery:
    def __init__(self, process):
        self.process = process
        self.port = int(process.stdout.readline())
        self.child = None
        self.kills = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, file_bytes=""):
        self.process.stdin.write(f"{file_bytes}\n")
        self.process.stdin.flush()
        self.child = int(self.process.stdout.readline())

    def again(self, **limits):
        self.kill()
        self.start(**limits)

    def kill(self):
        os.kill(self.child, signal.SIGKILL)
        self.kills += 1

    def keep_killing(self, times, pauses):
        """From another thread: kill the child after each of these pauses, and start the next one."""
        waiting = threading.Event()

        def work():
            while self.kills < times:
                waiting.wait(next(pauses))
                self.kill()
                self.start()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread


@contextmanager
def nursery(url):
    command = [sys.executable, "-m", "tests.app.nursery", url]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        found = Nursery(process)
        try:
            found.start()
            yield found
        finally:
            process.stdin.close()
            if found.child:
                with suppress(ProcessLookupError):
                    os.kill(found.child, signal.SIGKILL)
            process.wait(timeout=20)


if __name__ == "__main__":
    main(sys.argv[1])
