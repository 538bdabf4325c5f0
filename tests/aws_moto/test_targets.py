"""Commands that are printed, run as they stand; and what is kept apart for each target."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.aws_moto.aws import ACCOUNT, REGION, Aws
from tests.aws_moto.backends import IDENTIFIER, Backend
from tests.aws_moto.sandbox import Deployer, Loop
from workbench.aws.target import AwsTarget
from workbench.cli.main import main
from workbench.cli.session import commands_elsewhere
from workbench.deploy.live.snapshot import snapshot_file
from workbench.deploy.outputs.written_outputs import note_written
from workbench.journal.store import Journal, journal_path
from workbench.model.deployment import DeploymentResult
from workbench.model.events import DeploymentFinished, DeploymentStarted, Trigger, discard
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui
from workbench.project.sandbox_folders import remember_account
from workbench.startup import Flags, connect, prepare

FLAGS = Flags(profile="moto", identifier=IDENTIFIER)


@pytest.fixture
def project(deployer: Deployer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project of a sandbox on AWS, as the current folder."""
    monkeypatch.chdir(deployer.root)
    return deployer.root


def run(printed: str, *more: str) -> int:
    """Run a printed command of ours, as a shell would."""
    words = shlex.split(printed)
    with pytest.MonkeyPatch.context() as environment:
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            environment.setenv(name, value)
        assert words.pop(0) == "amplify-tui"
        return main([*words, *more])


@pytest.fixture
def deployed_here(deployer: Deployer, project: Path) -> Deployer:
    """Deployed by a session that was prepared and connected as a command does it."""
    deployer.session = connect(prepare(project, FLAGS), discard)
    deployer.restart()
    deployer.deploy(Backend.load("python"))
    return deployer


