"""Opens the functions of a session's sandbox, or of another environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_code, refusal
from workbench.aws.clients import Clients
from workbench.aws.permissions import denial_of
from workbench.deploy.live.reader import read_live
from workbench.deploy.live.snapshot import snapshot_file
from workbench.functions.backend_functions import BackendFunction, backend_functions
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

if TYPE_CHECKING:
    from workbench.deploy.live.models import LiveStack
    from workbench.startup import Session

_Found = TypeVar("_Found")
_GONE = ("ResourceNotFoundException", "ResourceNotFound")


class FunctionsProblem(UserProblem):
    """A refusal of Lambda's or CloudWatch's; ``code`` is AWS's own, "" where it was not reached."""

    def __init__(self, what: str, next_step: str, code: str = "") -> None:
        super().__init__(what, next_step)
        self.code = code


@dataclass(frozen=True, slots=True)
class OpenedFunctions:
    """The functions of one environment, with the clients that reach them.

    ``root`` is the project's folder, ``folder`` where what belongs to this environment is kept;
    ``name`` is "" for the user's own sandbox. ``snapshot`` knows hot-swaps of that.
    """

    clients: Clients
    stack: str
    root: Path
    folder: Path
    name: str = ""
    is_production: bool = False
    snapshot: Path | None = None

    def live_if_deployed(self) -> LiveStack | None:
        """The deployed stack; None where there is none. Blocks; raises UserProblem."""
        found = ask(lambda: read_live(self.clients, self.stack, self.snapshot), "CloudFormation")
        return found if found is not None and found.stands else None

    def live(self) -> LiveStack:
        """The deployed stack; blocks. Raises UserProblem."""
        found = self.live_if_deployed()
        if found is None:
            whose = self.name or "The sandbox"
            raise UserProblem(
                f"{whose} is not deployed.",
                f"`{amplify_tui('sandbox')}` deploys it." if not self.name else "Deploy it first.",
            )
        return found

    def functions(self) -> tuple[BackendFunction, ...]:
        """All functions, the user's first; blocks. Raises UserProblem."""
        return backend_functions(self.live())


def open_functions(session: Session) -> OpenedFunctions:
    """The sandbox's functions; its target must answer (``startup.connect``)."""
    return OpenedFunctions(
        Clients(session.target),
        session.stack_name,
        session.project.root,
        session.sandbox_dir,
        snapshot=snapshot_file(session.sandbox_dir),
    )


def ask(call: Callable[[], _Found], service: str = "Lambda") -> _Found:
    """One request or several; a refusal is a FunctionsProblem in words."""
    try:
        return call()
    except (ClientError, BotoCoreError) as error:
        raise problem_of(error, service) from None


def problem_of(error: Exception, service: str = "Lambda") -> FunctionsProblem:
    """An exception of botocore's or the network's, in words."""
    if not isinstance(error, ClientError):
        return FunctionsProblem(
            f"{service} could not be reached: {error}.", "Check the network and the credentials."
        )
    denial = denial_of(error)
    code, message = refusal(error)
    if denial is not None:
        return FunctionsProblem(f"{denial.what}.", denial.next_step, code)
    step = "Refresh: it may be deleted." if error_code(error) in _GONE else "Try again."
    return FunctionsProblem(f"{message.rstrip('.')}.", step, code)


def named(functions: tuple[BackendFunction, ...], name: str) -> BackendFunction:
    """The function by its own name, its physical one or its ARN; raises UserProblem."""
    for each in functions:
        if name in (each.name, each.function, each.arn):
            return each
    known = ", ".join(each.name for each in functions if not each.is_internal)
    raise UserProblem(
        f"There is no function {name!r}.",
        f"Choose one of: {known}." if known else "Define a function and deploy it.",
    )
