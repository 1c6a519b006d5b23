"""Every gallery example against PyTorch: values committed beside the script that made them, tests/reference/make.py."""

from pathlib import Path

import numpy as np
import pytest

from tests.engine.models import FULL, NAMES, events, gallery, traced
from tests.reference.projections import SUMS, WHOLE, kept, unpacked

FILES = Path(__file__).parent.parent / "reference"
ROUNDING = 1e-14  # the size of what is 0 but for rounding: the gradient of a bias before batch normalisation
TOLERANCE = 1e-10  # relative to an array's norm; both sides round at 1e-16 and sum up to 30,000 products

examples = pytest.mark.parametrize("name", NAMES)


def distance(ours, theirs):
    """By the norm of the whole array, or of all its weighted sums; what is not finite must be the same."""
    assert ours.shape == theirs.shape
    finite = np.isfinite(theirs)
    np.testing.assert_array_equal(ours[~finite], theirs[~finite])
    ours, theirs = ours[finite], theirs[finite]
    norm = np.linalg.norm(theirs)
    return float(np.linalg.norm(ours - theirs) / (norm if norm > ROUNDING else 1.0))


def reference(name):
    with np.load(FILES / f"{name}.npz", allow_pickle=False) as file:
        return unpacked(file)


def ours(name, chosen=None):
    """The arrays of the engine's first training step, of all nodes or the chosen ones, named as in the reference."""
    run = gallery(name)
    trace = traced(run)
    nodes = [n for n in run.graph.nodes if chosen is None or n.id in chosen]
    found = {f"value.{n.id}": run.recording.view(run.schedule.values[n.id]) for n in nodes}
    gradients = {f"gradient.{n.id}": trace.gradient(n.id, trace.backward_end) for n in nodes if n.wanted}
    found |= {key: x for key, x in gradients.items() if x is not None}  # nothing comes back over a cut
    updates = (e for e in events(run, "assign") if e.target == "parameter")
    return found | {f"updated.{e.param}": run.recording.view(e.value) for e in updates}


@examples
def test_every_value_gradient_and_update_is_pytorchs(name):
    theirs, within = reference(name)
    found = ours(name)
    assert set(found) == set(theirs)
    wrong = {key: distance(kept(x, *within), theirs[key]) for key, x in found.items()}
    assert max(wrong.values()) < TOLERANCE, max(wrong, key=wrong.get)


@pytest.mark.parametrize("name", FULL)
def test_parameters_gradients_and_outputs_at_full_size_are_pytorchs(name):
    theirs, within = reference(name)
    found = ours(name, {int(key.split(".")[1]) for key in theirs})
    assert set(found) == set(theirs)
    wrong = {key: distance(kept(x, *within), theirs[key]) for key, x in found.items()}
    assert max(wrong.values()) < TOLERANCE, max(wrong, key=wrong.get)


def test_there_is_a_reference_for_every_example_and_no_file_without_a_maker():
    files, makers = ({path.stem for path in FILES.glob(kind)} for kind in ("*.npz", "*.py"))
    assert files - makers == {*NAMES, *FULL}


def test_the_committed_files_stay_small():
    sizes = {path.name: path.stat().st_size for path in FILES.glob("*.npz")}
    assert max(sizes.values()) < 300_000
    assert sum(sizes.values()) < 1_600_000


def test_one_wrong_entry_of_a_large_array_shows_in_its_sums():
    x = np.random.default_rng(0).standard_normal((100, 300))
    off = x.copy()
    off[57, 123] += 1e-6
    assert kept(x).shape == (SUMS,)
    assert x.size > WHOLE
    assert distance(kept(off), kept(x)) > TOLERANCE
