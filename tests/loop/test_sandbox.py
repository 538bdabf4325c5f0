from __future__ import annotations

import asyncio
from pathlib import Path

from tests.loop.folder_stages import FolderStages, Running, make_session
from workbench.journal.store import Journal, journal_path
from workbench.loop.options import SandboxOptions
from workbench.model.deployment import DeploymentResult
from workbench.model.events import (
    BranchChanged,
    ConfirmationAnswered,
    ConfirmationNeeded,
    DeploymentStarted,
    LoopState,
    ResourcesListed,
    Stage,
    StageFinished,
    Trigger,
)

R = DeploymentResult


def results(running: Running) -> list[DeploymentResult]:
    return [event.result for event in running.finished]


def decisions(running: Running) -> list[ConfirmationAnswered]:
    return [event for event in running.events if isinstance(event, ConfirmationAnswered)]


async def written(tmp_path: Path, wanted: list[DeploymentResult | None]) -> None:
    """Wait until the journal, which is written in a thread of its own, has these deployments."""
    journal = Journal(journal_path(make_session(tmp_path).sandbox_dir))
    for _ in range(500):
        if [record.result for record in journal.deployments()] == wanted:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"the journal has {journal.deployments()}")


async def started(tmp_path: Path, **options: object) -> Running:
    stages = FolderStages(tmp_path)
    running = Running(tmp_path, stages, SandboxOptions(**options))  # type: ignore[arg-type]
    await running.until(lambda: LoopState.WATCHING in running.states)
    return running


