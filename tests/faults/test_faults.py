"""What can break while one works, and that the next save mends it; with nothing simulated.

Syntax and type errors are in tests/cli/test_full_loop.py.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.cli.sandbox_process import Said
from tests.faults.conftest import IDENTIFIER, Running
from workbench.journal.store import Journal, journal_path

pytestmark = pytest.mark.npm

TWICE = """
import { Queue } from 'aws-cdk-lib/aws-sqs';
const extra = backend.createStack('extra');
new Queue(extra, 'Same');
new Queue(extra, 'Same');
"""
FUNCTION = """
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
new CfnFunction(backend.createStack('extra'), 'Broken', {
  code: CODE,
  functionName: 'repaired',
  handler: 'index.handler',
  runtime: 'nodejs22.x',
  role: 'arn:aws:iam::000000000000:role/any',
});
"""


def _backend(running: Running, more: str) -> str:
    return running.good_backend.replace("defineBackend(", "const backend = defineBackend(") + more


def test_a_cdk_error_is_told_and_the_next_save_deploys(running: Running) -> None:
    running.backend.write_text(_backend(running, TWICE))
    failed = running.deployed("failed")
    assert "Same" in str(failed["failure"])
    assert "amplify/backend.ts" in str(failed["failure"])
    assert running.sandbox.settled()["state"] == "failed"
    running.backend.write_text(running.good_backend)
    running.deployed("no change")
    running.sandbox.settled()


def test_a_half_written_file_is_deployed_only_when_it_is_whole(running: Running) -> None:
    whole = running.model_with("half: a.integer()")
    with running.model.open("w") as file:
        file.write(whole[: len(whole) // 2])
        file.flush()
        running.deployed("failed")
        file.write(whole[len(whole) // 2 :])
    running.deployed()
    assert "half: Int" in running.schema()
    # Within one burst nobody sees that it was empty for a moment.
    with running.model.open("w") as file:
        file.flush()
        time.sleep(0.02)
        file.write(running.good_model)
    running.deployed()
    assert "half: Int" not in running.schema()
    running.sandbox.settled()


def test_a_worker_killed_in_mid_synth_is_replaced(running: Running) -> None:
    endless = "await new Promise((done) => setTimeout(done, 60_000));"
    running.backend.write_text(running.good_backend + endless)
    running.sandbox.until(
        lambda event: event["kind"] == "stage-started" and event["stage"] == "synth"
    )
    worker = _kill_synth(running)
    _kill_synth(running, but=worker)  # the save is tried once more
    failed = running.deployed("failed")
    assert "SIGKILL" in str(failed["failure"])
    running.backend.write_text(running.good_backend)
    running.deployed("no change")
    assert _children(running.sandbox.process.pid, "synth_worker") != [worker]
    running.sandbox.settled()


def test_a_save_whose_worker_was_killed_is_deployed_by_the_next_one(running: Running) -> None:
    slow = "await new Promise((done) => setTimeout(done, 3_000));"
    running.backend.write_text(running.good_backend + slow)
    running.sandbox.until(
        lambda event: event["kind"] == "stage-started" and event["stage"] == "synth"
    )
    _kill_synth(running)
    running.deployed("no change")
    running.backend.write_text(running.good_backend)
    running.deployed("no change")
    running.sandbox.settled()


def _kill_synth(running: Running, but: int = 0) -> int:
    """Kill the process that evaluates the backend, once there is another than ``but``."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        workers = set(_children(running.sandbox.process.pid, "synth_worker")) - {but}
        if workers:
            time.sleep(0.3)
            (worker,) = workers
            os.kill(worker, signal.SIGKILL)
            return worker
        time.sleep(0.05)
    raise AssertionError("no synth process came")


