"""Hostile text in everything that others can choose, through every command that prints it."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_here import command_here
from tests.hostile_text import EVIL, dangerous
from tests.localcloud.appsync.matrix.deployed import Deployed
from workbench.aws.clients import Clients
from workbench.cli.main import main
from workbench.journal.store import Journal, journal_path
from workbench.model.deployment import DeploymentResult, Failure, ResourceProgress
from workbench.model.diagnostics import Diagnostic
from workbench.model.events import (
    DeploymentFinished,
    DeploymentStarted,
    DiagnosticsReported,
    Level,
    LogLine,
    ResourceProgressed,
    Trigger,
)


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def said(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """All that a command writes, to a pipe and to a terminal with colours."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    piped = command_here(folder, *arguments)
    out, err = _Terminal(), _Terminal()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.suppress(SystemExit),  # a wrong command line
    ):
        main(list(arguments))
    return f"{piped.out}{piped.err}{out.getvalue()}{err.getvalue()}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a hostile history and a hostile commit; nothing of it is deployed."""
    (tmp_path / "amplify").mkdir()
    (tmp_path / "amplify" / "backend.ts").write_text("")
    (tmp_path / "package.json").write_text('{"name": "app"}')
    journal = Journal(journal_path(tmp_path / ".amplify" / "workbench" / "me" / "local"))
    journal.append(DeploymentStarted(at=1.0, deployment=1, trigger=Trigger("save", (EVIL,))))
    journal.append(LogLine(at=1.1, level=Level.ERROR, source=EVIL, text=EVIL, deployment=1))
    wrong = Diagnostic("error", EVIL, file=EVIL, line=1, column=2, code=EVIL, hint=EVIL)
    journal.append(DiagnosticsReported(at=1.2, deployment=1, source="types", diagnostics=(wrong,)))
    resource = ResourceProgress((), "Id", EVIL, "AWS::X", "CREATE_FAILED", "", EVIL)
    journal.append(ResourceProgressed(at=1.3, deployment=1, resource=resource))
    failure = Failure(EVIL, EVIL, EVIL, construct_path=EVIL, details=(EVIL + "2",))
    journal.append(
        DeploymentFinished(
            at=2.5, deployment=1, result=DeploymentResult.FAILED, seconds=1.5, failure=failure
        )
    )
    journal.close()
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("history", "--identifier", "me"),
        ("history", "1", "--identifier", "me"),
        ("history", "--json", "--identifier", "me"),
        ("history", "1", "--json", "--identifier", "me"),
        ("status", "--local", "--identifier", "me"),
        ("status", "--local", "--json", "--identifier", "me"),
        ("history", f"--identifier={EVIL}"),
        ("local", EVIL),
        ("query", "--file", EVIL),
    ],
)
def test_history_status_and_wrong_words(
    project: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    assert dangerous(said(project, monkeypatch, *arguments)) == []
    if "--json" in arguments and arguments[0] == "history":
        assert json.loads(command_here(project, *arguments).out.splitlines()[0])


@pytest.fixture
def evil_user(python_matrix: Deployed) -> Iterator[str]:
    """A user and a group as an attacker would fill them in, and a row that any client can write."""
    client = Clients(python_matrix.target).cognito_idp
    pool = python_matrix.outputs["auth"]["user_pool_id"]
    name = "evil@example.com"
    attributes: Any = [{"Name": "email", "Value": name}, {"Name": "name", "Value": EVIL}]
    client.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=attributes)
    client.create_group(UserPoolId=pool, GroupName="evil", Description=EVIL)
    client.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName="evil")
    yield name
    client.admin_delete_user(UserPoolId=pool, Username=name)
    client.delete_group(UserPoolId=pool, GroupName="evil")


@pytest.mark.npm
def test_users_and_rows(
    python_matrix: Deployed, evil_user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, Any] = {"t": EVIL}
    create = "mutation M($t: String) { createOwned(input: {text: $t}) { id text } }"
    commands: list[tuple[str, ...]] = [
        ("query", "-e", create, "--variables", json.dumps(made), "--as", "user:ann@example.com"),
        ("query", "-e", "{ listOwneds { items { text } } }", "--as", "admin"),
        ("query", "-e", "{ listOwneds { items { text } } }", "--as", "admin", "--json"),
        ("query", "-e", f'{{ listOwneds(filter: {{text: {{eq: "{EVIL[:4]}\x9b"}}}}) {{ x }} }}'),
        ("query", "-e", "{ __typename }", "--as", f"user:{EVIL}"),
        ("users", "show", evil_user),
        ("users", "show", evil_user, "--json"),
        ("users", "list"),
        ("users", "list", "--json"),
        ("users", "show", EVIL),
        ("users", "group", "list"),
        ("users", "group", "list", "--json"),
        ("users", "group", "members", "evil"),
        ("users", "group", "members", EVIL),
        ("users", "inbox", ""),
        ("users", "settings"),
        ("users", "triggers", evil_user),
        ("users", "import", EVIL),
        ("users", "export", "--json"),
        ("schema",),
        ("status",),
        ("doctor",),
    ]
    seen = ""
    for arguments in commands:
        shown = said(python_matrix.project, monkeypatch, *arguments)
        assert dangerous(shown) == [], arguments
        seen += shown
    assert seen.count("EVIL�]2;PWNED-TITLE�") >= 4
    exported = command_here(python_matrix.project, "users", "export", "evil@")
    assert EVIL.split("\r")[0] in exported.out, "an export is exact"
    shown = said(python_matrix.project, monkeypatch, "users", "export", "evil@")
    assert dangerous(shown.split(exported.out, 1)[1]) == [], "but not on a terminal"


@pytest.mark.npm
def test_commits(python_matrix: Deployed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = python_matrix.project

    def git(*arguments: str) -> None:
        subprocess.run(
            [
                "git",
                "-c",
                "user.name=" + EVIL.replace("\x9d", ""),
                "-c",
                "user.email=e@x",
                *arguments,
            ],
            cwd=folder,
            check=True,
            capture_output=True,
        )

    git("init", "-b", "main")
    git("commit", "--allow-empty", "-m", "first")
    git("checkout", "-b", "evil")
    git("commit", "--allow-empty", "-m", EVIL)
    try:
        for arguments in (
            ("branches", "list"),
            ("branches", "list", "--json"),
            ("branches", "promote", "evil", "main", "--no-preview"),
            ("branches", "compare", "evil", EVIL),
            ("branches", "logs", EVIL),
            ("secret", "get", EVIL),
            ("env", "import", EVIL),
        ):
            assert dangerous(said(folder, monkeypatch, *arguments)) == [], arguments
    finally:
        subprocess.run(["rm", "-rf", str(folder / ".git")], check=True)


def test_a_crash_is_told_safely(tmp_path: Path) -> None:
    code = (
        "import sys; from workbench.cli.commands import status; from workbench.cli.main import main\n"  # noqa: E501
        f"def bad(_): raise RuntimeError({EVIL!r})\n"
        "status.run = bad; sys.exit(main(['status']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Something went wrong" in done.stderr
    assert dangerous(done.stdout + done.stderr) == []
