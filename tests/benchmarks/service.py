"""python3 -m tests.benchmarks.service: the service under load, beside a bare FastAPI route that says hello.

Both are servers of their own, loaded in turns by one client over four connections that are kept. Processor time is
the server's own, so that what else runs on the machine hardly counts; rates and delays are by the clock.
"""

import argparse
import os
import subprocess
import sys
from contextlib import contextmanager
from itertools import cycle, repeat
from tempfile import TemporaryDirectory

from app.bootstrap import ROOT
from app.lessons import EXAMPLES
from tests.app.servers import serving
from tests.benchmarks.crowd import fan_out
from tests.benchmarks.load import Load, connections, percentile, pump, request
from tests.benchmarks.ordeals import API, ask, kills, made, visits, watched

SMALL = "frameworks"  # 15 nodes
WIDE = {
    "model": {"kind": "network", "loss": {"name": "softmax_cross_entropy"},
              "layers": [{"type": "dense", "units": 128}, {"type": "relu"}, {"type": "dense", "units": 64},
                         {"type": "relu"}, {"type": "dense", "units": 10}]},
    "data": {"name": "digits28", "batch": 32, "seed": 1},
    "optimizer": {"name": "sgd", "learning_rate": 0.01},
}  # fmt: skip
LARGEST = {**WIDE, "model": {**WIDE["model"], "layers": [
    {"type": "dense", "units": 1000}, {"type": "relu"}, {"type": "dense", "units": 200}, {"type": "relu"},
    {"type": "dense", "units": 10},
]}}  # fmt: skip
LANES = 4
ITERATION = {"grain": "iteration", "count": 1}
ROOM = 32_768  # bytes of a step's answer


def step(**grain):
    """Steps of a session of its own on each connection: all one way, or there and back."""

    def make(port, **spec):
        path, token = made(port, **spec)
        counts = (1, -1) if grain["grain"] != "iteration" else (1,)
        return cycle([request("POST", f"{path}/step", {**grain, "count": k}, Authorization=token) for k in counts])

    return make


def get(end="", **headers):
    """The same read on every connection, of a session that has made one training step."""

    def make(port, **spec):
        path, token = made(port, **spec)
        ask(port, request("POST", f"{path}/step", ITERATION, Authorization=token))
        return repeat(request("GET", path + end, **headers))

    return make


def create(port, **spec):
    return repeat(request("POST", API, spec))


SMALLER, WIDER = {"example": SMALL}, {"spec": WIDE}
# Name, requests, of which session, and the bar: (of what, how much).
WORKS = (
    ("cached read", get(), SMALLER, ("rate", 0.6)),
    ("create, 15 nodes", create, SMALLER, None),
    ("stored step of 15 nodes: an operation", step(grain="operation"), SMALLER, ("times", 8)),
    ("stored step of 15 nodes: a training step", step(grain="iteration"), SMALLER, ("times", 8)),
    ("stored training step of 784-128-64-10, batch 32", step(grain="iteration"), WIDER, ("ms", 12)),
    ("full trace of it, binary", get("/recording"), WIDER, ("times", 12)),
    ("tensor window of it, 64 × 64 as JSON", get("/tensors/dense1.weight/value?window=0:64,0:64"), WIDER, None),
)
HEADER = f"{'':<50}{'a second':>9}{'of hello':>9}{'CPU':>11}{'× hello':>8}{'p99':>10}{'hello p99':>11}{'bytes':>9}  bar"


def judged(met):
    return "met" if met else "MISSED"


class Table:
    """Rows of one run against one store."""

    def __init__(self, server, hello, turns, seconds):
        self.server, self.hello, self.turns, self.seconds = server, hello, turns, seconds

    def row(self, name, make, spec, bar):
        here, there = Load(), Load()
        with connections(self.server.port, LANES) as ours, connections(self.hello.port, LANES) as theirs:
            lanes = [(connection, make(self.server.port, **spec)) for connection in ours]
            bare = [(connection, repeat(request("GET", "/"))) for connection in theirs]
            for connection, requests in lanes + bare:
                connection.ask(next(requests), plain=True)  # warm
                connection.keeps = False
            for _ in range(self.turns):
                pump(there, self.hello.pid, bare, self.seconds)
                pump(here, self.server.process.pid, lanes, self.seconds)
        assert not here.refused + there.refused, f"{name}: {here.refused} requests were refused"
        return told(name, here, there, bar)


def told(name, here, there, bar):
    figures = {"rate": here.rate / there.rate, "times": here.each / there.each, "ms": 1e3 * here.each}
    return (
        f"{name:<50}{here.rate:>9.0f}{figures['rate']:>9.2f}{figures['ms']:>8.2f} ms{figures['times']:>8.1f}"
        f"{1e3 * here.p99:>7.1f} ms{1e3 * there.p99:>8.1f} ms{here.size:>9}  {against(bar, figures)}"
    )


def against(bar, figures):
    if bar is None:
        return ""
    what, goal = bar
    if what == "rate":
        return f"≥ {goal:g} of hello's rate: {judged(figures[what] >= goal)}"
    return f"≤ {goal:g} {'× hello' if what == 'times' else 'ms'}: {judged(figures[what] <= goal)}"


