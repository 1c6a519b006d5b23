"""A training step you can walk through: values and gradients of a model, event by event.

>>> model = build(Spec(model=ExpressionModel(source="(w*x + b)**2", values={"w": 3, "x": 2, "b": 1})))
>>> run = Run(model)
>>> run.loss
49.0
"""

from engine.answers import Evaluator, Score
from engine.backward import Backward, Mode, Sides
from engine.check import GradientCheck, ParameterCheck, check
from engine.cost import Cost, Way, cost, ways
from engine.demand import Demand, demand
from engine.diagnose import Diagnosis, diagnose
from engine.evaluate import evaluate, values_of
from engine.events import (
    AnyEvent,
    Assign,
    Batch,
    Clipped,
    Contribution,
    Credit,
    Event,
    Forward,
    Influence,
    Phase,
    Probe,
    Quotient,
    Recompute,
    Seed,
    Slope,
    Statistics,
    Stopping,
    Tangent,
    ZeroGrad,
)
from engine.explain import Explainer
from engine.explanation import EntryError, Explanation, Formula, Operand
from engine.export import ExportError, PyTorchLines, notebook, numpy_script, pytorch_script
from engine.expression import FUNCTIONS, OperandError
from engine.faults import FAULTS, FaultError, why_absent
from engine.feeds import Data
from engine.graph import Graph, Group, LayerShapes, Node, Role
from engine.init import INITIALIZERS
from engine.insight import Insight, check_entry, explain_entry
from engine.landscape import Landscape, orthonormal, point, principal
from engine.layers import LAYERS, LOSSES, LayerSpec, Option
from engine.meter import Meter, Progress
from engine.notation import Text
from engine.nudge import Nudge, nudge
from engine.numerals import four
from engine.op import Op, ShapeError, SizeError
from engine.ops import OPS
from engine.ops.pytorch import pytorch_line
from engine.optim import OPTIMIZERS, Clip, OptimizerSpec
from engine.options import check_options
from engine.paths import Paths, paths
from engine.predict import Prediction, predict_sign, predict_size, predict_value
from engine.rates import SCHEDULES
from engine.recording import ArrayRef, Precision, Recording
from engine.remedies import Remedy
from engine.run import Run
from engine.samples import MixedError, SampleGradient, Singles
from engine.schedule import Schedule, schedule
from engine.show import ShownTrace, trace
from engine.spec import ExpressionModel, LayerError, Model, NetworkModel, Spec, build
from engine.state import LEAF, State, first_state, resume, state_of
from engine.statements import ExpressionError, Limits
from engine.stopping import Stop, StoppedError
from engine.svg import PictureError, svg
from engine.tape import Array
from engine.thumbnail import thumbnail
from engine.trace import Summary, Trace, concerned, places, rms, summary
from engine.triangle import Triangle, kept_cells, triangles, truncated
from engine.truncation import Cut, Lost, Truncation, truncation
from engine.verification import Verification, verify

__all__ = [
    "FAULTS",
    "FUNCTIONS",
    "INITIALIZERS",
    "LAYERS",
    "LEAF",
    "LOSSES",
    "OPS",
    "OPTIMIZERS",
    "SCHEDULES",
    "AnyEvent",
    "Array",
    "ArrayRef",
    "Assign",
    "Backward",
    "Batch",
    "Clip",
    "Clipped",
    "Contribution",
    "Cost",
    "Credit",
    "Cut",
    "Data",
    "Demand",
    "Diagnosis",
    "EntryError",
    "Evaluator",
    "Event",
    "Explainer",
    "Explanation",
    "ExportError",
    "ExpressionError",
    "ExpressionModel",
    "FaultError",
    "Formula",
    "Forward",
    "GradientCheck",
    "Graph",
    "Group",
    "Influence",
    "Insight",
    "Landscape",
    "LayerError",
    "LayerShapes",
    "LayerSpec",
    "Limits",
    "Lost",
    "Meter",
    "MixedError",
    "Mode",
    "Model",
    "NetworkModel",
    "Node",
    "Nudge",
    "Op",
    "Operand",
    "OperandError",
    "OptimizerSpec",
    "Option",
    "ParameterCheck",
    "Paths",
    "Phase",
    "PictureError",
    "Precision",
    "Prediction",
    "Probe",
    "Progress",
    "PyTorchLines",
    "Quotient",
    "Recompute",
    "Recording",
    "Remedy",
    "Role",
    "Run",
    "SampleGradient",
    "Schedule",
    "Score",
    "Seed",
    "ShapeError",
    "ShownTrace",
    "Sides",
    "Singles",
    "SizeError",
    "Slope",
    "Spec",
    "State",
    "Statistics",
    "Stop",
    "StoppedError",
    "Stopping",
    "Summary",
    "Tangent",
    "Text",
    "Trace",
    "Triangle",
    "Truncation",
    "Verification",
    "Way",
    "ZeroGrad",
    "build",
    "check",
    "check_entry",
    "check_options",
    "concerned",
    "cost",
    "demand",
    "diagnose",
    "evaluate",
    "explain_entry",
    "first_state",
    "four",
    "kept_cells",
    "notebook",
    "nudge",
    "numpy_script",
    "orthonormal",
    "paths",
    "places",
    "point",
    "predict_sign",
    "predict_size",
    "predict_value",
    "principal",
    "pytorch_line",
    "pytorch_script",
    "resume",
    "rms",
    "schedule",
    "state_of",
    "summary",
    "svg",
    "thumbnail",
    "trace",
    "triangles",
    "truncated",
    "truncation",
    "values_of",
    "verify",
    "ways",
    "why_absent",
]
