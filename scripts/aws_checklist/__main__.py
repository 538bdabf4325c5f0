"""Walk through the checklist on an account: ``python -m scripts.aws_checklist --profile NAME``.

Asks before what costs or deletes, says PASS, FAIL or SKIP for each step, and deletes what it made,
even if a step fails. Exit code 0 if nothing failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.aws_checklist.commands import Commands, StepError
from scripts.aws_checklist.project import write_project
from scripts.aws_checklist.steps import STEPS, Run, Step

Say = Callable[[str], None]


def main(argv: Sequence[str] | None = None, say: Say = print) -> int:
    """Run the steps; 1 if one failed."""
    parser = argparse.ArgumentParser(prog="python -m scripts.aws_checklist", description=__doc__)
    parser.add_argument("--profile", required=True, help="the account, by this profile")
    parser.add_argument("--identifier", default="checklist", help="the sandbox's name")
    parser.add_argument("--yes", "-y", action="store_true", help="don't ask before a step")
    arguments = parser.parse_args(argv)
    on_aws = _is_aws(arguments.profile)
    with tempfile.TemporaryDirectory(prefix="amplify-checklist-") as folder:
        root = Path(folder) / "project"
        write_project(root)
        run = Run(Commands(root, arguments.profile, arguments.identifier))
        failed = 0
        try:
            for number, step in enumerate(STEPS, 1):
                verdict, seen = _take(step, run, on_aws=on_aws, yes=arguments.yes)
                failed += verdict == "FAIL"
                say(f"{verdict}  {number:>2} {step.name:<18} {seen}")
                if verdict == "FAIL":
                    say(f"         expected: {step.expected}")
        finally:
            _clean_up(run, say, yes=arguments.yes)
    say("All steps passed." if not failed else f"{failed} of {len(STEPS)} steps failed.")
    return 1 if failed else 0


def _take(step: Step, run: Run, *, on_aws: bool, yes: bool) -> tuple[str, str]:
    if step.needs_aws and not on_aws:
        return "SKIP", "the profile's endpoint is not AWS"
    if step.asks and not yes and not _agreed(step.asks):
        return "SKIP", "not wanted"
    try:
        return "PASS", step.act(run)
    except (StepError, OSError, ValueError) as error:
        return "FAIL", str(error)


def _clean_up(run: Run, say: Say, *, yes: bool) -> None:
    if run.sandbox is not None:
        run.sandbox.stop()
    if not run.stack_may_exist:
        return
    command = f"amplify-tui delete {' '.join(run.commands.target)}"
    if not yes and not _agreed("The stack still exists. This deletes it with all its data."):
        say(f"It stays. In a project named checklist, `{command}` deletes it.")
        return
    try:
        run.commands.run("delete", "--yes")
        say("The stack is deleted.")
    except StepError as error:
        say(f"The stack could not be deleted: {error}")


def _agreed(about: str) -> bool:
    return input(f"{about} Go on? [y/N] ").strip().lower() in {"y", "yes"}


def _is_aws(profile: str) -> bool:
    """Whether requests go to AWS itself, rather than to an emulator that the profile names."""
    from botocore.session import Session

    client = Session(profile=profile).create_client("sts", region_name="us-east-1")
    return "amazonaws.com" in client.meta.endpoint_url


if __name__ == "__main__":
    sys.exit(main())
