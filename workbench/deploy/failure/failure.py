"""Why a deployment failed, in plain words: the first cause, the construct, the likely fix."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from workbench.aws.client_errors import FOREIGN_ANSWER, error_code, error_message, is_foreign_answer
from workbench.aws.credential_problems import CredentialsUnavailableError, credential_problem
from workbench.aws.permissions import denial_of
from workbench.aws.target import AwsTarget, LocalTarget, Target
from workbench.deploy.assembly.assembly import AssemblyStack
from workbench.deploy.assembly.circular_dependencies import circular_dependencies
from workbench.deploy.failure.known_errors import Explanation, explain
from workbench.deploy.live.stack_events import StackEvent
from workbench.model.deployment import Failure, Offer, StackPath
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui
from workbench.redaction.secret_shapes import redact

NameConstruct = Callable[[StackPath, str], str]
"""Construct path of a resource by stack path and logical id (the logical id if unknown)."""

_UNREACHABLE = (HTTPClientError, BotoConnectionError)
_CONSEQUENCES = (
    "resource creation cancelled",
    "resource update cancelled",
    "resource deletion cancelled",
    "the following resource(s) failed to",
    "embedded stack",
)
_DETAILS_SHOWN = 8


class DeploymentProblem(UserProblem):
    """A deployment failed; ``failure`` is the whole report, for front ends that show it."""

    def __init__(self, failure: Failure) -> None:
        what = f"{failure.title}: {failure.reason}" if failure.reason else failure.title
        super().__init__(what, failure.fix, where=failure.construct_path, details=failure.details)
        self.failure = failure


def refuse_circles(stacks: Iterable[AssemblyStack]) -> None:
    """Raise :class:`DeploymentProblem` where resources of a stack depend on each other in a circle.

    It is asked before anything else about the deployment is, such as what it may delete.
    """
    for stack in stacks:
        if circle := circular_dependencies(stack.template):
            reason = f"Circular dependency between resources: [{', '.join(circle)}]"
            known = explain(reason)
            raise DeploymentProblem(
                Failure(
                    title=known.title if known else reason,
                    reason=reason,
                    fix=known.fix if known else "",
                )
            )


def failure_from_events(
    events: Iterable[StackEvent], name_construct: NameConstruct, *, stack_status: str = ""
) -> Failure:
    """The failure that a stack operation's events tell; events may come in any order.

    The first ``*_FAILED`` event in time is the cause; cancellations and the failures that the
    parents of a nested stack report about it are consequences.
    """
    failed = sorted(
        (event for event in events if event.status.endswith("_FAILED")), key=lambda e: e.at
    )
    causes = [event for event in failed if not _is_consequence(event)]
    if not causes and not failed:
        return Failure(
            title="The deployment failed",
            reason=f"The stack ended as {stack_status or 'failed'}, and CloudFormation gave no "
            "reason.",
            fix="Look at the stack's events in the CloudFormation console.",
            offer="retry",
        )
    first = (causes or failed)[0]
    reason = redact(first.reason) or first.status
    known = explain(reason) or Explanation(
        f"{first.type or 'A resource'} could not be {_verb(first)}",
        "Check the definition of this resource, then save again.",
    )
    others = tuple(
        f"{name_construct(event.stack, event.logical_id)}: {redact(event.reason)}"
        for event in causes[1 : 1 + _DETAILS_SHOWN]
    )
    return Failure(
        title=known.title,
        reason=reason,
        fix=known.fix,
        construct_path=name_construct(first.stack, first.logical_id),
        logical_id=first.logical_id,
        type=first.type,
        offer=known.offer,
        details=others,
    )


def failure_from_exception(error: BaseException, target: Target, doing: str = "") -> Failure:
    """The failure that an exception of a deployment step means; ``doing`` says what was done.

    Never shows a stack trace: unknown exceptions are named by type and message.
    """
    if isinstance(error, DeploymentProblem):
        return error.failure
    if isinstance(error, UserProblem):
        return _failure_of_problem(error)
    if isinstance(error, CredentialsUnavailableError):
        return _failure_of_problem(error.problem)
    if isinstance(error, _UNREACHABLE) and isinstance(target, LocalTarget):
        return Failure(
            title="The local cloud does not answer",
            reason=f"Nothing listens at {target.endpoint} any more.",
            fix=f"Start it again with `{amplify_tui('local', 'start')}`; its state is kept.",
            offer="start-local-cloud",
        )
    profile = target.profile if isinstance(target, AwsTarget) else None
    problem = credential_problem(error, profile)
    if problem is not None:
        reason = redact(error_message(error)).removeprefix(f"{FOREIGN_ANSWER}: ")
        again = isinstance(error, _UNREACHABLE) or is_foreign_answer(error)
        return _failure_of_problem(problem, reason, retry=again)
    if isinstance(error, OSError):
        return _disk_failure(error)
    reason = redact(error_message(error)) or type(error).__name__
    denial = denial_of(error)
    if denial is not None:
        return Failure(title=denial.what, reason=reason, fix=denial.next_step)
    known = explain(f"{error_code(error)}: {reason}" if error_code(error) else reason)
    if known:
        return Failure(title=known.title, reason=reason, fix=known.fix, offer=known.offer)
    if isinstance(error, ClientError | BotoCoreError):
        fix = "Save again; if it fails again, the reason above is what AWS answered."
        return Failure(title=_failed_title(doing), reason=reason, fix=fix, offer="retry")
    return Failure(
        title=_failed_title(doing),
        reason=f"{type(error).__name__}: {reason}",
        fix=f"This looks like an error of amplify-tui. Save again; `{amplify_tui('doctor')}` says "
        "what is installed.",
        offer="retry",
    )


def _failure_of_problem(problem: UserProblem, reason: str = "", *, retry: bool = False) -> Failure:
    """What keeps a deployment from its target; an offer that only a start has is left out."""
    offer: Offer = "retry" if retry else ""
    if problem.offer in ("install", "login", "target"):
        offer = problem.offer
    return Failure(
        title=problem.what,
        reason=reason or problem.where,
        fix=problem.next_step,
        offer=offer,
        details=problem.details,
    )


def _disk_failure(error: OSError) -> Failure:
    place = str(error.filename or "")
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return Failure("The disk is full", str(error), "Free some space, then save again.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            fix = f"Make {place or 'the file'} readable and writable for you, then save again."
            return Failure("A file may not be read or written", str(error), fix)
        case errno.ENOENT:
            fix = "Delete .amplify/artifacts and save again."
            return Failure("A file of the deployment is missing", str(error), fix, offer="retry")
        case _:
            return Failure("A file could not be used", str(error), "Save again.", offer="retry")


def _is_consequence(event: StackEvent) -> bool:
    reason = event.reason.lower()
    return not reason or any(mark in reason for mark in _CONSEQUENCES)


def _verb(event: StackEvent) -> str:
    words = {"CREATE": "created", "UPDATE": "updated", "DELETE": "deleted", "IMPORT": "imported"}
    return words.get(event.status.split("_", 1)[0], "deployed")


def _failed_title(doing: str) -> str:
    return f"{doing[0].upper()}{doing[1:]} failed" if doing else "The deployment failed"
