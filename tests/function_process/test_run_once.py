from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.ministack.functions.conftest import NODE
from workbench.function_process.environment import Surroundings
from workbench.function_process.run_once import Finished, RunOnce, run_once
from workbench.function_process.unpacked import place_of_code

PYTHON = "python3.11"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


def run(folder: Path, runtime: str, code: str, event: str = "{}", **settings: Any) -> Finished:
    name = "index.py" if runtime.startswith("python") else "index.js"
    (folder / name).write_text(code)
    config = {
        "Runtime": runtime, "Handler": "index.handler", "FunctionName": "hello", "Timeout": 20,
        **settings,
    }  # fmt: skip
    around = Surroundings("eu-west-1", CREDENTIALS, "/aws/lambda/hello", "local-run")
    return run_once(RunOnce(config, folder, around, packages=folder), event)


@pytest.mark.parametrize(
    ("runtime", "code"),
    [
        (NODE, "console.log('seen')\nexports.handler = async event => [event, process.env.WORD, "
         "process.env.AWS_ACCESS_KEY_ID, process.env.AWS_ENDPOINT_URL ?? null]"),
        (PYTHON, "from os import environ as e\nprint('seen')\ndef handler(event, context): "
         "return [event, e['WORD'], e['AWS_ACCESS_KEY_ID'], e.get('AWS_ENDPOINT_URL')]"),
    ],
)  # fmt: skip
def test_code_runs_with_its_variables_and_leaves_nothing(
    runtime: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://of-the-shell")
    variables = {"Environment": {"Variables": {"WORD": "hi"}}}
    done = run(tmp_path, runtime, code, '{"n": [1]}', **variables)
    assert done.result.replace(" ", "") == '[{"n":[1]},"hi","AKIDEXAMPLE",null]'
    texts = [each.text for each in done.events]
    assert texts[0].endswith("seen")
    assert texts[1].startswith(f"START RequestId: {done.request}")
    assert texts[-1].startswith(f"REPORT RequestId: {done.request}\tDuration: ")
    assert not done.failure
    assert not list(place_of_code().glob(f"amplify-tui-run-*-{os.getpid()}-*"))


FAILURES = [
    (NODE, "exports.handler = async () => { throw new TypeError('bang') }", "TypeError", "bang"),
    (NODE, "throw new RangeError('init')", "RangeError", "init"),
    (NODE, "exports.handler = async () => process.exit(3)", "Runtime.ExitError", "exit status 3"),
    (PYTHON, "def handler(event, context):\n  while True: pass", "Sandbox.Timedout",
     "Task timed out after 0.20 seconds"),
    (PYTHON, "def handler(event, context): raise KeyError('no')", "KeyError", "'no'"),
]  # fmt: skip


@pytest.mark.parametrize(("runtime", "code", "kind", "message"), FAILURES)
def test_a_failure_is_told_as_lambda_tells_it(
    runtime: str, code: str, kind: str, message: str, tmp_path: Path
) -> None:
    done = run(tmp_path, runtime, code, Timeout=0.2 if kind == "Sandbox.Timedout" else 20)
    assert done.failure["errorType"] == kind
    assert message in done.failure["errorMessage"]
    if kind in {"TypeError", "KeyError"}:
        assert "/var/task/index" in "\n".join(each.text for each in done.events)
