"""``amplify-tui login`` on a terminal, and every command that needs a sign-in there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws.sign_in_profiles import MFA, serving_profiles
from tests.aws.sign_in_server import GOOD_CODE, SignInServer
from tests.cli.command_here import command_here
from tests.cli.on_a_terminal import OnATerminal


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SignInServer]:
    """AWS's sign-in services, and a home folder with profiles that use them."""
    with serving_profiles(monkeypatch, tmp_path) as running:
        yield running


def login(profile: str, folder: Path) -> OnATerminal:
    return OnATerminal(["login", "--profile", profile], folder, {**os.environ, "NO_COLOR": "1"})


def test_a_wrong_mfa_code_is_asked_for_again(server: SignInServer, tmp_path: Path) -> None:
    command = login("admin", tmp_path)
    command.wait_for(f"MFA code of {MFA}:")
    command.type("12345")
    command.wait_for("A code has 6 digits.")
    command.type("999999")
    command.wait_for("AWS refused the code: MultiFactorAuthentication failed")
    command.type(GOOD_CODE)
    assert command.end() == 0
    last = command.said.splitlines()[-1]
    assert last.startswith("✓ admin · 123456789012 · eu-west-1 · Admin · until ")


def test_sso_shows_the_page_and_the_code(server: SignInServer, tmp_path: Path) -> None:
    server.token_answers = ["AuthorizationPendingException"]
    server.interval = 0
    command = login("dev", tmp_path)
    command.wait_for(f"{server.endpoint}/device?user_code=QWER-TYUI")
    assert command.end() == 0
    assert "code QWER-TYUI" in command.said
    assert command.said.splitlines()[-1].endswith("· eu-west-1 · Developer")


def test_ctrl_c_cancels(server: SignInServer, tmp_path: Path) -> None:
    server.token_answers = ["AuthorizationPendingException"] * 99
    command = login("dev", tmp_path)
    command.wait_for("Ctrl-C cancels")
    command.interrupt()
    assert command.end() == 130
    assert "Traceback" not in command.said


def test_without_a_terminal_it_says_so(server: SignInServer, tmp_path: Path) -> None:
    ended = command_here(tmp_path, "login", "--profile", "admin")
    assert ended.code == 1
    assert "Signing in needs a terminal" in ended.err
    assert server.asked == []
    assert not list(tmp_path.rglob("crash*"))
