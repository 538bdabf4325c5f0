from __future__ import annotations

from pathlib import Path

from workbench.loop.diagnostics_to_failure import assembly_or_failure
from workbench.model.deployment import Failure
from workbench.model.diagnostics import CheckResult, Diagnostic, SynthResult

GOOD = SynthResult(Path("out"), (), 0.1)
BAD = SynthResult(None, (Diagnostic("error", "No file", file="a.ts", line=2),), 0.1)


def check(*messages: str) -> CheckResult:
    return CheckResult(tuple(Diagnostic("error", message) for message in messages), 0.1)


def test_good_files_have_no_failure() -> None:
    warned = CheckResult((Diagnostic("warning", "unused"),), 0.1)
    for checked in (check(), None, warned):
        assert assembly_or_failure(GOOD, checked) == GOOD.assembly


def test_a_type_error_outranks_a_synth_error() -> None:
    failure = assembly_or_failure(BAD, check("Type a is not b"))
    assert isinstance(failure, Failure)
    assert failure.reason == "Type a is not b"


def test_a_missing_env_module_does_not() -> None:
    missing = check("Cannot find module '$amplify/env/hello' or its corresponding type")
    failure = assembly_or_failure(BAD, missing)
    assert isinstance(failure, Failure)
    assert failure.reason == "a.ts:2: No file"
    both = check("Cannot find module '$amplify/env/hello'", "Type a is not b")
    assert "The types don't hold" in str(assembly_or_failure(BAD, both))
    stops = assembly_or_failure(GOOD, missing)
    assert isinstance(stops, Failure)
    assert "$amplify/env/hello" in stops.reason


def test_many_errors_are_counted_and_listed() -> None:
    failure = assembly_or_failure(GOOD, check("one", "two", "three"))
    assert isinstance(failure, Failure)
    assert "3 errors" in failure.title
    # The reason is the first of them, word for word, for lists to leave out.
    assert failure.reason == "one"
    assert failure.details == ("one", "two", "three")
