"""Creates folders and files that only their owner can read: modes 0700 and 0600.

``.amplify`` holds keys, tokens, templates, function code and logs. It is always created by
:func:`private_folder`: others cannot enter it, whatever Git, npm or the CDK write below.
"""

from __future__ import annotations

import os
import shlex
import stat
from contextlib import suppress
from pathlib import Path

from workbench.atomic_files import write_whole
from workbench.model.user_problem import UserProblem

FOLDER_NAME = ".amplify"
_OWNERS_ALONE = 0o700
_BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")


class UnsafeFolderProblem(UserProblem, PermissionError):
    """A folder that another user controls; also an OSError, for callers that handle those."""

    def __init__(self, what: str, next_step: str) -> None:
        UserProblem.__init__(self, what, next_step)
        self.strerror = what


def private_folder(folder: Path) -> Path:
    """Make ``folder`` and return it; parts from ``.amplify`` down are made private.

    An ``.amplify`` that others can enter is made private. Outside of one this is a plain ``mkdir``.
    Raises UnsafeFolderProblem if a part is a link or belongs to another user, else OSError.
    """
    parts = folder.absolute().parts
    if FOLDER_NAME not in parts:
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    depth = parts.index(FOLDER_NAME) + 1
    place = Path(*parts[:depth])
    place.parent.mkdir(parents=True, exist_ok=True)
    for name in ("", *parts[depth:]):
        place = place / name if name else place
        with suppress(FileExistsError):
            place.mkdir(mode=_OWNERS_ALONE)
        _check(place, is_top=not name)
    return folder


def private_file(path: Path) -> Path:
    """Create ``path`` if it is missing, and make it and SQLite's files beside it private.

    SQLite gives the files beside a database the mode of the database.
    """
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
    for suffix in ("", *_BESIDE_A_DATABASE):
        each = path.with_name(path.name + suffix)
        with suppress(FileNotFoundError):
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)
    return path


def create_private(path: Path, content: str | bytes) -> None:
    """Write a new private file; raises FileExistsError if it exists, or OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def write_private(path: Path, content: str | bytes) -> None:
    """Write a private file, whole or not at all; raises OSError."""
    write_whole(path, content, mode=0o600)


def kept_mode(path: Path) -> int:
    """Return the mode of an existing file, so that the user's choice stays; 0600 for a new one."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0o600


def _check(place: Path, *, is_top: bool) -> None:
    found = place.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise UnsafeFolderProblem(
            f"{place} is a link: others may be able to read or change what is kept there.",
            f"Check where it leads, then remove the link: rm {shlex.quote(str(place))}",
        )
    if not stat.S_ISDIR(found.st_mode):
        move = ("mv", str(place), f"{place}.old")
        raise UnsafeFolderProblem(f"{place} is not a folder.", f"Move it away: {shlex.join(move)}")
    if found.st_uid != os.geteuid():
        raise UnsafeFolderProblem(
            f"{place} belongs to another user ({_name_of(found.st_uid)}), "
            "who could change what runs.",
            "Run this as that user, or take over the folder: "
            f"sudo chown -R {_name_of(os.geteuid())} {shlex.quote(str(place))}",
        )
    if is_top and found.st_mode & 0o077:
        place.chmod(_OWNERS_ALONE)


def _name_of(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
