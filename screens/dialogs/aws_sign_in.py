"""Signs a profile in to AWS by dialogs: SSO's code, the codes of MFA devices, or a tool's command.

The same steps as on the terminal (``workbench.cli.terminal_sign_in``).
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.widgets import Input

from screens.dialogs.ask import Ask
from screens.dialogs.form_screen import (
    FieldProblem,
    Filled,
    FormField,
    FormRefusedError,
    FormScreen,
)
from screens.dialogs.sso_screen import SsoScreen
from screens.ports import Shell

if TYPE_CHECKING:
    from workbench.aws.credential_problems import MfaCodeNeeded
    from workbench.aws.sign_in import Step
    from workbench.aws.target import AwsTarget


@dataclass(frozen=True, slots=True)
class _Accepted:
    """AWS took the code; ``step`` is what is missing still."""

    step: Step | None


async def sign_in_to_aws(target: AwsTarget, ask: Ask, shell: Shell, *, renew: bool = False) -> bool:
    """Ask for what is missing; False if the user cancelled. Raises UserProblem.

    ``renew``: sign in to SSO even if that has not ended.
    """
    await asyncio.to_thread(_import)
    from workbench.aws.credential_problems import SsoSignInNeeded
    from workbench.aws.sign_in import ToolSignIn, next_step, sso_login

    profile = target.profile or "default"
    codes: dict[str, str] = {}
    login = await asyncio.to_thread(sso_login, target) if renew else None
    if login is not None and not await ask(SsoScreen(login, profile)):
        return False
    step = await asyncio.to_thread(next_step, target, codes)
    while step is not None:
        if isinstance(step, ToolSignIn):
            return run_tool(step.command, shell)
        if isinstance(step, SsoSignInNeeded):
            login = await asyncio.to_thread(sso_login, target, step)
            if login is None:
                raise step
            if not await ask(SsoScreen(login, profile)):
                return False
            step = await asyncio.to_thread(next_step, target, codes)
        else:
            accepted = await ask(_code_form(target, step, codes))
            if accepted is None:
                return False
            step = accepted.step
    return True


class CodeScreen(FormScreen[_Accepted]):
    """Asks for an MFA code; after a refusal, the next one replaces it as it is typed."""

    def _tell(self, problem: FieldProblem) -> None:
        super()._tell(problem)
        if problem.text:
            self.query_one(Input).action_select_all()


def _code_form(target: AwsTarget, needed: MfaCodeNeeded, codes: dict[str, str]) -> CodeScreen:
    from workbench.aws.credential_problems import MfaCodeNeeded
    from workbench.aws.sign_in import code_mistake, next_step

    def check(filled: Filled) -> FieldProblem:
        return FieldProblem(code_mistake(filled["code"]), "code")

    async def submit(filled: Filled) -> _Accepted:
        codes[needed.serial] = filled["code"]
        step = await asyncio.to_thread(next_step, target, codes)
        if isinstance(step, MfaCodeNeeded) and step.serial == needed.serial:
            raise FormRefusedError(FieldProblem(step.refused or step.what, "code"))
        return _Accepted(step)

    return CodeScreen(
        f"Sign in to AWS · {target.profile or 'default'}",
        [FormField("code", f"MFA code of {needed.serial}", hint="6 digits")],
        check,
        label="Sign in",
        submit=submit,
        refused_at="code",
    )


def run_tool(command: Sequence[str], shell: Shell) -> bool:
    """Lend the terminal to the AWS CLI; True if it has signed in.

    If that is not possible, the command is copied, to be run in another terminal.
    """
    text = " ".join(command)
    if shutil.which(command[0]) is None:
        shell.copy(text, f"{text}: install the AWS CLI, run it, then deploy again")
        return False
    try:
        code = shell.run_in_terminal(command)
    except OSError as error:
        shell.say(f"{command[0]} does not start: {error.strerror}", "error")
        return False
    if code is None:
        shell.copy(text, f"{text}: run it in another terminal, then deploy again")
    elif code:
        shell.say(f"{text} ended with exit code {code}", "error")
    return code == 0


def _import() -> None:
    """botocore takes 0.2 s to import: in a thread, so that keys do not wait for it."""
    import workbench.aws.sign_in  # noqa: F401
