"""Shows why a command failed, in one place: a problem with its next step, or a crash log's path."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.cli.colours import Paint
from workbench.cli.output import err
from workbench.model.user_problem import UserProblem


def show(error: Exception) -> int:
    """Say on standard error what went wrong; returns the command's exit code."""
    paint = Paint.of(sys.stderr)
    problem = _problem(error)
    if problem is None:
        from workbench.crash_log import crash_folder, crash_line, write_crash_log

        log = write_crash_log(crash_folder(Path.cwd()), error)
        err(f"{paint.bad('✗')} {crash_line(error, log)}")
        return 1
    err(*_lines(problem, paint))
    return problem.exit_code


def _problem(error: Exception) -> UserProblem | None:
    """The error as something that the user can solve; None for a mistake of ours."""
    if isinstance(error, UserProblem):
        return error
    from workbench.deploy.failure.failure import DeploymentProblem, failure_from_exception
    from workbench.model.system_problem import system_problem

    if problem := system_problem(error):
        return problem
    from botocore.exceptions import BotoCoreError, ClientError

    from workbench.aws.target import AwsTarget

    if isinstance(error, BotoCoreError | ClientError):
        return DeploymentProblem(failure_from_exception(error, AwsTarget()))
    return None


def _lines(problem: UserProblem, paint: Paint) -> list[str]:
    from workbench.deploy.failure.failure import DeploymentProblem

    if isinstance(problem, DeploymentProblem):
        from workbench.cli.event_text import HumanLines

        return list(HumanLines(paint).failure(problem.failure))
    return f"{paint.bad('✗')} {problem}".split("\n")
