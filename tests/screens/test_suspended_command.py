"""The terminal lent to the AWS CLI and to the editor, by the real app with the real engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.terminal import Terminal, app_command

pytestmark = [
    pytest.mark.npm,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux"),
]

CONFIG = """\
[profile keyless]
region = eu-west-1

[profile nowhere]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = example
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without AWS credentials, whose AWS CLI and editor write down how they were called."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("aws", "editor"):
        program = programs / name
        program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/{name}-calls\necho asked {name}\n')
        program.chmod(0o755)
    config = tmp_path / "aws-config"
    config.write_text(CONFIG)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EDITOR", str(programs / "editor"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


def opened(project: Path, home: Path, *flags: str) -> Iterator[Terminal]:
    # Without it no types are checked, which takes 7 s of CPU beside what is tested here.
    (project / "amplify" / "tsconfig.json").unlink()
    terminal = Terminal(project, app_command(*flags), (100, 40), home / "config")
    try:
        yield terminal
    finally:
        terminal.close()


def calls(home: Path, program: str) -> list[str]:
    file = home / f"{program}-calls"
    return file.read_text().splitlines() if file.exists() else []


def closed(terminal: Terminal, shown: str) -> bool:
    """Whether no dialog is open; closes one, which takes no key in its first moment."""
    if "esc Close" in shown:
        terminal.press("Escape")
    return "esc Close" not in shown


@pytest.fixture
def keyless(npm_project: Path, home: Path) -> Iterator[Terminal]:
    yield from opened(npm_project, home, "--profile", "keyless")


@pytest.fixture
def nowhere(npm_project: Path, home: Path) -> Iterator[Terminal]:
    yield from opened(npm_project, home, "--profile", "nowhere")


@pytest.fixture
def broken(npm_project: Path, home: Path) -> Iterator[Terminal]:
    (npm_project / "amplify" / "backend.ts").write_text("const a = ;\n")
    yield from opened(npm_project, home, "--local")
    from workbench.localcloud.lifecycle import stop

    stop(npm_project / ".amplify" / "local-cloud")


def test_keys_are_entered_in_the_cli(keyless: Terminal, home: Path) -> None:
    keyless.wait_for(lambda shown: "press x to sign in" in shown, 120, "the problem")
    keyless.press("x")
    # The stand-in takes no keys, which is told once it has ended.
    keyless.wait_for(lambda shown: "Ctrl+L" in shown, 60, "the problem after it")
    assert calls(home, "aws") == ["configure --profile keyless"]
    keyless.wait_for(lambda shown: closed(keyless, shown), 30, "the screen behind it")
    keyless.press("q")
    shown = keyless.wait_for(lambda shown: "EXIT CODE" in shown, 30, "the end")
    assert "EXIT CODE 0" in shown
    assert "Traceback" not in shown


def test_missing_region_names_the_target_key(nowhere: Terminal) -> None:
    nowhere.wait_for(
        lambda shown: "No AWS region is set" in shown and "choose another target (T)" in shown,
        120,
        "the problem, and what to do",
    )
    nowhere.press("T")
    nowhere.wait_for(lambda shown: "Where should" in shown, 30, "the choice")


def test_editor_opens_at_the_error_and_the_app_comes_back(
    broken: Terminal, home: Path, npm_project: Path
) -> None:
    broken.wait_for(lambda shown: "amplify/backend.ts:1:" in shown, 120, "the error")
    broken.press("e")
    broken.wait_for(lambda _: bool(calls(home, "editor")), 30, "the editor")
    assert calls(home, "editor") == [f"+1 {npm_project / 'amplify' / 'backend.ts'}"]
    broken.wait_for(lambda shown: "FAILED" in shown, 30, "the app again")