async def test_start_then_a_save_is_deployed_and_listed(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.save("two")
    await running.until(lambda: len(running.finished) == 2)
    await running.stop()
    assert running.stages.deployed == ["one", "two"]
    assert results(running) == [R.SUCCEEDED, R.SUCCEEDED]
    assert any(isinstance(event, ResourcesListed) for event in running.events)
    begun = [event.trigger for event in running.events if isinstance(event, DeploymentStarted)]
    assert [trigger.kind for trigger in begun] == ["start", "save"]
    assert begun[1].paths == ("amplify/backend.ts",)
    assert running.states[-1] is LoopState.STOPPED


async def test_a_touched_file_deploys_nothing(tmp_path: Path) -> None:
    running = await started(tmp_path)
    (tmp_path / "amplify" / "backend.ts").touch()
    running.save("one")
    await running.idle()
    await running.stop()
    assert len(running.finished) == 1


async def test_a_burst_is_one_deployment(tmp_path: Path) -> None:
    running = await started(tmp_path)
    for number in range(50):
        (tmp_path / "amplify" / f"file{number}.ts").write_text("x")
    running.save("two")
    await running.until(lambda: len(running.finished) == 2)
    await running.idle()
    await running.stop()
    assert len(running.finished) == 2


async def test_a_save_during_synth_supersedes_it(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.stages.synth_seconds = 5
    running.save("two")
    await running.until(lambda: running.stages.synths == 2)
    running.stages.synth_seconds = 0.05
    running.save("three")
    await running.until(lambda: len(running.finished) == 3)
    await running.stop()
    assert results(running) == [R.SUCCEEDED, R.SUPERSEDED, R.SUCCEEDED]
    assert running.stages.deployed == ["one", "three"]


async def test_a_save_ends_a_deployment_between_its_updates(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.stages.in_steps = True
    running.stages.execute_seconds = 20
    running.save("two")
    await running.until(lambda: running.stages.at_once == 1)
    running.save("three")
    asked = running.sandbox._requests
    await asked.until(lambda: asked.supersedes)
    running.stages.release.set()
    await running.until(lambda: len(running.finished) == 3)
    await running.stop()
    assert results(running) == [R.SUCCEEDED, R.SUPERSEDED, R.SUCCEEDED]
    assert running.stages.deployed == ["one", "three"]


async def test_a_key_during_synth_waits_its_turn(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.stages.synth_seconds = 0.5
    running.save("two")
    await running.until(lambda: running.stages.synths == 2)
    running.sandbox.redeploy()
    await running.until(lambda: len(running.finished) == 3)
    await running.stop()
    assert results(running) == [R.SUCCEEDED, R.SUCCEEDED, R.NO_CHANGE]


async def test_saves_during_a_deployment_queue_exactly_one_more(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.stages.execute_seconds = 5
    running.save("two")
    await running.until(lambda: running.stages.at_once == 1)
    for text in ("three", "four", "five"):
        running.save(text)
        await running.sandbox.saves_seen()
    assert results(running) == [R.SUCCEEDED]
    running.stages.release.set()
    await running.until(lambda: len(running.finished) == 3)
    await running.idle()
    await running.stop()
    assert running.stages.deployed == ["one", "two", "five"]
    assert running.stages.most_at_once == 1
    assert len(running.finished) == 3


async def test_errors_stop_a_deployment_and_the_next_save_fixes_it(tmp_path: Path) -> None:
    running = await started(tmp_path)
    for count, text in enumerate(("!synth", "!type", "!synth !type", "good"), start=2):
        running.save(text)
        await running.until(lambda wanted=count: len(running.finished) == wanted)
    await running.stop()
    titles = [event.failure.title if event.failure else "" for event in running.finished]
    assert results(running) == [R.SUCCEEDED, R.FAILED, R.FAILED, R.FAILED, R.SUCCEEDED]
    assert "evaluated" in titles[1]
    assert "types" in titles[2]
    assert "types" in titles[3]  # a type error outranks a synth error
    assert running.stages.deployed == ["one", "good"]
    assert running.states.count(LoopState.FAILED) == 3


async def test_without_the_type_check_types_are_not_asked(tmp_path: Path) -> None:
    running = await started(tmp_path, type_check=False)
    running.save("!type")
    await running.until(lambda: len(running.finished) == 2)
    await running.stop()
    assert results(running)[-1] is R.SUCCEEDED


async def test_losses_wait_for_an_answer(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.save("!lose")
    await running.until(lambda: running.states[-1] is LoopState.NEEDS_YOU)
    asked = [event for event in running.events if isinstance(event, ConfirmationNeeded)]
    assert asked[0].losses[0].construct_path == "Orders"
    running.sandbox.answer(False)
    await running.until(lambda: running.states[-1] is LoopState.FAILED)
    running.sandbox.redeploy()
    await running.until(lambda: running.states[-1] is LoopState.NEEDS_YOU)
    running.sandbox.answer(True, "typed Orders")
    await running.until(lambda: len(running.finished) == 3)
    await running.stop()
    assert results(running) == [R.SUCCEEDED, R.REFUSED, R.SUCCEEDED]
    assert running.stages.deployed == ["one", "!lose"]
    refused, allowed = decisions(running)
    assert (refused.allowed, refused.deployment) == (False, 2)
    assert (allowed.allowed, allowed.deployment) == (True, 3)
    assert allowed.how.startswith("typed Orders")
    assert allowed.losses == asked[0].losses
    journal = Journal(journal_path(make_session(tmp_path).sandbox_dir))
    assert [one.allowed for one in journal.decisions([2, 3])] == [False, True]


async def test_a_save_takes_the_question_back(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.save("!lose")
    await running.until(lambda: running.states[-1] is LoopState.NEEDS_YOU)
    running.save("safe")
    await running.until(lambda: len(running.finished) == 3)
    await running.stop()
    answers = [event for event in running.events if isinstance(event, ConfirmationAnswered)]
    assert [answer.allowed for answer in answers] == [False]
    assert "newer save" in answers[0].how
    assert results(running) == [R.SUCCEEDED, R.SUPERSEDED, R.SUCCEEDED]
    assert running.stages.deployed == ["one", "safe"]


async def test_headless_refuses_losses_unless_allowed(tmp_path: Path) -> None:
    stages = FolderStages(tmp_path)
    running = Running(tmp_path, stages, SandboxOptions(once=True, interactive=False))
    assert await asyncio.wait_for(running.task, 10) is R.SUCCEEDED
    running.save("!lose")
    running = Running(tmp_path, stages, SandboxOptions(once=True, interactive=False))
    assert await asyncio.wait_for(running.task, 10) is R.REFUSED
    assert stages.deployed == ["one"]
    assert [(one.allowed, one.how.split(" in ")[0]) for one in decisions(running)] == [
        (False, "without --allow-destroy")
    ]
    allowed = SandboxOptions(once=True, interactive=False, allow_destroy=True)
    running = Running(tmp_path, stages, allowed)
    assert await asyncio.wait_for(running.task, 10) is R.SUCCEEDED
    assert [(one.allowed, one.how.split(" in ")[0]) for one in decisions(running)] == [
        (True, "--allow-destroy")
    ]


async def test_recreate_asks_deletes_and_deploys_again(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.sandbox.recreate()
    await running.until(lambda: running.states[-1] is LoopState.NEEDS_YOU)
    asked = [event for event in running.events if isinstance(event, ConfirmationNeeded)]
    assert (asked[0].question, asked[0].losses[0].contents) == ("recreate", "3 items")
    running.sandbox.answer(True)
    await running.until(lambda: len(running.finished) == 2)
    await running.stop()
    assert running.stages.deleted == 1
    assert running.stages.deployed == ["one", "one"]
    (decision,) = decisions(running)
    assert decision.deployment == running.finished[-1].deployment  # with what it allowed
    assert decision.losses == asked[0].losses


async def test_a_stack_beyond_repair_offers_to_recreate(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.stages.offer_recreate = True
    running.save("!fail")
    await running.until(lambda: running.states[-1] is LoopState.NEEDS_YOU)
    running.save("better")
    await running.until(lambda: len(running.finished) == 3)
    await running.stop()
    assert results(running) == [R.SUCCEEDED, R.FAILED, R.SUCCEEDED]
    assert running.stages.deleted == 0


async def test_a_failed_stage_is_timed_and_said(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.save("!fail")
    await running.until(lambda: len(running.finished) == 2)
    await running.stop()
    failure = running.finished[-1].failure
    assert failure is not None
    assert failure.reason == "the disk said no"
    stages = [e.stage.value for e in running.events if isinstance(e, StageFinished)]
    assert {"synth", "type check", "diff"} <= set(stages)


async def test_stopping_during_a_deployment_leaves_it_interrupted(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.stages.execute_seconds = 30
    running.save("two")
    await running.until(lambda: running.stages.at_once == 1)
    await running.stop()
    running.stages.release.set()
    assert results(running)[-1] is R.INTERRUPTED


async def test_a_start_closes_what_a_killed_process_left_and_adopts(tmp_path: Path) -> None:
    running = await started(tmp_path)
    path = journal_path(make_session(tmp_path).sandbox_dir)
    await running.stop()
    journal = Journal(path)
    cause = Trigger("save", ("amplify/backend.ts",))
    journal.append(DeploymentStarted(at=5.0, deployment=7, trigger=cause))
    journal.close()
    stages = FolderStages(tmp_path, busy=True)
    again = Running(tmp_path, stages, SandboxOptions())
    await again.until(lambda: len(again.finished) == 3)
    await again.stop()
    assert [(e.deployment, e.result) for e in again.finished] == [
        (7, R.INTERRUPTED),
        (8, R.SUCCEEDED),
        (9, R.NO_CHANGE),
    ]
    kinds = {record.number: record.trigger.kind for record in journal.deployments()}
    assert (kinds[8], kinds[9]) == ("adopt", "start")


async def test_the_second_terminal_attaches_and_takes_over(tmp_path: Path) -> None:
    first = await started(tmp_path)
    stages = FolderStages(tmp_path)
    second = Running(tmp_path, stages, SandboxOptions())
    await second.until(lambda: len(second.finished) == 1)
    assert second.states[0] is LoopState.ATTACHED
    first.save("two")
    await second.until(lambda: len(second.finished) == 2)
    assert set(second.states) == {LoopState.ATTACHED}
    assert stages.deployed == []
    await first.stop()
    await second.until(lambda: LoopState.WATCHING in second.states)
    second.save("three")
    await second.until(lambda: stages.deployed == ["three"])
    await second.stop()
    assert first.stages.deployed == ["one", "two"]


async def test_once_in_a_second_terminal_tells_how_the_owner_stands(tmp_path: Path) -> None:
    first = await started(tmp_path)
    await written(tmp_path, [R.SUCCEEDED])
    stages = FolderStages(tmp_path)
    second = Running(tmp_path, stages, SandboxOptions(once=True, interactive=False))
    assert await asyncio.wait_for(second.task, 10) is R.SUCCEEDED
    first.stages.execute_seconds = 20
    first.save("two")
    await first.until(lambda: first.stages.at_once == 1)
    await written(tmp_path, [None, R.SUCCEEDED])
    third = Running(tmp_path, stages, SandboxOptions(once=True, interactive=False))
    await third.until(lambda: any(isinstance(e, DeploymentStarted) for e in third.events))
    assert not third.task.done()
    first.stages.release.set()
    assert await asyncio.wait_for(third.task, 10) is R.SUCCEEDED
    await first.stop()
    assert stages.deployed == []


async def test_an_unwritable_journal_does_not_stop_the_loop(tmp_path: Path) -> None:
    folder = make_session(tmp_path).sandbox_dir
    (folder / "journal.sqlite3").mkdir(parents=True)
    running = await started(tmp_path)
    running.save("two")
    await running.until(lambda: len(running.finished) == 2)
    await running.stop()
    warnings = [e for e in running.events if getattr(e, "source", "") == "journal"]
    assert running.stages.deployed == ["one", "two"]
    assert len(warnings) == 1
    assert (folder / "journal.sqlite3").is_file()


async def test_diff_and_assets_do_not_wait_for_the_type_check(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.stages.check_seconds = 0.5
    for count, text in enumerate(("two", "!type"), start=2):
        running.save(text)
        await running.until(lambda wanted=count: len(running.finished) == wanted)
    await running.stop()
    assert results(running) == [R.SUCCEEDED, R.SUCCEEDED, R.FAILED]
    # The first start's check had ended before there was a plan.
    assert running.stages.published == ["two", "!type"]
    assert running.stages.deployed == ["one", "two"]
    for number in (2, 3):
        said = [
            (event.kind, getattr(event, "stage", ""))
            for event in running.events
            if event.deployment == number
        ]
        checked = said.index(("stage-finished", Stage.TYPE_CHECK))
        assert said.index(("diff", "")) < said.index(("stage-finished", Stage.ASSETS)) < checked


async def test_a_deployment_goes_on_where_publishing_ahead_failed(tmp_path: Path) -> None:
    running = await started(tmp_path)
    running.stages.check_seconds = 0.3
    running.stages.publish_fails = True
    running.save("two")
    await running.until(lambda: len(running.finished) == 2)
    await running.stop()
    assert running.stages.deployed == ["one", "two"]


async def test_a_branch_with_the_same_files_is_told_and_deploys_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    head = tmp_path / ".git" / "HEAD"
    head.write_text("ref: refs/heads/main\n")
    running = await started(tmp_path)
    head.write_text("ref: refs/heads/feature/x\n")
    await running.until(lambda: any(isinstance(one, BranchChanged) for one in running.events))
    await running.stop()
    told = [event.branch for event in running.events if isinstance(event, BranchChanged)]
    assert told == ["feature/x"]
    assert len(running.finished) == 1
