from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from workbench.function_logs.functions import LoggedFunction
from workbench.function_process import interpreters
from workbench.loop.function_runtimes import substituted_runtimes
from workbench.project.node_runtime import find_node

OWN_NODE = f"Node.js {find_node().version[0]}"
OWN_PYTHON = "Python {}.{}".format(*sys.version_info[:2])


def functions(**runtimes: str) -> list[LoggedFunction]:
    """Functions by name, with the runtimes that they declare."""
    return [LoggedFunction(name, f"/aws/lambda/{name}", runtimes[name]) for name in runtimes]


def test_functions_of_a_runtime_that_is_not_installed_are_told_of_once() -> None:
    told: set[tuple[str, str, str]] = set()
    node, python = substituted_runtimes(
        functions(
            a="nodejs99.x", b="nodejs99.x", c="python3.99", d="java21",
            e=f"nodejs{find_node().version[0]}.x",
        ), told,
    )  # fmt: skip
    assert node.startswith(
        f"Functions a, b declare nodejs99.x, which is not installed: they run on {OWN_NODE}. "
        "Install Node.js 99"
    )
    assert python.startswith(
        f"Function c declares python3.99, which is not installed: it runs on {OWN_PYTHON}. "
    )
    assert substituted_runtimes(functions(a="nodejs99.x", c="python3.99"), told) == []
    assert len(substituted_runtimes(functions(a="nodejs98.x"), told)) == 1


def test_the_advice_names_a_version_manager_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "n").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    how = re.fullmatch(
        r"Install Node.js 99 \((.+)\) to run it as on AWS\.", interpreters.advice("nodejs99.x")
    )
    assert how is not None
    assert how[1].split()[0] in {"nvm", "fnm", "volta", "asdf", "mise", "n"}
    assert "99" in how[1]
    assert interpreters.advice("python3.8") == ""
