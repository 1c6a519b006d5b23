"""Hooks for schemathesis: what only a running service knows.

A generated id leads to no session, so that a fuzzer alone would see little but 404. Here requests get the id of a
session in which their operation has something to do, with its drive token, its revision, a run of its own or a code,
except where that very part of a request is wrong on purpose. The operations that were answered 2xx are written to the
file that `SEEN` names, by phase.
"""

import json
import os
from pathlib import Path

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase, negated_parameters
from schemathesis.openapi.checks import IgnoredAuth, UseAfterFree

API = "/api/v1/sessions"
SESSION = API + "/{id}"
URL = os.environ["SERVICE"]
HTTP = requests.Session()
NEURON = {"example": "neuron"}
LAYERS = [{"type": "dense", "units": 3}, {"type": "relu"}, {"type": "dense", "units": 2}]
NETWORK = {
    "spec": {
        "model": {"kind": "network", "layers": LAYERS, "loss": {"name": "softmax_cross_entropy"}},
        "data": {"arrays": {"x": [[0.5, -1], [1, 2], [-0.3, 0.1]], "y": [0, 1, 1]}, "batch": 2},
        "optimizer": {"name": "adam", "learning_rate": 0.1},
    }
}
# What the fuzzer reads and moves: of each kind of graph, pass and data one that is quick.
GALLERY = ("spiral", "forward-reverse", "batch-norm", "rtrl", "rnn", "cnn", "gradient-difference")
CHANGE, CUT = {"set": "w", "to": 0.25}, {"cut": ["a", 0]}
EDITED = {f"POST {SESSION}/undo": CHANGE, f"POST {SESSION}/redo": CHANGE, f"GET {SESSION}/truncation": CUT}
SPENT = {f"POST {SESSION}/undo", f"POST {SESSION}/redo", f"DELETE {SESSION}", f"DELETE {SESSION}/runs/{{run}}"}
PATH, HEADER, BODY = ParameterLocation.PATH, ParameterLocation.HEADER, ParameterLocation.BODY
QUERY = ParameterLocation.QUERY

tokens: dict[str, str] = {}  # of each session
runs: dict[str, str] = {}  # of sessions that have one
standing: dict[tuple[str, TestPhase], str] = {}  # sessions of operations that do not use them up
seen = {phase.value: set() for phase in TestPhase}  # operations answered 2xx


def call(path, body=None, id=None, **headers):
    if id:
        headers["Authorization"] = f"Bearer {tokens[id]}"
    answer = HTTP.request("GET" if body is None else "POST", URL + path, json=body, headers=headers, timeout=60)
    answer.raise_for_status()
    return answer.json()


def remember(session):
    if session["drive"]:  # else a cookie has it
        tokens[session["id"]] = session["drive"]


def revision(id):
    return {"If-Match": f'"{call(f"{API}/{id}")["revision"]}"'}


def prepared(operation, phase):
    """The id of a session in which this operation has something to do."""
    session = call(API, asked_for(operation, phase))
    remember(session)
    id = session["id"]
    if operation in EDITED:
        call(f"{API}/{id}/edits", {"edits": [EDITED[operation]]}, id, **revision(id))
    if operation.endswith("/redo"):
        call(f"{API}/{id}/undo", {}, id, **revision(id))
    if "{run}" in operation:
        runs[id] = call(f"{API}/{id}/train", {"iterations": 5}, id)["id"]
    return id


def asked_for(operation, phase):
    if operation.endswith(("/evaluate", "/samples", "/readings", "/sample-gradients")):
        return NETWORK
    if operation.endswith("/time"):
        return {"example": "rnn"}
    if phase is TestPhase.FUZZING and operation not in EDITED and "{run}" not in operation:
        return {"example": GALLERY[len(standing) % len(GALLERY)]}
    return NEURON  # of which examples of the document speak


def session_for(case):
    key = operation, phase = case.operation.label, case.meta.phase.name
    if operation in SPENT or standing.get(key) not in tokens:
        standing[key] = prepared(operation, phase)
    return standing[key]


def fill(case):
    """Put in what leads to a session, and what drives it; leave what is wrong on purpose."""
    wrong = set(negated_parameters(case.meta))
    parameters = case.path_parameters
    if case.meta.is_negative_at(PATH) and not any(place is PATH for _, place in wrong):
        return
    led = case.meta.phase.name is TestPhase.STATEFUL and parameters.get("id") in tokens  # here from an answer before
    if ("id", PATH) not in wrong and not led:
        parameters["id"] = session_for(case)
    id = parameters["id"]
    live = {"run": runs.get(id, "none"), "node": "0"}
    for name in live.keys() & parameters.keys():
        if (name, PATH) not in wrong:
            parameters[name] = live[name]
    if "with" in (case.query or {}) and ("with", QUERY) not in wrong:
        case.query["with"] = id  # beside itself
    if id in tokens:
        drive(case, id, wrong)


def drive(case, id, wrong):
    if any(case.operation.security.iter_parameters()) and ("Authorization", HEADER) not in wrong:
        case.headers["Authorization"] = f"Bearer {tokens[id]}"
        case._has_explicit_auth = True
    if "If-Match" in case.headers and ("if-match", HEADER) not in wrong:
        case.headers.update(revision(id))


@schemathesis.hook
def before_call(ctx, case, kwargs):
    operation = case.operation.label
    if "{id}" in operation and "/sessions/" in operation:
        fill(case)
    if isinstance(case.body, dict) and not case.meta.is_negative_at(BODY):
        case.body = body_for(case, operation)


def body_for(case, operation):
    """A code that leads somewhere, and a session that what comes after it can be done with; else what was generated."""
    if operation == "POST /api/v1/join":
        id = session_for(case)
        return {"code": call(f"{API}/{id}/code", {}, id)["code"]}
    if operation == f"POST {API}" and case.meta.phase.name is TestPhase.STATEFUL:
        return {"example": GALLERY[len(tokens) % len(GALLERY)]}
    return case.body


@schemathesis.hook
def after_call(ctx, case, response):
    if not 200 <= response.status_code < 300:
        return
    operation = case.operation.label
    if case.method == case.operation.method.upper():
        seen[case.meta.phase.name.value].add(operation)
        Path(os.environ["SEEN"]).write_text(json.dumps({phase: sorted(found) for phase, found in seen.items()}))
    if operation in (f"POST {API}", f"POST {SESSION}/twin"):
        remember(json.loads(response.content))
    if operation == f"POST {SESSION}/train":
        runs[case.path_parameters["id"]] = json.loads(response.content)["id"]
    if operation == f"DELETE {SESSION}":
        tokens.pop(case.path_parameters["id"], None)


@schemathesis.hook
def filter_failure(ctx, failure, case, response):
    """Whether this counts: not that a run that was cancelled can still be read, nor that a session that was deleted is
    not found, where `ignored_auth` asks for it again without its token."""
    if isinstance(failure, UseAfterFree):
        return failure.operation != f"DELETE {SESSION}/runs/{{run}}"
    return not (isinstance(failure, IgnoredAuth) and case.method == "DELETE" and "got `404" in failure.message)
