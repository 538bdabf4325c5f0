"""Exported code runs: the Python script and the curl command ask the real API."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.localcloud.appsync.matrix.deployed import Deployed
from workbench.localcloud.env_vars import environment
from workbench.playground.export import Exported, as_curl, as_python, as_typescript

QUERY = (
    "query Q($limit: Int) {\n  listKeyeds(limit: $limit,"
    ' filter: {text: {ne: "`$HOME\'\\\\"}}) { items { id } }\n}'
)


def exported(matrix: Deployed, mode: str) -> Exported:
    return Exported(matrix.url, QUERY, {"limit": 3}, mode)


@pytest.mark.npm
@pytest.mark.parametrize("mode", ["apiKey", "iam"])
def test_the_python_script_runs(matrix: Deployed, tmp_path: Path, mode: str) -> None:
    script = tmp_path / "ask.py"
    script.write_text(as_python(exported(matrix, mode)))
    key = matrix.outputs["data"]["api_key"]
    assert key not in script.read_text()
    variables = {
        **os.environ,
        "API_KEY": key,
        "AWS_REGION": "us-east-1",
        **environment(matrix.target),
    }
    done = subprocess.run(
        [sys.executable, script],
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout)["data"]["listKeyeds"]["items"], list)


@pytest.mark.npm
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_curl_command_runs(matrix: Deployed) -> None:
    key = matrix.outputs["data"]["api_key"]
    command = as_curl(exported(matrix, "apiKey"))
    assert key not in command
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "API_KEY": key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout)["data"]["listKeyeds"]["items"], list)


def test_typescript_uses_the_clients_own_configuration() -> None:
    code = as_typescript(Exported("http://x", "{ a(t: `${b}`) }", {"v": 1}, "userPool"))
    assert "import outputs from '../amplify_outputs.json'" in code
    assert "query: `{ a(t: \\`\\${b}\\`) }`" in code
    assert 'authMode: "userPool"' in code