def test_the_printed_delete_deletes_what_was_deployed_and_no_other_targets_outputs(
    deployed_here: Deployer,
    project: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    printed = amplify_tui("delete", exact=True)
    assert printed == f"amplify-tui delete --identifier {IDENTIFIER} --profile moto"
    # The local cloud's sandbox of the same name has written the outputs last.
    outputs = project / "amplify_outputs.json"
    assert outputs.exists()
    outputs.write_text('{"version": "1.5", "of": "the local cloud"}')
    local = deployed_here.session.project.sandbox_dir(IDENTIFIER, "local")
    note_written(local, outputs)
    assert run(printed, "--yes") == 0
    said = capsys.readouterr().out
    assert f"on AWS moto · {REGION}" in said
    assert "✓ deleted" in said
    assert "kept" in said
    assert outputs.read_text().endswith('"the local cloud"}')
    assert deployed_here.clients.cloudformation.describe_stacks()["Stacks"] == []
    assert run(printed, "--yes") == 0
    assert "Nothing is deployed" in capsys.readouterr().out


def test_commands_work_on_their_target_whoever_wrote_the_outputs_last(
    deployed_here: Deployer, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--profile", "moto", "--identifier", IDENTIFIER]
    invited = ["users", "create", "ann@example.com", "--no-invite"]
    assert main([*invited, *here]) == 0
    outputs = project / "amplify_outputs.json"
    local = '{"data": {"url": "http://127.0.0.1:1/"}, "auth": {"user_pool_id": "local"}}'
    outputs.write_text(local)
    note_written(deployed_here.session.project.sandbox_dir(IDENTIFIER, "local"), outputs)
    capsys.readouterr()
    assert main(["users", "list", *here]) == 0
    assert "ann@example.com" in capsys.readouterr().out
    assert outputs.read_text() == local


def test_a_refusal_names_the_command_for_the_same_pool(
    deployed_here: Deployer, capsys: pytest.CaptureFixture[str]
) -> None:
    made = deployed_here.clients.cognito_idp.create_user_pool(PoolName="other")
    pool = made["UserPool"]["Id"]
    here = ["--profile", "moto", "--identifier", IDENTIFIER]
    assert main(["users", "create", "ann", "--no-invite", "--pool", pool, *here]) == 0
    assert main(["users", "show", "nobody", "--pool", pool, *here]) == 1
    (printed,) = re.findall(r"List the users with `(.*)`", capsys.readouterr().err)
    assert f"--pool {pool}" in printed
    assert run(printed) == 0
    assert "ann" in capsys.readouterr().out


def test_deleting_removes_the_outputs_that_the_sandbox_wrote(
    deployed_here: Deployer, project: Path
) -> None:
    assert (project / "amplify_outputs.json").exists()
    assert run(amplify_tui("delete", exact=True), "--yes") == 0
    assert not (project / "amplify_outputs.json").exists()


def test_the_command_after_ctrl_c_names_the_same_target(deployer: Deployer, project: Path) -> None:
    words = ["sandbox", "--profile", "moto", "--identifier", IDENTIFIER]
    code = "import sys; from workbench.cli.main import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "AWS_REGION": "eu-west-1"}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert "AWS moto · eu-west-1" in process.stdout.readline()
    assert any("▸ start" in line for line in process.stdout), "it deploys"
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    (printed,) = re.findall(r"stays deployed; `(.*)` deletes it", said)
    assert printed == (
        f"AWS_REGION=eu-west-1 amplify-tui delete --identifier {IDENTIFIER} --profile moto"
    )


def test_each_region_has_its_own_history(
    deployer: Deployer,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = connect(prepare(project, FLAGS), discard)
    assert session.sandbox_dir.name == f"{ACCOUNT}-{REGION}"
    journal = Journal(journal_path(session.sandbox_dir))
    journal.append(DeploymentStarted(at=1.0, deployment=9, trigger=Trigger("save")))
    journal.append(
        DeploymentFinished(at=2.0, deployment=9, result=DeploymentResult.SUCCEEDED, seconds=1.0)
    )
    journal.close()
    here = ["--profile", "moto", "--identifier", IDENTIFIER]
    assert main(["history", *here]) == 0
    assert "#9" in capsys.readouterr().out
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert main(["history", *here]) == 0
    assert "Nothing has been deployed yet" in capsys.readouterr().out
    monkeypatch.delenv("AWS_REGION")
    assert main(["history", "--local", "--identifier", IDENTIFIER]) == 0
    assert "Nothing has been deployed yet" in capsys.readouterr().out


def test_status_names_where_else_the_sandbox_is_deployed(
    deployed_here: Deployer, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--local", "--identifier", IDENTIFIER]) == 0
    said = capsys.readouterr().out
    (line,) = [line for line in said.splitlines() if "also on" in line]
    assert f"AWS {ACCOUNT} · {REGION}" in line
    command = line[line.index("AWS_REGION=") :]
    assert run(command.strip()) == 0
    assert "CREATE_COMPLETE" in capsys.readouterr().out


def test_the_first_run_with_a_profile_is_in_the_accounts_history(
    aws: Aws, target: AwsTarget, tmp_path: Path
) -> None:
    root = tmp_path / "new"
    with Loop(root, target, Backend.load("python")) as loop:
        assert loop.until_finished(1, 120).result is DeploymentResult.SUCCEEDED
        first = loop.session.sandbox_dir
        assert first.name.startswith("unknown-"), "nobody has asked AWS before"
        # While it runs, another terminal finds and follows it there.
        again = prepare(root, FLAGS)
        assert again.sandbox_dir == first
        assert commands_elsewhere(again, "status") == ()
    session = prepare(root, FLAGS)
    assert session.sandbox_dir.name == f"{ACCOUNT}-{REGION}"
    assert [each.number for each in Journal(journal_path(session.sandbox_dir)).deployments()] == [1]
    assert snapshot_file(session.sandbox_dir).exists()


def test_a_profile_of_another_account_than_before_is_not_mixed_up(
    deployer: Deployer, project: Path
) -> None:
    remember_account(deployer.session.project, "moto", "999988887777")
    before = prepare(project, FLAGS)
    assert before.sandbox_dir.name == f"999988887777-{REGION}"
    with pytest.raises(UserProblem, match="was account 999988887777"):
        connect(before, discard)
    again = connect(prepare(project, FLAGS), discard)
    assert again.sandbox_dir.name == f"{ACCOUNT}-{REGION}"
