"""Signs a profile in to AWS on the terminal: shows SSO's code, asks for MFA codes.

Everything is said on standard error, since standard output is for a command's result.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from workbench.cli.output import err
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    from workbench.aws.credential_problems import MfaCodeNeeded
    from workbench.aws.sso_login import SsoLogin
    from workbench.aws.target import AwsTarget
    from workbench.startup import Session


def has_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def sign_in_where_needed(session: Session) -> None:
    """Ask for what the target's credentials lack, if there is a terminal.

    Whatever else is wrong, and all of it without a terminal, the first request says.
    """
    from workbench.aws.target import AwsTarget

    if not (isinstance(session.target, AwsTarget) and has_terminal()):
        return
    from workbench.aws.sign_in import ToolSignIn, next_step

    try:
        step = next_step(session.target, offline=True)
    except UserProblem:
        return
    if step is not None and not isinstance(step, ToolSignIn):
        sign_in(session.target)


def sign_in(target: AwsTarget, *, renew: bool = False) -> None:
    """Take the steps that are missing; ``renew``: sign in to SSO even if that has not ended.

    Raises UserProblem, also for what another program does.
    """
    from workbench.aws.credential_problems import SsoSignInNeeded
    from workbench.aws.sign_in import ToolSignIn, next_step, sso_login

    codes: dict[str, str] = {}
    login = sso_login(target) if renew else None
    while True:
        if login is not None:
            _by_device(login)
        step = next_step(target, codes)
        if step is None:
            return
        if isinstance(step, ToolSignIn):
            raise step.problem
        login = None
        if isinstance(step, SsoSignInNeeded):
            login = sso_login(target, step)
            if login is None:
                raise step
        else:
            codes[step.serial] = _code(step)


def _by_device(login: SsoLogin) -> None:
    shown = login.begin()
    err("Open this page in any browser, and confirm the code there:")
    err(f"  {shown.url_with_code}")
    err(f"  code {shown.code}")
    err("Waiting for you to confirm it … Ctrl-C cancels.")
    login.wait(_pause)


def _pause(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def _code(step: MfaCodeNeeded) -> str:
    """A code with six digits; raises ``step`` at the end of the input."""
    from workbench.aws.sign_in import code_mistake

    if step.refused:
        err(step.refused)
    while True:
        err(f"MFA code of {step.serial}:")
        line = sys.stdin.readline()
        code = line.strip()
        if not line or not code:
            raise UserProblem("No MFA code was entered.", step.next_step)
        mistake = code_mistake(code)
        if not mistake:
            return code
        err(mistake)