def test_a_failed_resource_is_told_and_repaired_by_the_next_save(running: Running) -> None:
    broken = FUNCTION.replace("CODE", "{ s3Bucket: 'nowhere', s3Key: 'code.zip' }")
    running.backend.write_text(_backend(running, broken))
    failure = running.deployed("failed")["failure"]
    assert failure["construct_path"].endswith("extra/Broken")
    assert "NoSuchBucket" in failure["reason"]
    assert running.sandbox.settled()["state"] == "failed"
    # The stack was rolled back as a whole: what else the update would have made is not there.
    assert running.tables() == ["Todo"]
    working = FUNCTION.replace("CODE", "{ zipFile: 'exports.handler = async () => 1;' }")
    running.backend.write_text(_backend(running, working))
    running.deployed()
    assert "repaired" in _functions(running)
    running.sandbox.settled()
    running.backend.write_text(running.good_backend)
    running.deployed()
    assert "repaired" not in _functions(running)
    running.sandbox.settled()


def test_a_local_cloud_killed_while_watching_comes_back_with_its_state(running: Running) -> None:
    before = running.schema()
    time.sleep(1.2)  # the last second of writes may be lost
    os.kill(running.local_cloud_pid(), signal.SIGKILL)
    running.sandbox.until(
        lambda event: event["kind"] == "local-cloud" and event["status"] == "running"
    )
    running.deployed("no change")
    assert running.schema() == before
    assert running.tables() == ["Todo"]
    running.sandbox.settled()


def test_a_local_cloud_killed_in_mid_deployment_is_restarted_and_the_deployment_finished(
    running: Running,
) -> None:
    time.sleep(1.2)
    pid = running.local_cloud_pid()
    running.model.write_text(
        running.good_model.replace(
            "Todo: a",
            "Note: a.model({ text: a.string() }).authorization((o) => [o.guest()]), Todo: a",
        )
    )
    running.sandbox.until(lambda event: event["kind"] == "resource")
    os.kill(pid, signal.SIGKILL)
    # However far it had come, its success is told only when it is there to be seen.
    ended = running.sandbox.until(
        lambda event: event["kind"] == "deployment-finished" and event["result"] == "succeeded"
    )
    assert ended["failure"] is None
    assert running.local_cloud_pid() != pid
    assert sorted(running.tables()) == ["Note", "Todo"]
    assert "type Note" in running.schema()
    running.sandbox.settled()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's files")
def test_a_full_disk_is_told_and_everything_goes_on_when_there_is_room(running: Running) -> None:
    process = running.sandbox.process.pid
    journal = Journal(
        journal_path(running.folder / ".amplify" / "workbench" / IDENTIFIER / "local")
    )
    before = len(journal.deployments(limit=1000))
    # No file of the sandbox's process can grow from here on, as on a full disk.
    unlimited = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, unlimited[1]))
    try:
        running.model.write_text(running.model.read_text() + "\nconst oops = ;")
        running.deployed("failed")
        # It is told from the journal's own thread: before the deployment's end or after it.
        if not _journal_warnings(running):
            running.sandbox.until(lambda _: bool(_journal_warnings(running)), seconds=20)
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, unlimited)
    running.model.write_text(running.model.read_text().replace("const oops = ;", ""))
    running.deployed("no change")
    deadline = time.monotonic() + 20
    results: list[str] = []
    while sorted(results) != ["failed", "no change"] and time.monotonic() < deadline:
        time.sleep(0.1)
        records = journal.deployments(limit=1000)
        results = [str(record.result) for record in records[: len(records) - before]]
    assert sorted(results) == ["failed", "no change"]


def _journal_warnings(running: Running) -> list[Said]:
    said = running.sandbox.said
    return [each for each in said if each["kind"] == "log" and each["source"] == "journal"]


def _functions(running: Running) -> list[str]:
    listed = running.clients.lambda_.list_functions()["Functions"]
    return [function["FunctionName"] for function in listed]


def _children(parent: int, name: str) -> list[int]:
    """The processes below ``parent`` whose command line names ``name``."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            above = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if above == parent and name in command:
            found.append(int(entry.name))
    return found