@contextmanager
def greeting():
    """The bare route in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.hello"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            process.port = int(process.stdout.readline())
            yield process
        finally:
            process.terminate()


def table(server, options):
    """Requests of each kind, beside hello."""
    with greeting() as hello:
        rows = Table(server, hello, options.turns, options.seconds)
        yield HEADER
        for work in WORKS:
            yield rows.row(*work)


def answers(server, options):
    """The largest answer to a step, over every example and grain."""
    largest = 0, "", ""
    for example in EXAMPLES:
        path, token = made(server.port, example=example)
        for grain in ("phase", "layer", "iteration"):
            with connections(server.port, 1) as (connection,):
                asked = request("POST", f"{path}/step", {"grain": grain, "count": 1}, Authorization=token)
                largest = max(largest, (len(connection.ask(asked, plain=True)), example, grain))
    size, example, grain = largest
    yield (f"largest answer to a step, of {len(EXAMPLES)} examples: {size} bytes ({example}, a {grain}); "
           f"bar {ROOM}: {judged(size <= ROOM)}")  # fmt: skip


def hello_alone(seconds):
    """Processor seconds of one hello."""
    load = Load()
    with greeting() as hello, connections(hello.port, LANES) as bare:
        pump(load, hello.pid, [(connection, repeat(request("GET", "/"))) for connection in bare], seconds)
    return load.each


def crowd(server, options):
    """500 followers, five moves a second."""
    path, token = made(server.port, example=SMALL)
    alone, cost, delays, missed = fan_out(server, path, token, options.followers, beats=options.beats)
    p50, p99 = (1e3 * percentile(delays, which) for which in (50, 99))
    each = (cost - alone) / options.followers / hello_alone(options.seconds)
    yield (f"{options.followers} followers, 5 moves a second: {1e3 * (cost - alone):.1f} ms of CPU a broadcast beyond "
           f"the move's own {1e3 * alone:.1f}, {each:.2f} × hello each (goal 12 ms: {judged(cost - alone <= 0.012)}); "
           f"heard after {p50:.0f} ms, p99 {p99:.0f} (goal 38: {judged(p99 <= 38)}); "
           f"{missed} of {options.followers * options.beats} not heard")  # fmt: skip


def health(server, options):
    """/healthz, while sixteen clients ask for whatever is dearest and two sessions train."""
    path, token = made(server.port, spec=WIDE)
    slow, grip = made(server.port, example="lstm")
    works = [request("POST", API, {"spec": LARGEST})] * 4
    works += [request("POST", f"{path}/step", {**ITERATION, "count": k}, Authorization=token) for k in (100, -100)]
    works += [request("GET", f"{path}/recording")] * 4 + [request("GET", f"{slow}/verify")] * 2
    works += [request("POST", f"{slow}/check", {}, Authorization=grip)] * 2
    works += [request("GET", "/api/v1/catalogue")] * 2
    for _ in range(2):
        trained, key = made(server.port, spec=WIDE)
        ask(server.port, request("POST", f"{trained}/train", {"iterations": 1_000_000}, Authorization=key))
    times = watched(server, options.loaded, works, request("GET", "/healthz"))
    p99 = 1e3 * percentile(times, 99)
    yield (f"/healthz under {len(works)} heavy clients and 2 training runs: p50 {1e3 * percentile(times, 50):.0f} ms, "
           f"p99 {p99:.0f} ms of {len(times)}; bar 250: {judged(p99 <= 250)}")  # fmt: skip


def killed(server, options):
    """kill -9 while four sessions are stepped."""
    with TemporaryDirectory() as folder:
        count, faults, ready = kills(f"sqlite://{folder}/sessions.db", options.rounds)
    met = not faults and max(ready) <= 3
    yield (f"kill -9 under load, {options.rounds} rounds: {count} steps acknowledged, {len(faults)} lost or "
           f"different; ready after {max(ready):.1f} s at most; bar none, and 3 s: {judged(met)}")  # fmt: skip
    yield from faults


def flat(server, options):
    """Memory while sessions are made and left, once as many are held as may be."""
    with TemporaryDirectory() as folder, serving("--store", f"sqlite://{folder}/s.db") as other:
        count, sizes = visits(other, options.minutes, SMALLER)
    third = max(len(sizes) // 3, 1)
    first, last = sum(sizes[:third]) / third, sum(sizes[-third:]) / third
    said = judged(last <= 1.03 * first) if options.minutes >= 30 else "too short to say"
    yield (f"memory over {options.minutes:g} minutes and {count} sessions made and left: {first:.0f} MiB in the first "
           f"third, {last:.0f} in the last; bar flat (within 3 %) over 30 minutes: {said}")  # fmt: skip


SCENES = {"table": table, "answers": answers, "crowd": crowd, "health": health, "killed": killed, "flat": flat}


def lines(options):
    for store in options.stores:
        with TemporaryDirectory() as folder:
            url = f"sqlite://{folder}/sessions.db" if store == "file" else "memory:"
            with serving("--store", url) as server:
                yield f"store: {store}; {os.cpu_count()} processors, {os.getloadavg()[0]:.1f} busy with something"
                for name in options.scenes or [name for name in SCENES if name != "flat"]:
                    yield from SCENES[name](server, options)


def parse(arguments=None):
    parser = argparse.ArgumentParser(prog="python3 -m tests.benchmarks.service", description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=f"of {', '.join(SCENES)} (default: all but flat)")
    parser.add_argument("--stores", nargs="+", choices=("file", "memory"), default=["file"])
    parser.add_argument("--turns", type=int, default=8, help="of each work (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="a turn takes (default: %(default)s)")
    parser.add_argument("--followers", type=int, default=500)
    parser.add_argument("--beats", type=int, default=25, help="moves that are followed (default: %(default)s)")
    parser.add_argument("--loaded", type=float, default=20.0, help="seconds of heavy load (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=20, help="kills (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=30.0, help="of sessions made and left (default: %(default)s)")
    return parser.parse_args(arguments)


def main():
    for line in lines(parse()):
        print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
