from __future__ import annotations

import ast
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from workbench.cli import commands
from workbench.cli.main import COMMANDS, build_parser, main
from workbench.journal.store import Journal, journal_path
from workbench.model.deployment import DeploymentResult, Failure
from workbench.model.events import DeploymentFinished, DeploymentStarted, Trigger

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without packages: enough for what reads the disk only."""
    (tmp_path / "amplify").mkdir()
    (tmp_path / "amplify" / "backend.ts").write_text("")
    (tmp_path / "package.json").write_text('{"name": "app"}')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("argv", "suggestion"),
    [
        (["sandbx"], "sandbox"),
        (["sandbox", "--onec"], "--once"),
        (["local", "statsu"], "status"),
        (["delete", "--identifer", "x"], "--identifier"),
    ],
)
def test_a_mistyped_command_line_is_corrected(
    argv: list[str], suggestion: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert f"Did you mean {suggestion}?" in capsys.readouterr().err


def test_outside_of_a_project_each_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("sandbox", "diff", "outputs", "delete", "status", "history"):
        assert main([command]) == 1, command
        said = capsys.readouterr().err
        assert "→" in said
        assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_missing_packages_stop_a_sandbox_with_the_next_step(
    bare_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", "--once", "--local"]) == 1
    assert "npm install" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--once", "--stream-function-logs"], 2, "nothing to stream"),
        (["--once", "--logs-out-file", "x.log"], 2, "nothing to stream"),
        (["--logs-filter", "a", "("], 1, "not a valid regular expression"),
    ],
)
def test_wrong_options_for_functions_logs_stop_a_sandbox_before_it_starts(
    options: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", "--local", *options]) == code
    assert said in capsys.readouterr().err


def test_history_lists_and_tells(bare_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal(journal_path(bare_project / ".amplify" / "workbench" / "me" / "local"))
    journal.append(DeploymentStarted(at=1.0, deployment=1, trigger=Trigger("save", ("a.ts",))))
    failure = Failure("The types don't hold", "a.ts:1: no", "Mend it")
    journal.append(
        DeploymentFinished(
            at=2.5, deployment=1, result=DeploymentResult.FAILED, seconds=1.5, failure=failure
        )
    )
    journal.append(DeploymentStarted(at=3.0, deployment=2, trigger=Trigger("save")))
    journal.close()
    assert main(["history", "--identifier", "me"]) == 0
    where, newest, oldest = capsys.readouterr().out.splitlines()
    assert where == "me · local cloud"
    assert "#2" in newest
    assert "interrupted" in newest
    assert "failed" in oldest
    assert "The types don't hold" in oldest
    assert main(["history", "--identifier", "me", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["number"] for row in rows] == [2, 1]
    assert main(["history", "1", "--identifier", "me"]) == 0
    assert "→ Mend it" in capsys.readouterr().out
    assert main(["history", "9", "--identifier", "me"]) == 1


def test_doctor_names_what_is_wrong_and_fails(
    bare_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--local"]) == 1
    said = capsys.readouterr().out
    assert "✗ project" in said
    assert "npm install" in said
    assert "✓ Python" in said


def test_an_unforeseen_error_is_one_line_and_a_file(
    bare_project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_start: Path) -> object:
        raise ZeroDivisionError("with AKIAIOSFODNN7EXAMPLE")

    monkeypatch.setattr("workbench.project.locate.find_project", broken)
    assert main(["history"]) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "Traceback" not in said
    logs = list((bare_project / ".amplify" / "workbench").glob("crash-*.log"))
    assert len(logs) == 1
    assert str(logs[0]) in said
    assert "AKIAIOSFODNN7EXAMPLE" not in said
    assert "Traceback" in logs[0].read_text()
    assert "AKIAIOSFODNN7EXAMPLE" not in logs[0].read_text()


def test_local_status_fails_while_nothing_runs(
    bare_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["local", "status"]) == 1
    assert "stopped" in capsys.readouterr().out
    assert main(["local", "stop"]) == 0
    assert main(["local", "reset"]) == 1  # nobody to ask, and no --yes


@pytest.mark.cloud
def test_a_shell_can_evaluate_local_env_and_ask_the_local_cloud(
    bare_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        assert main(["local", "env"]) == 0
        lines = capsys.readouterr().out
        assert main(["local", "status"]) == 0
        assert "running" in capsys.readouterr().out
        shell = subprocess.run(
            ["sh", "-c", f'{lines}\necho "$AWS_ENDPOINT_URL ${{AWS_PROFILE-none}}"'],
            env={"PATH": os.environ["PATH"], "AWS_PROFILE": "work"},
            capture_output=True,
            text=True,
            check=True,
        )
        endpoint, profile = shell.stdout.split()
        assert profile == "none"
        assert httpx.get(f"{endpoint}/_amplify_tui/health").status_code == 200
    finally:
        assert main(["local", "stop"]) == 0


def test_help_and_startup_import_nothing_heavy() -> None:
    code = """
import sys
import workbench.startup, workbench.cli.main, workbench.journal.store, workbench.loop.runner
from workbench.cli.main import build_parser
build_parser().format_help()
heavy = {"boto3", "botocore", "pydantic", "watchfiles", "pathspec", "textual", "ministack"}
print(sorted(heavy & set(sys.modules)))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert ended.stdout.strip() == "[]"


def test_a_start_imports_the_command_line_and_no_more_of_the_engine() -> None:
    code = """
import sys
from workbench.cli import commands
from workbench.cli.main import COMMANDS, build_parser, main
try:
    main(["--help"])
except SystemExit:
    pass
print(sorted(each for each in sys.modules if each.startswith("workbench.")))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    imported = ast.literal_eval(ended.stdout.splitlines()[-1])
    allowed = {"model", "model.user_problem", "printed_commands", "terminal_text", "wording"}
    rest = {each.removeprefix("workbench.") for each in imported} - allowed - {"cli"}
    assert {each for each in rest if not each.startswith("cli.")} == set()
    assert "cli.commands.status" in rest


def test_every_command_is_in_the_list_the_help_and_the_docs() -> None:
    folder = Path(commands.__file__).parent
    modules = {each.name for each in pkgutil.iter_modules([str(folder)])}
    assert {each.NAME.replace("-", "_") for each in COMMANDS} == modules
    help_text = build_parser().format_help()
    page = (ROOT / "docs" / "headless.md").read_text(encoding="utf-8")
    for each in COMMANDS:
        assert f"    {each.NAME}" in help_text
        assert f"amplify-tui {each.NAME} " in page


def test_without_a_command_the_app_wants_a_terminal() -> None:
    for arguments in ([], ["--local", "--no-type-check"]):
        ended = subprocess.run(
            [sys.executable, "-m", "screens.launch", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 2
        assert "amplify-tui sandbox" in ended.stderr


def test_doctor_looks_at_a_python_projects_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "amplify").mkdir()
    (tmp_path / "amplify" / "backend.py").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "aws-cdk-lib" in said
    assert "amplify/ sees only amplify-tui's packages" in said
    assert "npm" not in said
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert main(["doctor"]) == 0
    assert "another Python" in capsys.readouterr().out
