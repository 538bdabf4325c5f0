"""The whole product without a screen: real npm packages, real local cloud, real files."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.sandbox_process import SandboxProcess, run_command
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.journal.store import Journal, journal_path
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.npm


@pytest.fixture
def project(npm_project: Path) -> Iterator[Path]:
    yield npm_project
    lifecycle.stop(npm_project / ".amplify" / "local-cloud")


def test_edit_break_mend_attach_survive_and_delete(project: Path) -> None:
    model = project / "amplify" / "data" / "resource.ts"
    good = model.read_text()
    assert "content: a.string()" in good
    first = SandboxProcess(project, "--identifier", "loop")
    second: SandboxProcess | None = None
    try:
        first.until(lambda event: event["kind"] == "stage-finished")
        stub = json.loads((project / "amplify_outputs.json").read_text())
        assert stub == {"version": "1.5"}
        assert first.finished()["result"] == "succeeded"
        outputs = json.loads((project / "amplify_outputs.json").read_text())
        assert outputs["version"] == "1.5"
        clients = Clients(_target(project))
        assert any(
            name.startswith("Todo-") for name in clients.dynamodb.list_tables()["TableNames"]
        )
        first.settled()

        model.write_text(good.replace("a.string()", "a.string("))
        failed = first.finished()
        assert failed["result"] == "failed"
        assert "amplify/data/resource.ts" in str(failed["failure"])
        assert first.settled()["state"] == "failed"

        model.write_text(good.replace("a.string()", "a.strin()"))
        failed = first.finished()
        assert failed["result"] == "failed"
        assert "strin" in failed["failure"]["reason"]
        assert "types" in failed["failure"]["title"]

        model.write_text(good.replace("a.string()", "a.string(), extra: a.integer()"))
        assert first.finished()["result"] == "succeeded"
        introspection = json.loads((project / "amplify_outputs.json").read_text())["data"]
        assert "extra" in introspection["model_introspection"]["models"]["Todo"]["fields"]

        second = SandboxProcess(project, "--identifier", "loop")
        attached = second.until(lambda event: event["kind"] == "state")
        assert attached["state"] == "attached"
        count = len(_history(project))
        model.touch()
        time.sleep(1.5)
        assert len(_history(project)) == count
        refused = run_command(project, "delete", "--yes", "--identifier", "loop")
        assert refused.returncode == 1
        assert str(first.process.pid) in refused.stderr

        kept = run_command(project, "local", "stop")
        assert kept.returncode == 1
        assert f"loop (process {first.process.pid})" in kept.stderr
        assert run_command(project, "local", "stop", "--force").returncode == 0
        first.until(lambda event: event["kind"] == "local-cloud" and event["status"] == "running")
        assert first.finished()["result"] == "no change"

        first.process.kill()
        second.until(lambda event: event["kind"] == "state" and event["state"] == "starting")
        second.until(
            lambda event: (
                event["kind"] == "deployment-started" and event["trigger"]["kind"] == "start"
            )
        )
        assert second.finished()["result"] == "no change"
        second.settled()
        model.write_text(good)
        assert second.finished()["result"] == "succeeded"
        assert second.end(signal.SIGINT) == 130
        assert second.process.stderr is not None
        assert "Traceback" not in second.process.stderr.read()
    finally:
        for one in (first, second):
            if one is not None:
                one.process.kill()
                one.process.wait()

    unasked = run_command(project, "delete", "--identifier", "loop")
    assert unasked.returncode == 1
    assert "Todo" in unasked.stdout
    deleted = run_command(project, "delete", "--yes", "--identifier", "loop")
    assert deleted.returncode == 0, deleted.stderr
    assert not (project / "amplify_outputs.json").exists()
    clients = Clients(_target(project))
    assert clients.dynamodb.list_tables()["TableNames"] == []


def test_once_and_diff_have_honest_exit_codes(project: Path) -> None:
    model = project / "amplify" / "data" / "resource.ts"
    good = model.read_text()
    model.write_text(good.replace("a.string()", "a.strin()"))
    failed = run_command(project, "sandbox", "--once", "--local", "--identifier", "once")
    assert failed.returncode == 1
    assert "strin" in failed.stdout
    model.write_text(good)
    before = run_command(project, "diff", "--json", "--local", "--identifier", "once")
    assert before.returncode == 0, before.stderr
    assert json.loads(before.stdout)["method"] == "cloudformation"
    stub = json.loads((project / "amplify_outputs.json").read_text())
    assert stub == {"version": "1.5"}  # placed by the failed run; diff writes nothing
    done = run_command(project, "sandbox", "--once", "--local", "--identifier", "once")
    assert done.returncode == 0, done.stdout
    after = run_command(project, "diff", "--local", "--identifier", "once")
    assert "Nothing to deploy" in after.stdout
    model.write_text(good.replace("Todo: a", "Task: a"))
    once = ("sandbox", "--once", "--local", "--identifier", "once")
    refused = run_command(project, *once, "--no-type-check")
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
    folder = project / ".amplify" / "workbench" / "loop"
    return Journal(journal_path(folder)).deployments(limit=1000)
