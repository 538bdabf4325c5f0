"""``.env`` files as python-dotenv, shells and bundlers read them.

Wrong lines are named, not shown.
"""

from __future__ import annotations

import random

import pytest

from workbench.branches.env_file import read_dotenv, write_dotenv
from workbench.model.user_problem import UserProblem

VALUES: dict[str, str] = {
    "A=x": "x",
    "A=": "",
    "A = x ": "x",
    "export A=x": "x",
    "A=x # why": "x",
    "A= # why": "",
    "A=x#y": "x#y",
    "A=#fff": "#fff",
    'A="x" # why': "x",
    "A='x'\t# why": "x",
    'A="x # y"': "x # y",
    'A="first\nsecond" # why': "first\nsecond",
    "A='first\n\n# third'": "first\n\n# third",
    r'A="a\nb\t\"c\" \\n"': 'a\nb\t"c" \\n',
    r"A='a\nb \'c\' \\'": r"a\nb 'c' " + "\\",
    r'A="ends with \\" # why': "ends with \\",
    "A=it's": "it's",
    'A=say "hi"': 'say "hi"',
    "A=${B} $B": "${B} $B",
    "A=x\r\n": "x",
    "\ufeffA=x": "x",
    "# A=1\n\n  A=x": "x",
    "A=1\nA=x": "x",
}

WRONG: dict[str, tuple[str, str]] = {
    "A=1\nhunter2\n": ("line 2", "expected NAME=VALUE"),
    "\n\nA-B=hunter2": ("line 3", "expected NAME=VALUE"),
    'A=1\nB="hunter2\nC=3\n': ("line 2", 'the quote " is never closed'),
    "just words hunter2": ("line 1", "expected NAME=VALUE"),
    "A=1\nHUNTER": ("line 2", "expected NAME=VALUE"),
    "'A'=1\r\n\r\n'B C'=hunter2": ("line 3", "expected NAME=VALUE"),
    "=hunter2": ("line 1", "expected NAME=VALUE"),
    "# A\nA='1\n2'hunter2\n": ("line 2", "more text after the closing '"),
    "A='hun'ter2": ("line 1", "more text after the closing '"),
}


@pytest.mark.parametrize("text", VALUES)
def test_a_value_is_read(text: str) -> None:
    assert read_dotenv(text, ".env") == {"A": VALUES[text]}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_line_is_named_and_not_shown(text: str) -> None:
    with pytest.raises(UserProblem) as problem:
        read_dotenv(text, ".env")
    place, why = WRONG[text]
    assert problem.value.what.startswith(f".env, {place}: ")
    assert why in problem.value.what
    assert "hun" not in str(problem.value).lower()


def test_lines_behind_a_value_of_several_lines_are_counted() -> None:
    with pytest.raises(UserProblem, match="line 4: expected"):
        read_dotenv('A="1\n2"\n\nwrong', ".env")


def test_whatever_is_written_is_read_again() -> None:
    source = random.Random(1)
    letters = "ab \"'\\#$\n\r\t=`é🎈{}"
    for _ in range(500):
        values = {
            f"NAME_{at}": "".join(source.choices(letters, k=source.randrange(12)))
            for at in range(3)
        }
        assert read_dotenv(write_dotenv(values), ".env") == values
