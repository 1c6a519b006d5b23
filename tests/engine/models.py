"""Models that the tests walk through."""

from functools import lru_cache

from app.lessons import EXAMPLES
from app.models import to_model
from app.settings import Settings
from app.specs import SpecRequest
from engine import ExpressionModel, OptimizerSpec, Run, Spec, Trace, build, verify

# At full size a training step has thousands of events or millions of numbers; small twins go through most of the
# tests in their place.
FULL = ("rnn-full", "lstm-full", "truncated-full", "deep-digits", "cnn-digits", "cnn-shapes")
# These go other ways, which are held to the reverse mode of the same graph; that is held to PyTorch.
WAYS = ("forward-reverse", "forward-reverse-back", "gradient-difference", "rtrl")
NAMES = tuple(name for name in EXAMPLES if name not in (*FULL, *WAYS))


@lru_cache
def gallery_model(name):
    """The model of a gallery entry, as the service makes it."""
    return to_model(SpecRequest.model_validate(EXAMPLES[name].spec), Settings())[0]


def gallery(name, steps=0):
    """A fresh run of a gallery entry, so many training steps on; an entry that nothing trains stays where it is."""
    run = Run(gallery_model(name))
    for _ in range(steps if run.optimizer else 0):
        run.advance()
    return run


def expression(source, rate=None, roles=None, **values):
    """A run of a model written as text."""
    optimizer = None if rate is None else OptimizerSpec(name="sgd", learning_rate=rate)
    model = ExpressionModel(source=source, values=values, roles=roles or {})
    return Run(build(Spec(model=model, optimizer=optimizer)))


def traced(run):
    return Trace(run.graph, run.schedule, run.recording)


def verified(run):
    return verify(traced(run))


def value(run, name):
    """The value of the node of this name, when the step is over (a parameter: before its update)."""
    return run.recording.view(run.schedule.values[run.graph.find(name).id])


def gradient(run, name):
    return traced(run).gradient(run.graph.find(name).id, run.schedule.length)


def events(run, kind):
    return [e for e in run.schedule.events if e.kind == kind]
