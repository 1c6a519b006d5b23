"""What is taken away computes the engine's numbers where nothing of the engine is."""

import ast
import base64
import math
import subprocess
import sys
from importlib.util import find_spec

import nbformat
import numpy as np
import pytest

from engine import (
    Clip,
    Data,
    ExportError,
    ExpressionModel,
    LayerSpec,
    NetworkModel,
    OptimizerSpec,
    Run,
    Spec,
    build,
    notebook,
    numpy_script,
    pytorch_script,
)
from engine.export.step import expected
from tests.engine.models import NAMES, expression, gallery, traced
from tests.reference.cases import CASES

AWKWARD = "np = x*d_x + math*F\nnorm = np*check*torch + optimizer\nlearning_rate = gelu(norm)\nlearning_rate*unpacked"
VALUES = {name: 0.5 + k for k, name in enumerate(("x", "d_x", "math", "F", "check", "torch", "optimizer", "unpacked"))}
RUNNER = """
import runpy, sys
for path in sys.argv[1:]:
    try:
        runpy.run_path(path)
        print(path, "agrees")
    except Exception as error:
        print(path, type(error).__name__, *str(error).split())
"""


def runs():
    """Every example at the beginning and two steps on, and names that scripts have for themselves."""
    for name in NAMES:
        yield name, gallery(name)
        if (later := gallery(name, 2)).iteration:
            yield f"{name}-2", later
    yield "awkward", expression(AWKWARD, rate=0.1, **VALUES)


def outcomes(paths):
    """By path, what a fresh Python process, without anything of ours in reach, says of its script."""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", RUNNER, *map(str, paths)],
        capture_output=True, text=True, timeout=60, check=True, env={"OPENBLAS_NUM_THREADS": "1"}, cwd="/",
    )  # fmt: skip
    lines = (line.partition(" ") for line in done.stdout.splitlines() if not line.startswith("The numbers"))
    return {path: said for path, _, said in lines}


def written(folder, scripts):
    paths = {name: folder / f"{name}.py" for name in scripts}
    for name, text in scripts.items():
        paths[name].write_text(text)
    return paths


def test_every_numpy_script_gives_its_numbers_in_a_process_of_its_own(tmp_path):
    paths = written(tmp_path, {name: numpy_script(traced(run), name) for name, run in runs()})
    said = outcomes(paths.values())
    assert {name: said[str(path)] for name, path in paths.items()} == dict.fromkeys(paths, "agrees")


def test_every_pytorch_script_expects_the_engines_numbers(tmp_path):
    scripts = {name: pytorch_script(traced(run), name) for name, run in runs()}
    for name, run in runs():
        assert_same(expectations(scripts[name]), numbers_of(run))
    if find_spec("torch"):
        paths = written(tmp_path, scripts)
        assert set(outcomes(paths.values()).values()) == {"agrees"}


def expectations(script):
    """What a script holds its results to, by what it calls them."""
    tree = ast.parse(script)
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "check")
    return [(ast.literal_eval(call.args[0]), value_of(call.args[2])) for call in calls]


def value_of(call):
    torch = type("torch", (), {"nan": math.nan, "inf": math.inf, "tensor": staticmethod(np.array)})
    return eval(ast.unparse(call), {"torch": torch, "np": np, "unpacked": unpacked})


def unpacked(shape, text):
    return np.frombuffer(base64.b64decode(text), "<f8").reshape(shape)


def numbers_of(run):
    loss, view = run.graph.loss, run.recording.view
    found = [(loss.label, view(run.schedule.values[loss.id]))]
    end = next((e.index for e in run.schedule.events if e.phase == "update"), run.schedule.length)
    leaves = [(n, traced(run).gradient(n.id, end)) for n in run.graph.leaves if n.wanted]
    found += [(f"d{loss.label}/d{n.label}", g) for n, g in leaves if g is not None]
    chance = {held.node.id for found in expected(traced(run)).gradients for held in found.leaves if held.rounding}
    assigned = [e for e in run.schedule.events if e.kind == "assign" and e.target == "parameter"]
    assigned = [e for e in assigned if e.param not in chance]
    return found + [(run.graph.nodes[e.param].label, view(e.value)) for e in assigned]


def assert_same(found, wanted):
    assert [name for name, _ in found] == [name for name, _ in wanted]
    for (name, x), (_, y) in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(x, y, err_msg=name, strict=True)


def test_a_wrong_number_is_named():
    script = numpy_script(traced(gallery("neuron")))
    assert script.count("w = np.array(0.5)") == 1
    with pytest.raises(AssertionError, match="L"):
        exec(script.replace("w = np.array(0.5)", "w = np.array(0.5000000001)"), {})


@pytest.mark.parametrize("label", ["L", "dL/dw", "w"])
def test_an_expectation_that_is_off_by_little_fails(label):
    run = gallery("neuron")
    value = dict(numbers_of(run))[label].item()
    before, call, after = numpy_script(traced(run)).partition(f'check("{label}", ')
    with pytest.raises(AssertionError, match=label):
        exec(before + call + after.replace(repr(value), repr(value * (1 + 1e-11)), 1), {})


def test_numbers_are_kept_to_the_last_bit():
    awkward = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3, math.nan, math.inf, -math.inf]
    for x in (awkward, [awkward] * 20):
        run, memory = expression("sum(x)", x=x), {}
        script = numpy_script(traced(run)).split("# --- Forward")[0]
        exec(script, memory)
        assert memory["x"].tobytes() == np.array(x).tobytes()


def test_a_title_stays_a_comment():
    script = numpy_script(
        traced(gallery("square")), 'a "title"\nraise SystemExit\x85raise SystemExit\u2028raise SystemExit'
    )
    assert all(line.startswith("#") for line in script.splitlines() if "raise" in line)


