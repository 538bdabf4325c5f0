"""The engine is true without a screen: a fresh process imports all of it and looks for Textual."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

IMPORT_ALL = """
import importlib, json, pkgutil, sys
import workbench
names = [m.name for m in pkgutil.walk_packages(workbench.__path__, "workbench.")]
for name in names:
    if name.rsplit(".", 1)[-1] != "__main__":
        importlib.import_module(name)
loaded = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps({"imported": names, "loaded": loaded}))
"""

IMPORT_FIRST = """
import json, sys
import screens.launch
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def ask(code: str, cwd: Path) -> object:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_no_module_of_the_engine_imports_a_screen(tmp_path: Path) -> None:
    answer = ask(IMPORT_ALL, tmp_path)
    assert isinstance(answer, dict)
    assert len(answer["imported"]) > 30
    assert {"textual", "screens", "themes"} & set(answer["loaded"]) == set()
    # The probe itself works: what the engine does need is there.
    assert "pydantic" in answer["loaded"]


def test_the_command_starts_without_anything_heavy(tmp_path: Path) -> None:
    loaded = ask(IMPORT_FIRST, tmp_path)
    assert isinstance(loaded, list)
    assert {"boto3", "botocore", "aws_cdk", "textual", "pydantic", "ministack"} & set(
        loaded
    ) == set()
