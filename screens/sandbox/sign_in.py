"""Signs in to AWS with the command of the target's profile."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Sequence

from screens.ports import Shell


def sign_in(command: Sequence[str], shell: Shell) -> bool:
    """Lend the terminal to the AWS CLI; True if it has signed in.

    If that is not possible, the command is copied, to be run in another terminal.
    """
    text = shlex.join(command)
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
