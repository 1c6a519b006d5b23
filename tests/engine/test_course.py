"""Everything the course names is there, in the table it belongs to."""

import pytest

from app.data import SOURCES
from engine import INITIALIZERS, LAYERS, LOSSES, OPS, OPTIMIZERS, SCHEDULES

ARITHMETIC = "add sub mul div neg pow square exp log sin cos sqrt abs maximum minimum clip where"
ACTIVATIONS = "relu leaky_relu elu selu gelu gelu_tanh softplus silu sigmoid tanh hard_tanh softmax log_softmax"
REDUCTIONS = "sum mean max logsumexp variance"
SHAPES = "reshape transpose slice select concatenate stack broadcast_to pad gather embedding"
PRODUCTS = "matmul dot matvec vecmat bmm bmm_heads bmm_shared linear einsum"
PICTURES = "conv2d max_pool2d avg_pool2d"
NORMS = "batch_norm batch_norm_eval layer_norm"
LOSS = "mse half_mse mae huber bce bce_logits nll cross_entropy softmax_cross_entropy hinge kl"

NAMED = {
    "ops": (OPS, f"{ARITHMETIC} {ACTIVATIONS} {REDUCTIONS} {SHAPES} {PRODUCTS} {PICTURES} {NORMS} {LOSS}"),
    "layers": (
        LAYERS,
        f"dense {ACTIVATIONS} {PICTURES} global_avg_pool global_max_pool batch_norm layer_norm dropout residual "
        "embedding rnn gru lstm attention multi_head_attention positional_encoding flatten reshape",
    ),
    "losses": (LOSSES, LOSS),
    "optimizers": (OPTIMIZERS, "sgd rmsprop adagrad adam adamw"),
    "schedules": (SCHEDULES, "constant step cosine warmup"),
    "initializers": (
        INITIALIZERS,
        "zeros constant normal uniform xavier_normal xavier_uniform he_normal he_uniform lecun_normal lecun_uniform "
        "orthogonal too_large",
    ),
    "data": (
        SOURCES,
        "spiral moons circles xor blobs curve parity copy sine characters digits8 digits28 iris wine",
    ),
}
SETTINGS = {
    ("conv2d", "op"): "stride padding dilation groups",
    ("conv2d", "layer"): "stride padding dilation groups filters kernel initializer",
    ("max_pool2d", "layer"): "kernel stride padding",
    ("softmax_cross_entropy", "op"): "smoothing",
    ("cross_entropy", "op"): "smoothing",
    ("huber", "op"): "delta",
    ("layer_norm", "layer"): "axes eps",
    ("multi_head_attention", "layer"): "heads causal",
    ("sgd", "optimizer"): "momentum dampening nesterov weight_decay",
    ("adam", "optimizer"): "weight_decay amsgrad",
    ("adamw", "optimizer"): "weight_decay amsgrad",
    ("rmsprop", "optimizer"): "momentum centered weight_decay",
    ("adagrad", "optimizer"): "lr_decay initial_total weight_decay",
}


@pytest.mark.parametrize("table", NAMED)
def test_everything_the_course_names_has_a_row(table):
    rows, named = NAMED[table]
    assert set(named.split()) - set(rows) == set()


def settings_of(name, kind):
    if kind == "layer":
        return {o.name for o in LAYERS[name].options}
    return set(dict(OPS[name].options) if kind == "op" else OPTIMIZERS[name].settings)


@pytest.mark.parametrize("row", SETTINGS, ids=" ".join)
def test_every_setting_the_course_names_can_be_said(row):
    assert set(SETTINGS[row].split()) - settings_of(*row) == set()


@pytest.mark.parametrize("reduction", ["mean", "batch", "sum"])
def test_every_loss_has_every_reduction(reduction):
    for name in LOSSES:
        assert OPS[name].shape((3, 2), (3, 2), **dict(OPS[name].options) | {"reduction": reduction}) == ()
