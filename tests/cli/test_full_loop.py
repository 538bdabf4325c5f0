"""The whole product without a screen: real npm packages, real local cloud, real files."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.sandbox_process import SandboxProcess, run_command
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.journal.store import Journal, journal_path
from workbench.localcloud import lifecycle

pytestmark = [pytest.mark.npm, pytest.mark.cloud]


@pytest.fixture
def project(npm_project: Path) -> Iterator[Path]:
    yield npm_project
    lifecycle.stop(npm_project / ".amplify" / "local-cloud")


def test_a_sandbox_from_its_first_deployment_to_its_deletion(project: Path) -> None:
    model = project / "amplify" / "data" / "resource.ts"
    good = model.read_text()
    assert "content: a.string()" in good
    with SandboxProcess(project, "--identifier", "loop") as first:
        _the_first_deployment_writes_the_outputs(first, project)
        _wrong_code_fails_and_the_fix_is_deployed(first, model)
        # Its types are checked by the first one; a check costs 10 s.
        with SandboxProcess(project, "--identifier", "loop", "--no-type-check") as second:
            attached = second.until(lambda event: event["kind"] == "state")
            assert attached["state"] == "attached"
            _an_owned_sandbox_and_its_cloud_are_not_taken_away(first, model)
            first.kill()
            _the_second_process_takes_over(second, model, good)
    _delete_asks_and_removes_everything(project)


def _the_first_deployment_writes_the_outputs(sandbox: SandboxProcess, project: Path) -> None:
    sandbox.until(lambda event: event["kind"] == "stage-finished")
    stub = json.loads((project / "amplify_outputs.json").read_text())
    assert stub == {"version": "1.5"}
    assert sandbox.finished()["result"] == "succeeded"
    outputs = json.loads((project / "amplify_outputs.json").read_text())
    assert outputs["version"] == "1.5"
    clients = Clients(_target(project))
    assert any(name.startswith("Todo-") for name in clients.dynamodb.list_tables()["TableNames"])
    sandbox.settled()


def _wrong_code_fails_and_the_fix_is_deployed(sandbox: SandboxProcess, model: Path) -> None:
    good = model.read_text()
    model.write_text(good.replace("a.string()", "a.string("))
    failed = sandbox.finished()
    assert failed["result"] == "failed"
    assert "amplify/data/resource.ts" in str(failed["failure"])
    assert sandbox.settled()["state"] == "failed"

    model.write_text(good.replace("a.string()", "a.strin()"))
    failed = sandbox.finished()
    assert failed["result"] == "failed"
    assert "strin" in failed["failure"]["reason"]
    assert "types" in failed["failure"]["title"]
    line = next(n for n, text in enumerate(good.splitlines(), 1) if "a.string()" in text)
    assert f"amplify/data/resource.ts:{line}" in json.dumps(failed["failure"])

    model.write_text(good.replace("a.string()", "a.string(), extra: a.integer()"))
    assert sandbox.finished()["result"] == "succeeded"
    outputs = json.loads((model.parents[2] / "amplify_outputs.json").read_text())
    assert "extra" in outputs["data"]["model_introspection"]["models"]["Todo"]["fields"]


def _an_owned_sandbox_and_its_cloud_are_not_taken_away(owner: SandboxProcess, model: Path) -> None:
    project = model.parents[2]
    count = len(_history(project))
    model.touch()  # which changes nothing that is deployed
    refused = run_command(project, "delete", "--yes", "--identifier", "loop")
    assert refused.returncode == 1
    assert str(owner.process.pid) in refused.stderr

    kept = run_command(project, "local", "stop")
    assert kept.returncode == 1
    assert f"loop (process {owner.process.pid})" in kept.stderr
    assert run_command(project, "local", "stop", "--force").returncode == 0
    owner.until(lambda event: event["kind"] == "local-cloud" and event["status"] == "running")
    assert owner.finished()["result"] == "no change"
    assert len(_history(project)) == count + 1, "that of the restarted local cloud alone"


def _the_second_process_takes_over(second: SandboxProcess, model: Path, good: str) -> None:
    second.until(lambda event: event["kind"] == "state" and event["state"] == "starting")
    second.until(
        lambda event: event["kind"] == "deployment-started" and event["trigger"]["kind"] == "start"
    )
    assert second.finished()["result"] == "no change"
    second.settled()
    model.write_text(good)
    assert second.finished()["result"] == "succeeded"
    assert second.end(signal.SIGINT) == 130
    assert second.process.stderr is not None
    assert "Traceback" not in second.process.stderr.read()


def _delete_asks_and_removes_everything(project: Path) -> None:
    unasked = run_command(project, "delete", "--identifier", "loop")
    assert unasked.returncode == 1
    assert "Todo" in unasked.stdout
    assert "--yes" in unasked.stderr
    deleted = run_command(project, "delete", "--yes", "--identifier", "loop")
    assert deleted.returncode == 0, deleted.stderr
    assert not (project / "amplify_outputs.json").exists()
    clients = Clients(_target(project))
    assert clients.dynamodb.list_tables()["TableNames"] == []


def test_once_diff_and_outputs_end_with_the_right_exit_code(project: Path) -> None:
    model = project / "amplify" / "data" / "resource.ts"
    good = model.read_text()
    model.write_text(good.replace("a.string()", "a.strin()"))
    once = ("sandbox", "--once", "--local", "--identifier", "once", "--no-type-check")
    failed = run_command(project, *once)
    assert failed.returncode == 1
    assert "strin" in failed.stdout
    model.write_text(good)
    before = run_command(project, "diff", "--json", "--local", "--identifier", "once")
    assert before.returncode == 0, before.stderr
    assert json.loads(before.stdout)["method"] == "cloudformation"
    stub = json.loads((project / "amplify_outputs.json").read_text())
    assert stub == {"version": "1.5"}  # placed by the failed run; diff writes nothing
    done = run_command(project, *once)
    assert done.returncode == 0, done.stdout
    after = run_command(project, "diff", "--local", "--identifier", "once")
    assert "Nothing to deploy" in after.stdout
    model.write_text(good.replace("Todo: a", "Task: a"))
    refused = run_command(project, *once)
    assert refused.returncode == 1
    assert "--allow-destroy" in refused.stdout
    (project / "amplify_outputs.json").unlink()
    outputs = run_command(project, "outputs", "--local", "--identifier", "once")
    assert outputs.returncode == 0, outputs.stderr
    assert (project / "amplify_outputs.json").exists()


def _target(project: Path) -> LocalTarget:
    state = project / ".amplify" / "local-cloud"
    return lifecycle.target_of(lifecycle.status(state), state)


def _history(project: Path) -> tuple[object, ...]:
    folder = project / ".amplify" / "workbench" / "loop" / "local"
    return Journal(journal_path(folder)).deployments(limit=1000)
