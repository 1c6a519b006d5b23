"""Numbers that are computed when they are read: bit for bit what would have been kept."""

import weakref
from itertools import pairwise

import numpy as np
import pytest

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import Explainer, Model, Run, check, cost, diagnose, keeping, nudge, places
from engine.build import Builder
from engine.derived import Received
from engine.recording import ArrayRef
from tests.engine.models import expression, gallery, traced, verified
from tests.engine.sequences import TIME, UNITS, into, layer, network, twin
from tests.engine.test_check import writers

TWINS = ("rnn", "lstm", "gru", "truncated-bptt", "checkpointing")
twins = pytest.mark.parametrize("name", TWINS)


@pytest.fixture
def force(monkeypatch):
    """From now on, whatever a leaf receives in two contributions or more is derived, and where parts meet."""

    def forced():
        monkeypatch.setattr(keeping, "MANY", 2)
        monkeypatch.setattr(keeping, "LARGE", 2)

    return forced


def pair(make, force):
    """The same run with everything kept, and with what leaves receive derived."""
    kept = make()
    force()
    return kept, make()


def refs(run):
    """The places of all events, in order."""
    return [ref for event in run.schedule.events for ref in places(event).values()]


def far(run):
    return [ref for ref in refs(run) if ref.offset >= run.schedule.stored]


def same(one, other):
    """Every number of two runs whose places differ, in this order of reading, and backwards."""
    pairs = list(zip(refs(one), refs(other), strict=True))
    for a, b in (*pairs, *pairs[::-1]):
        assert a.shape == b.shape
        assert one.recording.view(a).tobytes() == other.recording.view(b).tobytes()


def shared(run):
    """The contributions to the largest weight of all time steps."""
    return into(run, max(run.graph.parameters, key=lambda n: np.prod(n.shape)).label)


@twins
def test_derived_numbers_are_those_that_would_have_been_kept(name, force):
    kept, derived = pair(lambda: gallery(name), force)
    assert kept.schedule.stored == kept.schedule.size
    assert name == "checkpointing" or derived.schedule.stored < derived.schedule.size
    for _ in range(3):
        same(kept, derived)
        for run in (kept, derived):
            if run.optimizer:
                run.advance()


ADAM = {"name": "adam", "learning_rate": 0.01, "clip": {"norm": 0.1}}
WAYS = {
    "in single precision": {"dtype": "float32"},
    "with clipping and Adam": {"optimizer": ADAM},
    "with gradients left uncleared": {"optimizer": {"name": "sgd", "learning_rate": 0.1, "zero_grad": False}},
    "in batches": {"data": {"name": "parity", "samples": 40, "length": 6, "batch": 3, "seed": 1}},
    "with checkpoints": {"backward": {"checkpoint": ["lstm1"]}},
    "cut short": {"backward": {"truncate": 3}},
    "by real-time recurrent learning": {"backward": {"mode": "rtrl"}},
    "in forward mode": {"backward": {"mode": "forward"}},
}


@pytest.mark.parametrize("way", WAYS)
def test_derived_numbers_are_the_same_in_every_way(way, force):
    spec = SpecRequest.model_validate({**EXAMPLES["lstm"].spec, **WAYS[way]})
    kept, derived = pair(lambda: Run(to_model(spec, Settings())[0]), force)
    for _ in range(2):
        same(kept, derived)
        assert verified(derived).passed
        kept.advance()
        derived.advance()


def test_what_is_added_entry_by_entry_is_derived_too(force):
    def make():
        return expression("sum(exp(w)*a + w*w + (w + b)*w + w)", a=[1.0, 2.0], b=[[3.0, -1.0]] * 3, w=[-0.5, 1e300])

    kept, derived = pair(make, force)
    assert not np.isfinite(derived.loss)
    same(kept, derived)
    assert verified(derived).passed


def test_an_input_that_is_read_at_every_time_step_is_derived_without_an_optimizer(force):
    kept, derived = pair(lambda: expression("sum((x @ w) @ w)", x=[[1.0, 2.0]], w=[[0.5, 1.0], [-1.0, 3.0]]), force)
    assert len(far(derived)) > 0
    same(kept, derived)
    gradients = [traced(run).gradient(run.graph.find("w").id, run.schedule.length) for run in (kept, derived)]
    assert gradients[0].tobytes() == gradients[1].tobytes()


