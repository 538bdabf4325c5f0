"""Hostile text through every place of the screens, in a real terminal.

Title, clipboard, borders.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile_text import EVIL
from tests.local_clouds import SharedCloud
from tests.screens.terminal import Terminal
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.terminal_text import cells

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux"),
    pytest.mark.terminal,
]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    terminals: list[Terminal] = []

    def open_app(*arguments: str, size: tuple[int, int] = (100, 30)) -> Terminal:
        command = [sys.executable, "-m", "tests.screens.hostile_app", str(tmp_path), *arguments]
        terminals.append(Terminal(tmp_path, command, size, tmp_path / "config"))
        terminals[-1].keep("SAFE")
        return terminals[-1]

    yield open_app
    for each in terminals:
        each.close()


def is_unharmed(terminal: Terminal, where: str) -> None:
    """Title and clipboard are ours, the screen was not cleared, no border moved."""
    assert "PWNED" not in terminal.title(), where
    assert terminal.copied() == "SAFE", where
    shown = terminal.screen()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown), where
    for row in shown.splitlines():
        # tmux draws the family in two cells and the sign in one, whatever others do.
        drawn = row.replace("👨‍👩‍👧", "xx").replace("⚠️", "x")
        assert cells(drawn.rstrip()) <= 100, (where, row)
    check_borders(shown, where)


def check_borders(shown: str, where: str) -> None:
    """Under each upper right corner the border goes straight down to the lower one."""
    rows = [
        [c for c in row.replace("👨‍👩‍👧", "xx").replace("⚠️", "x") if cells(c)]
        for row in shown.splitlines()
    ]
    wide = [[c for c in row for _ in range(cells(c))] for row in rows]
    for top, row in enumerate(wide):
        for column, sign in enumerate(row):
            if sign != "╮":
                continue
            for below in wide[top + 1 :]:
                near = "".join(below[max(0, column - 6) : column + 7])
                found = below[column] if column < len(below) else " "
                if found in "╯┤":
                    break
                if found not in "│▁▂▃▄▅▆▇█▔▕▎▊":
                    # Another box lies over it, or text has moved it.
                    assert "│" not in near, (where, "".join(below))
                    break


def test_every_place_of_the_screens(opened: Callable[..., Terminal]) -> None:
    terminal = opened()
    terminal.wait_for(lambda s: "EVIL" in s, 60, "the sandbox")
    is_unharmed(terminal, "sandbox")
    terminal.press("n")
    for key in ("1", "2", "3", "4", "5", "6"):
        terminal.press(key)
        terminal.press("z")
        terminal.wait_for(lambda s: "EVIL" in s, 20, f"pane {key}")
        is_unharmed(terminal, f"pane {key}")
        terminal.press("z")
    for place in (
        "rows",
        "table",
        "details",
        "form",
        "picker",
        "confirm",
        "toast",
        "widget's toast",
    ):
        terminal.press("F12")
        terminal.wait_for(lambda s, p=place: f"PLACE {p}" in s and "EVIL" in s, 20, place)  # type: ignore[misc]
        is_unharmed(terminal, place)
    terminal.press("?")
    is_unharmed(terminal, "help")


def test_a_user_that_signed_up_with_it(
    opened: Callable[..., Terminal], local_cloud: LocalTarget, shared_cloud: SharedCloud
) -> None:
    cognito = Clients(local_cloud).cognito_idp
    pool = cognito.create_user_pool(PoolName="users", UsernameAttributes=["email"])["UserPool"]
    attributes: Any = [
        {"Name": "email", "Value": "evil@example.com"},
        {"Name": "name", "Value": EVIL},
    ]
    cognito.admin_create_user(
        UserPoolId=pool["Id"], Username="evil@example.com", UserAttributes=attributes
    )
    cognito.create_group(UserPoolId=pool["Id"], GroupName="evil", Description=EVIL)
    terminal = opened(str(shared_cloud.state_dir), pool["Id"])
    terminal.wait_for(lambda s: "EVIL" in s, 60, "the sandbox")
    terminal.press("8")
    terminal.wait_for(lambda s: "evil@example.com" in s, 60, "the user")
    terminal.wait_for(lambda s: "username" in s, 60, "the details' first rows")
    terminal.press("Tab", "End")
    terminal.wait_for(lambda s: "PWNED-TITLE" in s, 20, "the details")
    is_unharmed(terminal, "users")
    terminal.press("Escape")
