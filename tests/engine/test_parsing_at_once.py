"""Texts are parsed by several threads at once, as a service does, while the garbage collector lets others in."""

import gc
import time
from threading import Thread

from engine.statements import Limits, statements_of


def test_threads_parse_at_the_same_time_though_the_collector_runs_in_between():
    parsed, before = [], gc.get_threshold()

    def parse():
        for _ in range(100):
            parsed.append(len(statements_of("w * (x + y * (z - 1)) ** 2 + exp(w)", Limits())))

    def let_others_in(phase, told):
        time.sleep(0)

    gc.callbacks.append(let_others_in)
    gc.set_threshold(3)
    try:
        threads = [Thread(target=parse) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(let_others_in)
    assert parsed == [1] * 400