def test_only_large_leaves_with_many_contributions_are_derived(monkeypatch):
    assert far(twin("lstm")) == []
    monkeypatch.setattr(keeping, "MANY", TIME)
    monkeypatch.setattr(keeping, "LARGE", 4 * UNITS * UNITS)
    run = twin("lstm")
    found = {e.into for e in run.schedule.events if e.kind == "contribution" and e.total.offset >= run.schedule.stored}
    assert found == {run.graph.find("lstm1.weight_hh").id}


@twins
def test_derived_places_follow_the_kept_ones_without_gaps(name, force):
    force()
    run = gallery(name)
    spans = sorted({(ref.offset, ref.offset + ref.size) for ref in far(run)})
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    if spans:
        assert (spans[0][0], spans[-1][1]) == (run.schedule.stored, run.schedule.size)
    assert run.recording.buffer.size == run.schedule.stored


def test_the_gradient_at_the_end_is_kept(force):
    force()
    run = twin("gru")
    for node in run.graph.parameters:
        assert into(run, node.label)[-1].total.offset < run.schedule.stored


def test_any_stretch_of_numbers_can_be_read(force):
    force()
    run = twin("lstm")
    whole = run.recording.numbers(0, run.schedule.size)
    assert whole.shape == (run.schedule.size,)
    for ref in refs(run):
        assert whole[ref.offset : ref.offset + ref.size].tobytes() == run.recording.view(ref).tobytes()
    rng, stored = np.random.default_rng(3), run.schedule.stored
    ends = [(stored - 3, stored + 5), (stored, stored), (stored + 1, stored + 2), (stored - 1, stored)]
    ends += np.sort(rng.integers(0, run.schedule.size, (50, 2)), axis=1).tolist()
    for first, last in ends:
        assert run.recording.numbers(first, last).tobytes() == whole[first:last].tobytes()


def test_derived_numbers_cannot_be_written(force):
    force()
    run = twin("rnn")
    for ref in far(run):
        with pytest.raises(ValueError, match="read-only"):
            run.recording.view(ref)[...] = 0.0


def test_what_was_read_stays_as_it_is_and_the_next_step_is_read_anew(force):
    force()
    run = twin("lstm")
    event = shared(run)[-2]
    value, total = run.recording.view(event.value), run.recording.view(event.total)
    before = value.copy(), total.copy()
    run.advance()
    assert (value.tobytes(), total.tobytes()) == tuple(x.tobytes() for x in before)
    assert run.recording.view(event.value).tobytes() != value.tobytes()
    assert run.recording.view(event.total).tobytes() != total.tobytes()


def test_reading_in_order_computes_each_contribution_once(force, monkeypatch):
    force()
    run = twin("lstm")
    computed = []
    compute = Received._computed
    monkeypatch.setattr(Received, "_computed", lambda self, k, out: computed.append(k) or compute(self, k, out))
    for event in shared(run):
        run.recording.view(event.value)
        run.recording.view(event.total)
    assert computed == list(range(TIME))


def test_totals_beside_those_before_them_compute_each_contribution_once(force, monkeypatch):
    force()
    run = twin("lstm")
    computed = []
    compute = Received._computed
    monkeypatch.setattr(Received, "_computed", lambda self, k, out: computed.append(k) or compute(self, k, out))
    for before, event in pairwise(shared(run)[1:]):
        for ref in (before.total, event.value, event.total, before.total):
            run.recording.view(ref)
    assert computed == list(range(TIME))


def test_a_late_total_alone_costs_each_contribution_once(force, monkeypatch):
    force()
    run = twin("lstm")
    computed = []
    compute = Received._computed
    monkeypatch.setattr(Received, "_computed", lambda self, k, out: computed.append(k) or compute(self, k, out))
    late, later = (shared(run)[k].total for k in (-3, -2))
    run.recording.view(late)
    run.recording.view(late)
    run.recording.view(later)
    assert computed == list(range(TIME - 1))


@twins
@pytest.mark.parametrize("steps", [0, 2])
def test_derived_numbers_follow_from_the_leaves(name, steps, force):
    force()
    assert verified(gallery(name, steps)).passed