def test_a_step_too_large_is_refused_with_its_number_and_the_limit():
    x = np.ones((200, 201))
    with pytest.raises(ExportError, match=r"201,000 numbers; a script is written for at most 100,000"):
        numpy_script(traced(expression("sum(x*w)", rate=0.1, x=x.tolist(), w=x.tolist())))


@pytest.mark.parametrize(("name", "rate", "settings", "clip", "schedule", "its"), CASES.values(), ids=CASES)
def test_every_optimizer_goes_on_from_what_it_has_kept(name, rate, settings, clip, schedule, its):
    optimizer = OptimizerSpec(
        name=name, learning_rate=rate, settings=settings, clip=Clip(**clip), schedule=schedule, schedule_settings=its
    )
    model = ExpressionModel(source="(w - 3)**2 + sum(v*v)", values={"w": 1.0, "v": [0.5, -2.0]})
    run = Run(build(Spec(model=model, optimizer=optimizer)))
    for _ in range(3):
        exec(numpy_script(traced(run)), {"print": lambda *said: None})
        assert_same(expectations(pytorch_script(traced(run))), numbers_of(run))
        run.advance()


CORNERS = Data(x=np.array([[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0]]), targets=np.eye(3), samples=range(3))
SERIES = Data(x=np.linspace(-1, 1, 12).reshape(2, 3, 2), targets=np.eye(3)[:2], samples=range(2))


def layer(type, **options):
    return LayerSpec(type=type, name=f"{type}_1", options=options)


def network(data, *layers, loss="softmax_cross_entropy", **more):
    """A run of a network with an output of three, two updates on."""
    ends = LayerSpec(type="dense", name="last", options={"units": 3})
    adam = OptimizerSpec(name="adam", learning_rate=0.01)
    run = Run(build(Spec(model=NetworkModel(layers=(*layers, ends), loss=loss), optimizer=adam, **more), data))
    run.advance()
    run.advance()
    return run


def uncleared():
    """A run whose gradients add up, two updates on."""
    optimizer = OptimizerSpec(name="sgd", learning_rate=0.05, zero_grad=False)
    run = Run(build(Spec(model=ExpressionModel(source="(w*3 - 1)**2", values={"w": 1.5}), optimizer=optimizer)))
    run.advance()
    run.advance()
    return run


def two_outputs(mode):
    model = ExpressionModel(source="p = a*b*c\nq = sin(b) + c*c", values={"a": 1, "b": 2, "c": 3}, outputs=("p", "q"))
    return Run(build(Spec(model=model, mode=mode)))


OTHERS = {
    "forward": lambda: network(CORNERS, layer("dense", units=2), layer("tanh"), loss="mse", mode="forward"),
    "differences": lambda: network(CORNERS, layer("dense", units=2), layer("tanh"), mode="difference"),
    "one-sided": lambda: network(CORNERS, layer("dense", units=2), mode="difference", sides="one-sided"),
    "rtrl": lambda: network(SERIES, layer("rnn", units=2), mode="rtrl"),
    "single precision": lambda: network(CORNERS, layer("dense", units=2), layer("tanh"), dtype="float32"),
    "frozen": lambda: network(CORNERS, layer("dense", units=2), layer("tanh"), frozen=("dense_1",)),
    "a bias that normalisation takes off again": lambda: network(
        CORNERS, layer("dense", units=2), layer("batch_norm"), loss="mse"
    ),
    "gradients left uncleared": uncleared,
    "two outputs": lambda: two_outputs("reverse"),
    "two outputs at once": lambda: two_outputs("forward"),
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_every_way_to_the_gradients_gives_its_numbers(make):
    trace = traced(make())
    exec(numpy_script(trace), {"print": lambda *said: None})
    assert expectations(pytorch_script(trace))[0][0] == trace.graph.loss.label


def test_what_is_left_of_larger_numbers_is_held_to_their_rounding():
    """The bias before a normalisation has no gradient but rounding, and what Adam makes of that is chance."""
    script = numpy_script(traced(OTHERS["a bias that normalisation takes off again"]()))
    (line,) = (line for line in script.splitlines() if line.startswith('check("dL/ddense_1.bias"'))
    assert float(line.rpartition(", ")[2].rstrip(")")) > 1e-3
    assert 'check("dense_1.bias"' not in script
    assert 'check("dense_1.weight"' in script


def test_each_of_several_outputs_is_held_to_its_own_gradients():
    for write in (numpy_script, pytorch_script):
        names = [name for name, _ in expectations(write(traced(two_outputs("reverse"))))]
        assert names == ["p", "q", "dp/da", "dp/db", "dp/dc", "dq/db", "dq/dc"]


# --- notebook ---


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_is_one_and_runs_from_top_to_bottom(name):
    made = nbformat.from_dict(notebook(traced(gallery(name)), name))
    nbformat.validate(made)
    memory = {"print": lambda *said: None}
    for cell in made.cells:
        if cell.cell_type == "code":
            exec(cell.source, memory)


def test_the_notebook_says_what_each_operation_does():
    cells = notebook(traced(gallery("neuron")), "A *neuron*")["cells"]
    text = [cell["source"] for cell in cells]
    assert text[0].startswith(r"# A \*neuron\*")
    place = text.index("a = 1 / (1 + np.exp(-z))")
    assert text[place - 1].startswith("Squash z into (0, 1) with the sigmoid: a = 0.6457.")
    assert r"$$a = \sigma(z)$$" in text[place - 1]
    headings = [line for source in text for line in source.splitlines() if line.startswith("## ")]
    assert headings == ["## The numbers it begins with", "## Forward", "## Backward", "## Update"]
