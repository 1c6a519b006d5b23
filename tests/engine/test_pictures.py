"""A network with every kind of layer for pictures: its numbers follow, its slopes are right, its texts are true."""

from functools import lru_cache
from itertools import islice

import numpy as np
import pytest

from engine import Data, Explainer, LayerSpec, NetworkModel, OptimizerSpec, Run, Spec, Trace, build, check, verify
from engine.names import literal
from tests.engine.latex import worked_out

LAYERS = (
    ("conv2d", {"filters": 4, "kernel": 3, "padding": 1, "groups": 2}),
    ("relu", {}),
    ("batch_norm", {}),
    ("max_pool2d", {"kernel": 3, "stride": 2, "padding": 1}),
    ("conv2d", {"filters": 3, "kernel": 2, "stride": 2, "dilation": 2}),
    ("avg_pool2d", {"stride": 1, "padding": 1}),
    ("global_avg_pool", {}),
    ("residual", {"units": 4, "activation": "tanh"}),
    ("layer_norm", {}),
    ("dropout", {"p": 0.4}),
    ("dense", {"units": 2}),
)


def network(layers=LAYERS, shape=(3, 2, 7, 6), inputs=True, seed=0):
    """A run on random pictures of two classes."""
    rng = np.random.default_rng(seed)
    specs = [LayerSpec(type=type, name=f"{type}_{k}", options=said) for k, (type, said) in enumerate(layers)]
    model = NetworkModel(layers=specs, loss="softmax_cross_entropy")
    data = Data(x=rng.standard_normal(shape), targets=np.eye(2)[rng.integers(0, 2, shape[0])], samples=range(shape[0]))
    optimizer = OptimizerSpec(name="sgd", learning_rate=0.1)
    return Run(build(Spec(model=model, optimizer=optimizer, inputs=inputs, seed=seed), data))


@lru_cache
def walked():
    run = network()
    run.advance()
    return run


def traced(run):
    return Trace(run.graph, run.schedule, run.recording)


def test_every_number_follows_from_the_leaves_in_every_step():
    run = network()
    for _ in range(3):
        assert verify(traced(run)).passed
        run.advance()


def test_every_gradient_is_the_slope_of_the_loss_both_ways():
    found = check(traced(walked()), seconds=600)
    assert found.complete
    assert found.passed, max(found.parameters, key=lambda row: max(row.relative_error, row.forward_error))


def test_every_line_of_numbers_is_true():
    run = walked()
    explain = Explainer(run.graph, run.schedule).explain
    for event in run.schedule.events:
        shape = event.value.shape if hasattr(event, "value") else ()
        for entry in [*islice(np.ndindex(shape), 20), tuple(n - 1 for n in shape)]:
            for line in explain(event.index, entry).lines:
                assert not line.numbers or r"\cdots" in line.numbers or true(line.numbers, run), line.numbers


def true(equation, run):
    left, *rights = (worked_out(side, run.recording.buffer) for side in equation.split(" = "))
    return all(right == pytest.approx(left, rel=1e-9, abs=1e-12) for right in rights)


def test_the_lines_of_code_are_a_program_that_gives_the_numbers():
    run = walked()
    trace, explain = traced(run), Explainer(run.graph, run.schedule).explain
    names = Explainer(run.graph, run.schedule).words.code
    code = "\n".join(line for event in run.schedule.events for line in explain(event.index).code)
    first = {n.id: run.recording.view(run.schedule.values[n.id]) for n in run.graph.nodes}
    memory = {names.value(n): first[n.id].copy() for n in run.graph.leaves if not literal(n)}
    exec(code, {"np": np, "learning_rate": 0.1}, memory)
    for node in run.graph.nodes:
        if node.op:
            assert np.allclose(memory[names.value(node)], first[node.id], rtol=1e-9, atol=1e-12), node.label
        if node.wanted:
            theirs = trace.gradient(node.id, run.schedule.length)
            assert np.allclose(memory[names.gradient(node)], theirs, rtol=1e-9, atol=1e-12), node.label


def test_another_mask_is_drawn_in_every_step_and_the_same_one_when_the_step_comes_again():
    run = network()
    mask = run.recording.view(run.schedule.values[run.graph.find("dropout_9.mask").id])
    first = mask.copy()
    begun = run.snapshot()
    run.advance()
    assert (mask != first).any()
    run.restore(0, begun)
    assert (mask == first).all()


@pytest.mark.parametrize("p", [0.0, 0.25, 0.9])
def test_a_mask_drops_its_share_and_scales_the_rest_so_that_the_mean_stays(p):
    run = network([("dropout", {"p": p}), ("global_avg_pool", {})], shape=(8, 2, 40, 40))
    mask = run.recording.view(run.schedule.values[run.graph.find("dropout_0.mask").id])
    assert set(np.unique(mask)) <= {0.0, 1 / (1 - p)}
    assert np.mean(mask == 0) == pytest.approx(p, abs=5 / np.sqrt(mask.size))


def test_running_statistics_stand_beside_batch_normalisation_as_constants():
    roles = {n.label: n.role for n in walked().graph.leaves}
    assert roles["batch_norm_2.running_mean"] == roles["batch_norm_2.running_var"] == "constant"


def test_a_residual_block_whose_second_product_is_zero_is_the_identity():
    run = network([("residual", {"units": 3, "initializer": "zeros"})], shape=(4, 2))
    view, values = run.recording.view, run.schedule.values
    assert (view(values[run.graph.find("r1").id]) == view(values[run.graph.find("x").id])).all()


WRONG = {
    "flat input": ((3, 4), [("conv2d", {"filters": 2})], r"conv2d_0: it takes \(batch, channels, height, width\)"),
    "window too large": (
        (3, 1, 4, 9), [("max_pool2d", {"kernel": 5})], "max_pool2d_0.*spans 5 along axis height, which is 4"
    ),
    "filter too wide": (
        (3, 1, 9, 4), [("conv2d", {"filters": 2, "dilation": 2})], "conv2d_0.*spans 5 along axis width, which is 4"
    ),
    "groups": (
        (3, 3, 9, 9), [("conv2d", {"filters": 4, "groups": 2})],
        "conv2d_0: axis channels is 3 and becomes 4; both must split into 2 groups",
    ),
    "padding": ((3, 1, 9, 9), [("avg_pool2d", {"padding": 2})], "avg_pool2d_0.*height is padded by 2.* of 2 allows 1"),
    "one number": ((1, 3), [("batch_norm", {})], r"batch_norm_0.*\(1, 3\) has 1 number in each channel"),
    "numbers": (
        (3, 6), [("reshape", {"shape": [1, 2, 2]})], r"reshape_0: a sample has 6 numbers \(6,\); \(1, 2, 2\) takes 4"
    ),
    "no axis left": ((3, 3), [("layer_norm", {"axes": 2})], r"layer_norm_0: the last 2 axes asked for.*\(3, 3\) has 2"),
    "no channels": ((3,), [("batch_norm", {})], r"batch_norm_0: it takes \(batch, channels, …\)"),
    "no features": ((3, 1, 2, 2), [("residual", {"units": 2})], r"residual_0.*\(batch, features\)"),
    "no activation": (
        (3, 2), [("residual", {"units": 2, "activation": "softmax"})], "residual_0: softmax is no activation"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("shape", "layers", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_does_not_fit_is_named_by_layer_axis_and_sizes(shape, layers, message):
    with pytest.raises(ValueError, match=message):
        network(layers, shape=shape)
