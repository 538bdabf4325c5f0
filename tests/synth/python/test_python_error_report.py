"""What a user's Python did wrong, with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.backend.definitions.source_location import (
    DefinitionError,
    DefinitionErrors,
    Place,
)
from workbench.synth.python.error_report import report_of


def problem(amplify: Path, text: str) -> dict[str, Any]:
    """The report's only problem of a file that raises."""
    amplify.mkdir(exist_ok=True)
    file = amplify / "backend.py"
    file.write_text(text)
    try:
        exec(compile(text, file, "exec"), {})
    except BaseException as error:  # noqa: BLE001 - every kind is reported
        (found,) = report_of(error, amplify)["problems"]
        assert "Traceback" not in found["message"]
        return dict(found)
    raise AssertionError("it raised nothing")


@pytest.mark.parametrize(
    ("text", "code", "words", "line"),
    [
        ("x = 1\ny = x.nope\n", "AttributeError", "no attribute 'nope'", 2),
        ("\n\nimport not_there\n", "ModuleNotFound", "no module not_there", 3),
        ("raise SystemExit(0)\n", "ProcessExit", "ended the process", 1),
        ("def a():\n    raise ValueError('bad\\n  at Kernel (file.js:1)')\na()\n", "ValueError", "ValueError: bad", 2),  # noqa: E501
    ],
)  # fmt: skip
def test_an_exception_is_told_at_the_users_line(
    tmp_path: Path, text: str, code: str, words: str, line: int
) -> None:
    found = problem(tmp_path / "amplify", text)
    assert (found["code"], found["line"]) == (code, line)
    assert words in found["message"]
    assert found["file"] == str(tmp_path / "amplify" / "backend.py")


def test_a_syntax_error_has_its_column(tmp_path: Path) -> None:
    file = tmp_path / "backend.py"
    try:
        compile("x = (1,\n", file, "exec")
    except SyntaxError as error:
        (found,) = report_of(error, tmp_path)["problems"]
        assert (found["file"], found["line"], found["column"]) == (str(file), 1, 5)
        assert "never closed" in found["message"]


def test_every_definition_error_is_told_with_its_fix(tmp_path: Path) -> None:
    errors = DefinitionErrors(
        (
            DefinitionError("One is wrong.", "Mend one.", Place("a.py", 3)),
            DefinitionError("Two is wrong.", "Mend two.", Place("b.py", 4)),
        )
    )
    found = report_of(errors, tmp_path)["problems"]
    assert [(each["message"], each["hint"], each["file"], each["line"]) for each in found] == [
        ("One is wrong.", "Mend one.", "a.py", 3),
        ("Two is wrong.", "Mend two.", "b.py", 4),
    ]
