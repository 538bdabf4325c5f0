"""Commands that texts tell a user to run: quoted for a shell, and aimed at the session's target.

A command in a message must do, pasted as it stands, what the message says: to the same account,
region and sandbox. Messages are made all over the engine, far from the session that they are about,
so what commands aim at is kept here for the whole process, which works on one session.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

UNAIMED: Final = frozenset({"convert", "front-end", "init", "local"})
"""Our commands without a target; the others take ``--local``, ``--profile``, ``--identifier``."""

_OF_BRANCHES: Final = frozenset({"env", "functions", "secret"})
"""Our commands that work on a branch's backend with ``--branch``."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What commands need, so that they reach the backend that this process works on.

    ``flags`` choose the target where a command without flags would choose another one;
    ``exact_flags`` choose it whatever the project remembers. ``identifier`` is the sandbox's,
    ``is_default`` where it is the one that commands take anyway; ``branch`` is set for a branch's
    backend instead, ``whole_app`` for what all branches share, ``pool`` for a user pool that is not
    the sandbox's own. ``qualifier`` is that of the account's CDK bootstrap, empty for the default
    one. ``region_variable`` is the region where the environment alone decides it.
    """

    flags: tuple[str, ...] = ()
    exact_flags: tuple[str, ...] = ()
    identifier: str = ""
    is_default: bool = True
    branch: str = ""
    whole_app: bool = False
    pool: str = ""
    profile: str = ""
    account: str = ""
    region: str = ""
    qualifier: str = ""
    region_variable: str = ""


_aim = Aim()


def aim() -> Aim:
    """What printed commands are aimed at now."""
    return _aim


def aim_at(new: Aim) -> None:
    """Aim the commands that are printed from now on."""
    global _aim  # noqa: PLW0603 - see the module's docstring
    _aim = new


def amplify_tui(*words: str, exact: bool = False) -> str:
    """``amplify-tui WORDS`` with what makes it reach the session's backend.

    ``exact`` names target and sandbox even where they are the defaults: for what deletes.
    """
    if not words or words[0] in UNAIMED:
        return shlex.join(("amplify-tui", *words))
    flags = _aim.exact_flags if exact else _aim.flags
    if _aim.pool and words[0] == "users":
        flags = ("--pool", _aim.pool, *flags)
    if _aim.whole_app and words[0] == "secret":
        flags = ("--app", *flags)
    elif _aim.branch and words[0] in _OF_BRANCHES:
        flags = ("--branch", _aim.branch, *flags)
    elif _aim.identifier and not _aim.branch and (exact or not _aim.is_default):
        flags = ("--identifier", _aim.identifier, *flags)
    return _in_region(shlex.join(("amplify-tui", *words, *flags)))


def amplify_tui_at(flags: Sequence[str], command: str, *, region: str = "") -> str:
    """``amplify-tui COMMAND`` for the session's sandbox on another target than the session's."""
    named = () if _aim.is_default else ("--identifier", _aim.identifier)
    words = shlex.join(("amplify-tui", command, *named, *flags))
    return f"AWS_REGION={shlex.quote(region)} {words}" if region else words


def aws(*words: str, profile: str | None = None) -> str:
    """``aws WORDS`` with a profile: this one, else the session's."""
    name = profile or _aim.profile
    return shlex.join(("aws", *words, *(("--profile", name) if name else ())))


def cdk_bootstrap() -> str:
    """``npx cdk bootstrap`` for the session's account and region.

    They are always named: outside of a folder with a cdk.json the command refuses to guess them.
    """
    place = f"{_aim.account or 'ACCOUNT'}/{_aim.region or 'REGION'}"
    words = ["npx", "cdk", "bootstrap", f"aws://{place}"]
    if _aim.qualifier:
        words += ["--qualifier", _aim.qualifier]
    if _aim.profile:
        words += ["--profile", _aim.profile]
    return shlex.join(words)


def in_folder(folder: Path, command: str) -> str:
    """The command, with a ``cd`` before it where the current folder is another one."""
    here = folder.resolve() == Path.cwd()
    return command if here else f"cd {shlex.quote(str(folder))} && {command}"


def pip_install(python: str | Path, *packages: str) -> str:
    """``pip install`` into the environment of this Python, whichever is active in the shell.

    Environments that uv made have no pip.
    """
    import shutil  # here, since every command's start imports this module

    if not Path(python).with_name("pip").exists() and shutil.which("uv"):
        return shlex.join(("uv", "pip", "install", "--python", str(python), *packages))
    return shlex.join((str(python), "-m", "pip", "install", *packages))


def _in_region(command: str) -> str:
    variable = _aim.region_variable
    return f"AWS_REGION={shlex.quote(variable)} {command}" if variable else command
