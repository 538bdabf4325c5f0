from __future__ import annotations

from pathlib import Path

from workbench.loop.diagnostics_to_failure import verdict
from workbench.loop.requests import Inbox, merge
from workbench.model.diagnostics import CheckResult, Diagnostic, SynthResult
from workbench.model.events import Trigger

GOOD = SynthResult(Path("out"), (), 0.1)
BAD = SynthResult(None, (Diagnostic("error", "No file", file="a.ts", line=2),), 0.1)


def check(*messages: str) -> CheckResult:
    return CheckResult(tuple(Diagnostic("error", message) for message in messages), 0.1)


def test_good_files_have_no_failure() -> None:
    assert verdict(GOOD, check()) is None
    assert verdict(GOOD, None) is None
    warned = CheckResult((Diagnostic("warning", "unused"),), 0.1)
    assert verdict(GOOD, warned) is None


def test_a_type_error_outranks_a_synth_error() -> None:
    failure = verdict(BAD, check("Type a is not b"))
    assert failure is not None
    assert failure.reason == "Type a is not b"


def test_a_missing_env_module_does_not() -> None:
    missing = check("Cannot find module '$amplify/env/hello' or its corresponding type")
    failure = verdict(BAD, missing)
    assert failure is not None
    assert failure.reason == "a.ts:2: No file"
    stops = verdict(GOOD, missing)
    assert stops is not None
    assert "$amplify/env/hello" in stops.reason


def test_many_errors_are_counted_and_listed() -> None:
    failure = verdict(GOOD, check("one", "two", "three"))
    assert failure is not None
    assert "3 errors" in failure.title
    assert failure.details == ("one", "two", "three")


def test_requests_merge_into_the_weightier_one() -> None:
    merged = merge(Trigger("branch", ("a", "b")), Trigger("save", ("b", "c")))
    assert merged == Trigger("branch", ("a", "b", "c"))
    assert merge(Trigger("recreate"), Trigger("save", ("a",))).kind == "recreate"


def test_an_inbox_holds_one_request() -> None:
    inbox = Inbox()
    assert inbox.take() is None
    inbox.put(Trigger("save", ("a",)))
    inbox.put(Trigger("manual"))
    assert inbox.take() == Trigger("save", ("a",))
    assert inbox.take() is None
