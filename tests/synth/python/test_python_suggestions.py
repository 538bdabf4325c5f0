from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from workbench.synth.python.error_report import report_of


@pytest.mark.parametrize(
    ("code", "column", "hint"),
    [
        ("x = 1\ntext: strr = 2\n", 7, "Did you mean str?"),
        ("class A:\n    count = 1\nprint(A().cuont)\n", 11, "Did you mean count?"),
        ("x = 1\nprint(nothing_like_it_at_all)\n", 7, ""),
        ("def f():\n    return 1 / 0\n\n\nx = f()\n", 12, ""),
    ],
)
def test_the_place_has_a_column_and_the_name_a_suggestion(
    tmp_path: Path, code: str, column: int, hint: str
) -> None:
    amplify = tmp_path / "amplify"
    amplify.mkdir()
    file = amplify / "backend.py"
    file.write_text(code)
    with pytest.raises(Exception) as raised:
        runpy.run_path(str(file))
    (problem,) = report_of(raised.value, amplify)["problems"]
    assert (problem["column"], problem["hint"]) == (column, hint)
