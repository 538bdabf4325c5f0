from __future__ import annotations

import io

import pytest

from workbench.cli.colours import Paint, coloured
from workbench.cli.event_text import CHANGES_SHOWN, HumanLines
from workbench.model.deployment import (
    DeploymentResult,
    Diff,
    Effect,
    Failure,
    Loss,
    Method,
    ResourceChange,
    ResourceProgress,
)
from workbench.model.diagnostics import Diagnostic
from workbench.model.events import (
    AnyEvent,
    ConfirmationNeeded,
    DeploymentFinished,
    DiagnosticsReported,
    DiffComputed,
    Level,
    LocalCloudReported,
    LogLine,
    LoopState,
    OutputsWritten,
    PlanMade,
    ResourceProgressed,
    StateChanged,
)
from workbench.terminal_text import safe_line


def said(event: AnyEvent, *, every_resource: bool = False) -> str:
    return "\n".join(HumanLines(Paint(False), every_resource=every_resource).lines(event))


def test_a_failure_says_what_why_and_what_next() -> None:
    failure = Failure("A table failed", "no more room", "Delete one", construct_path="data/Todo")
    event = DeploymentFinished(at=1.0, result=DeploymentResult.FAILED, seconds=2.0, failure=failure)
    assert said(event) == "✗ A table failed · data/Todo\n  no more room\n  → Delete one"


def test_a_list_that_is_cut_says_so() -> None:
    errors = tuple(f"a.py:{line}: wrong" for line in range(1, 22))
    failure = Failure("The backend can't be evaluated: 21 errors", errors[0], "Fix", details=errors)
    lines = list(HumanLines(Paint(False)).failure(failure))
    assert [line.strip() for line in lines[1:10]] == list(errors[:9])
    assert lines[10:] == ["  … and 12 more", "  → Fix"]
    found = tuple(Diagnostic("error", "wrong", hint=f"hint {number}") for number in range(52))
    told = said(DiagnosticsReported(at=1.0, source="synth", diagnostics=found))
    assert told.endswith("hint 49\n    … and 2 more")
    assert "more" not in said(DiagnosticsReported(at=1.0, source="synth", diagnostics=found[:50]))


def test_a_plan_of_several_updates_lists_them() -> None:
    one = PlanMade(at=1.0, method=Method.CLOUDFORMATION, steps=("Publish 1 asset", "Update"))
    assert said(one) == "  by CloudFormation"
    several = PlanMade(
        at=1.0,
        method=Method.CLOUDFORMATION,
        steps=("Publish 1 asset", "Delete the index a", "Update"),
        updates=("Delete the index a", "Update"),
    )
    assert said(several) == (
        "  by CloudFormation, in 2 updates:\n    1. Delete the index a\n    2. Update"
    )


def test_diagnostics_have_a_place_and_a_hint() -> None:
    found = Diagnostic("error", "Cannot find x", "TS2304", "amplify/a.ts", 3, 5, "Import it")
    text = said(DiagnosticsReported(at=1.0, source="types", diagnostics=(found,)))
    assert "error amplify/a.ts:3:5 Cannot find x (TS2304)" in text
    assert "→ Import it" in text


def test_a_long_diff_is_cut_and_a_first_one_counted() -> None:
    changes = tuple(
        ResourceChange((), f"R{number}", f"r/{number}", "T", Effect.DESTROY)
        for number in range(CHANGES_SHOWN + 3)
    )
    lines = said(DiffComputed(at=1.0, diff=Diff(changes))).splitlines()
    assert len(lines) == CHANGES_SHOWN + 1
    assert "3 more" in lines[-1]
    first = said(DiffComputed(at=1.0, diff=Diff(changes, first=True)))
    assert first == f"  + {CHANGES_SHOWN + 3} resources, all new"


def test_rows_that_no_longer_fit_are_told() -> None:
    event = DiffComputed(at=1.0, diff=Diff(warnings=("Todo: a is missing in 2 of 3 rows",)))
    assert said(event) == "  ! Todo: a is missing in 2 of 3 rows"


def test_losses_name_their_contents() -> None:
    loss = Loss("data/Todo", "AWS::DynamoDB::Table", "t", "its key changes", "25 items")
    event = ConfirmationNeeded(at=1.0, question="losses", losses=(loss,))
    assert said(event) == "  loses data/Todo (25 items): its key changes"


def test_resources_are_told_on_aws_and_failures_everywhere() -> None:
    done = ResourceProgress((), "A", "a", "T", "CREATE_COMPLETE")
    failed = ResourceProgress((), "A", "a", "T", "CREATE_FAILED", reason="no")
    assert said(ResourceProgressed(at=1.0, resource=done)) == ""
    assert "CREATE_COMPLETE a" in said(
        ResourceProgressed(at=1.0, resource=done), every_resource=True
    )
    assert "CREATE_FAILED a: no" in said(ResourceProgressed(at=1.0, resource=failed))


def test_user_output_cannot_drive_the_terminal() -> None:
    evil = LogLine(at=1.0, level=Level.INFO, source="synth", text="a\x1b[2J\x1b]0;t\x07b")
    text = said(evil)
    assert "\x1b" not in text
    assert "\x07" not in text


def test_watching_is_said_once() -> None:
    human = HumanLines(Paint(False))
    event = StateChanged(at=1.0, state=LoopState.WATCHING)
    assert len(list(human.lines(event))) == 1
    assert list(human.lines(event)) == []


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    painted = "\x1b[32mx\x1b[0m"
    assert coloured(Paint.of(Terminal()).good("x"), safe_line) == painted
    assert Paint.of(io.StringIO()).good("x") == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert Paint.of(Terminal()).good("x") == "x"
    monkeypatch.setenv("NO_COLOR", "")  # https://no-color.org: only where it is not empty
    assert coloured(Paint.of(Terminal()).good("x"), safe_line) == painted


def test_only_our_own_colours_pass() -> None:
    paint = Paint(True)
    title = paint.faint("\x1b]2;t\x07")
    shown = coloured(f"{paint.bad('✗')} \x1b[32mok\x1b[0m {title}", safe_line)
    assert shown == "\x1b[31m✗\x1b[0m �[32mok�[0m \x1b[2m�]2;t�\x1b[0m"


def test_outputs_that_stay_the_same_are_not_told_as_written() -> None:
    path = "amplify_outputs.json"
    assert said(OutputsWritten(at=1.0, path=path)) == f"  wrote {path}"
    assert said(OutputsWritten(at=1.0, path=path, changed=False)) == ""


def test_damaged_files_are_told_with_the_local_cloud() -> None:
    event = LocalCloudReported(at=1.0, status="running", endpoint="http://x", damages=("It was.",))
    assert said(event).splitlines() == ["local cloud at http://x", "! It was."]


def test_iam_that_is_off_is_said() -> None:
    running = LocalCloudReported(at=0.0, status="running", endpoint="http://127.0.0.1:1")
    assert "IAM" not in said(running)
    off = LocalCloudReported(at=0.0, status="running", endpoint="http://127.0.0.1:1", iam=False)
    assert "! IAM is off: no policies are enforced" in said(off)
