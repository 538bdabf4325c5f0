"""Definitions as a user writes them: in files, evaluated afresh."""

from __future__ import annotations

import runpy
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

import workbench.backend.public
from workbench.backend.definitions.schema import DataDefinition
from workbench.backend.definitions.source_location import DefinitionErrors


class Evaluate(Protocol):
    """Evaluates a file's text; ``head`` stands before its imports."""

    def __call__(self, source: str, head: str = "") -> DataDefinition: ...


Problems = Callable[[str], list[tuple[int, str, str]]]

# Without the names that import aws_cdk, which takes seconds.
_NAMES = sorted(set(workbench.backend.public.__all__) - {"Backend", "define_backend"})
_HEAD = f"from amplify_tui import {', '.join(_NAMES)}\n"


@pytest.fixture
def evaluate(tmp_path: Path) -> Evaluate:
    """Runs a file's text after everything is imported from amplify_tui; gives its ``data``."""

    def run(source: str, head: str = "") -> DataDefinition:
        file = tmp_path / "resource.py"
        file.write_text(head + _HEAD + textwrap.dedent(source))
        found: dict[str, Any] = runpy.run_path(str(file))
        data = found["data"]
        assert isinstance(data, DataDefinition)
        return data

    return run


@pytest.fixture
def problems(evaluate: Evaluate, tmp_path: Path) -> Problems:
    """The line in the text (from 1), what is wrong and the fix, of everything that is wrong."""

    def run(source: str) -> list[tuple[int, str, str]]:
        with pytest.raises(DefinitionErrors) as raised:
            evaluate(source)
        errors = raised.value.errors
        assert {error.place.file for error in errors} == {str(tmp_path / "resource.py")}
        # Before the text's own first line stand the import and the opening quotes' line break.
        return [(error.place.line - 2, error.what, error.fix) for error in errors]

    return run
