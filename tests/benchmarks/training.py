"""What runs in the background cost others, and what being followed costs them."""

import http.client
import json
import socket
import threading
import time
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Run
from tests.app.servers import serving

SPIRAL = EXAMPLES["spiral"].spec
WIDE = {
    "model": {"kind": "network", "loss": {"name": "softmax_cross_entropy"},
              "layers": [{"type": "dense", "units": 128}, {"type": "relu"}, {"type": "dense", "units": 64},
                         {"type": "relu"}, {"type": "dense", "units": 10}]},
    "data": {"name": "digits28", "batch": 32, "seed": 1},
    "optimizer": {"name": "adam", "learning_rate": 0.001},
}  # fmt: skip
ENDLESS = 1_000_000
WARM = 1_000  # iterations a run begins with, which are measured apart: at first, every state is kept
TURNS = 5
TURN = 1.0  # seconds


class Connection(http.client.HTTPConnection):
    """Sends what it is given at once, and again so after the server has hung up on it for being idle."""

    def connect(self):
        super().connect()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Driver:
    """One session, over one connection that is kept."""

    def __init__(self, port, spec):
        self.connection = Connection("127.0.0.1", port, timeout=60)
        self.path = ""
        made = self.ask("POST", "", {"spec": spec})
        self.path = f"/{made['id']}"

    def ask(self, method, end, body=None):
        sent = json.dumps(body) if body else None
        headers = {"Content-Type": "application/json"} if body else {}
        self.connection.request(method, f"/api/v1/sessions{self.path}{end}", sent, headers)
        answer = self.connection.getresponse()
        told = answer.read()
        assert answer.status < 300, told
        return json.loads(told) if told else None

    def train(self, iterations=ENDLESS):
        self.connection.close()  # a server hangs up on one that is idle for long; it is opened again
        self.run = f"/runs/{self.ask('POST', '/train', {'iterations': iterations})['id']}"

    def cancel(self):
        self.ask("DELETE", self.run)

    def step(self):
        started = time.perf_counter()
        self.ask("POST", "/step", {"grain": "event", "count": self.forward})
        self.forward = -self.forward
        return time.perf_counter() - started

    forward = 1


class Watcher(threading.Thread):
    """Reads a run's stream, as a chart does, and counts its events."""

    def __init__(self, port, path):
        super().__init__(daemon=True)
        self.connection = Connection("127.0.0.1", port, timeout=60)
        self.connection.request("GET", f"/api/v1/sessions{path}", headers={"Accept": "text/event-stream"})
        self.answer = self.connection.getresponse()
        self.events = 0
        self.start()

    def run(self):
        while line := self.answer.readline():
            self.events += line.startswith(b"data:")


def processor(process):
    """Seconds of processor time a process has used."""
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def stepping(server, spec):
    """Milliseconds a step in one session takes, in turns: alone, and while two others train."""
    driver, trained = Driver(server.port, SPIRAL), [Driver(server.port, spec) for _ in range(2)]
    found = {"alone": [], "beside two runs": []}
    for _ in range(TURNS):
        found["alone"] += timed(driver)
        for other in trained:
            other.train()
        found["beside two runs"] += timed(driver)
        for other in trained:
            other.cancel()
    return found


def timed(driver):
    end = time.perf_counter() + TURN
    times = []
    while time.perf_counter() < end:
        times.append(1_000 * driver.step())
        time.sleep(0.005)
    return times


def speed(server, spec):
    """A run that is followed beside the engine alone in this process, in turns.

    Speeds by the clock, as shares; by processor time, which others on the machine change less; the engine's iterations
    a second; and the events a second that come to whoever follows.
    """
    driver = Driver(server.port, spec)
    run = Run(to_model(SpecRequest.model_validate(spec), Settings())[0])
    ratios, costs, rates, events = [], [], [], []
    for _ in range(TURNS):
        driver.train()
        watcher = Watcher(server.port, driver.path + driver.run)
        while driver.ask("GET", driver.run)["iteration"] < WARM * (len(ratios) + 1):
            time.sleep(0.05)
        began = *reported(driver), processor(server.process.pid), watcher.events
        time.sleep(2 * TURN)
        now = *reported(driver), processor(server.process.pid), watcher.events
        driver.cancel()
        clock, seconds, first = time.perf_counter(), time.process_time(), run.iteration
        while time.perf_counter() < clock + TURN:
            run.advance()
        done = run.iteration - first
        seconds, clock = time.process_time() - seconds, time.perf_counter() - clock
        ratios.append((now[0] - began[0]) / (now[1] - began[1]) / (done / clock))
        costs.append((now[0] - began[0]) / (now[2] - began[2]) / (done / seconds))
        rates.append(done / seconds)
        events.append((now[3] - began[3]) / (now[1] - began[1]))
    return median(ratios), median(costs), median(rates), median(events)


def beginning(server, spec):
    """A new run's first iterations, followed, as a share of the engine's own speed, in turns."""
    run, ratios = Run(to_model(SpecRequest.model_validate(spec), Settings())[0]), []
    for _ in range(TURNS):
        driver = Driver(server.port, spec)
        began = time.perf_counter()
        driver.train(WARM)
        watcher = Watcher(server.port, driver.path + driver.run)
        watcher.join()
        followed = WARM / (time.perf_counter() - began)
        began = time.perf_counter()
        for _ in range(WARM):
            run.advance()
        ratios.append(followed * (time.perf_counter() - began) / WARM)
    return median(ratios)


def reported(driver):
    """The next iteration that is reported, and when that was."""
    before = now = driver.ask("GET", driver.run)["iteration"]
    while now == before:
        time.sleep(0.02)
        now = driver.ask("GET", driver.run)["iteration"]
    return now, time.perf_counter()


def lines():
    with TemporaryDirectory() as folder, serving("--open", "--store", f"sqlite:{folder}/sessions.db") as server:
        for name, spec in (("spiral", SPIRAL), ("784-128-64-10, batch 32", WIDE)):
            ratio, cost, rate, events = speed(server, spec)
            yield (f"{name}: {rate:.0f} iterations a second alone; in a run that is followed {ratio:.2f} of that by "
                   f"the clock (goal 0.80), {cost:.2f} by processor time; {events:.0f} events a second (goal 30); "
                   f"its first {WARM:,} iterations at {beginning(server, spec):.2f}")  # fmt: skip
            alone, beside = stepping(server, spec).values()
            p99 = [quantiles(times, n=100)[98] for times in (alone, beside)]
            yield (f"{name}: a step elsewhere takes {median(alone):.1f} ms alone, {median(beside):.1f} ms beside two "
                   f"runs ({median(beside) / median(alone):.2f}); p99 {p99[0]:.1f} and {p99[1]:.1f} ms "
                   f"({p99[1] / p99[0]:.2f})")  # fmt: skip