@pytest.mark.parametrize("name", ["rnn", "gru"])
def test_one_changed_number_is_found_at_its_own_event(name, force):
    force()
    run = gallery(name)
    buffer, first = run.recording.buffer, writers(run)[: run.schedule.stored]
    for k in np.random.default_rng(5).choice(np.flatnonzero(first >= 0), 60, replace=False):
        right = buffer[k]
        buffer[k] = np.nextafter(right, np.inf)
        found = verified(run)
        buffer[k] = right
        assert (found.passed, found.event) == (False, first[k])


def test_explanations_mean_the_same_numbers(force):
    kept, derived = pair(lambda: twin("lstm"), force)
    said = [Explainer(run.graph, run.schedule) for run in (kept, derived)]
    for event in shared(kept):
        one, other = (e.explain(event.index, (1, 2)) for e in said)
        for a, b in zip(one.operands, other.operands, strict=True):
            assert kept.recording.view(a.ref).tobytes() == derived.recording.view(b.ref).tobytes()


def test_proofs_doctor_and_costs_find_the_same(force):
    kept, derived = pair(lambda: gallery("lstm"), force)
    weight = kept.graph.find("lstm1.weight_hh").id
    for ask in (lambda t: diagnose(t), lambda t: nudge(t, weight, (2, 1), 0.1), lambda t: t.magnitudes()):
        assert ask(traced(kept)) == ask(traced(derived))
    assert cost(kept.graph, kept.schedule) == cost(derived.graph, derived.schedule)
    assert check(traced(derived), seconds=1.0).passed


def test_a_copy_holds_the_kept_numbers_alone(force):
    force()
    run = twin("rnn")
    copy = run.recording.copy()
    assert copy.buffer.tobytes() == run.recording.buffer.tobytes()
    with pytest.raises(KeyError):
        copy.view(far(run)[0])


def test_a_place_beyond_all_numbers_is_refused(force):
    force()
    run = twin("rnn")
    with pytest.raises(KeyError):
        run.recording.view(ArrayRef(run.schedule.size, (1,)))


def test_a_recording_is_freed_with_its_run(force):
    force()
    run = twin("rnn")
    gone = weakref.ref(run.recording.buffer)
    del run
    assert gone() is None


# --- at full size ---


def test_two_lstm_layers_over_100_time_steps_keep_a_tenth_of_their_numbers():
    x, targets = np.zeros((1, 100, 1)), np.zeros((1, 64))
    run = network(layer("lstm", 1, units=128, return_sequences=True), layer("lstm", 2, units=64), x=x, targets=targets)
    assert run.schedule.size * 8 > 180 * 2**20
    assert run.recording.nbytes < 20 * 2**20


def parts(*cuts):
    """Parts of x, and a gradient that comes back to them with zeros of both signs."""
    builder = Builder()
    x = builder.leaf("x", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "parameter").named("x")
    inner = x * 1.0
    total = builder.leaf("c", 0.0, "constant")
    for number, (start, stop) in enumerate(cuts):
        a = builder.leaf(f"a{number}", [-0.0, 0.0, -1.0, -0.0, np.inf, -0.0][start:stop], "constant")
        total = total + builder.op("sum", builder.op("slice", inner, axis=0, start=start, stop=stop) * a)
    return Run(Model(graph=builder.build(total), values=builder.values))


@pytest.mark.parametrize(
    ("cuts", "derives"),
    [
        (((0, 2), (2, 4), (4, 6)), True),
        (((0, 1), (3, 5)), True),
        (((0, 4), (3, 6)), False),
        (((0, 3), (0, 3), (0, 3)), False),
        (((1, 5),), False),
    ],
)
def test_zeros_keep_their_sign_where_gradients_of_parts_meet(cuts, derives, force):
    kept, derived = pair(lambda: parts(*cuts), force)
    same(kept, derived)
    assert (len(far(derived)) > 0) == derives


def test_a_node_whose_parts_lie_apart_is_filled_and_not_added_up(force):
    force()
    run = parts((0, 2), (2, 4), (4, 6))
    slices = {n.id for n in run.graph.nodes if n.op == "slice"}
    sent = [e for e in run.schedule.events if e.kind == "contribution" and e.node in slices]
    calls = [function for e in sent for function, _ in run.plan.calls[e.index]]
    assert (calls.count(np.copyto), calls.count(np.add)) == (3, 1)
