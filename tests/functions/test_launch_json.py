from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.functions.launch_json import (
    PATH,
    LaunchJsonProblem,
    add_configuration,
    with_configuration,
)

HELLO = {"name": "amplify-tui: hello", "type": "node", "port": 9301}
USERS = """\
{
    // Use IntelliSense to learn about possible attributes: "configurations"
    "version": "0.2.0",
    "inputs": [{"id": "configurations", "type": "//x"},],
    "configurations": [
        /* mine */
        {"name": "app, \\"dev\\"", "url": "http://localhost", },  // mine, too
    ],
}
"""


def test_what_stands_in_the_file_stays_as_it_is() -> None:
    added = with_configuration(USERS, HELLO)
    for line in USERS.splitlines():
        assert line in added.splitlines()
    assert '        {\n            "name": "amplify-tui: hello",' in added
    assert with_configuration(added, HELLO) == added
    moved = with_configuration(added, {**HELLO, "port": 9302})
    assert moved == added.replace("9301", "9302")


@pytest.mark.parametrize(
    "text",
    ["", "  \n", '{"configurations": []}', '{\n\t"configurations": [\n\t\t// none yet\n\t]\n}'],
)
def test_it_is_the_only_one_where_there_was_none(text: str) -> None:
    added = with_configuration(text, HELLO)
    document: Any = json.loads(added.replace("// none yet", ""))
    assert document["configurations"] == [HELLO]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"configurations": []', "it breaks off"),
        ('{"configurations": [}', "line 1, column 21"),
        ('{"version": "0.2.0"}', 'it has no "configurations"'),
        ('{"configurations": {}}', "is expected at line 1, column 20"),
        ("[]", "is expected at line 1, column 1"),
    ],
)
def test_a_file_that_is_not_understood_is_left_alone(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / PATH
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(LaunchJsonProblem, match=why):
        add_configuration(tmp_path, HELLO)
    assert path.read_text() == text
