"""What the workbench keeps of a project is for its owner alone: folders of 0700, files of 0600.

``.amplify`` holds keys, tokens, templates, function code and logs. Whoever is the first to create it
creates it by :func:`private_folder`; with it closed, nobody else can read what lies below, whatever
other programs (Git, npm, the CDK) write there.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from workbench.atomic_files import write_whole
from workbench.model.user_problem import UserProblem

FOLDER_NAME = ".amplify"
_OWNERS_ALONE = 0o700
_BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")


class UnsafeFolderProblem(UserProblem, PermissionError):
    """A folder that somebody else decides about; an OSError too, for places that must go on."""

    def __init__(self, what: str, next_step: str) -> None:
        UserProblem.__init__(self, what, next_step)
        self.strerror = what


def private_folder(folder: Path) -> Path:
    """Make ``folder``, with what is missing from ``.amplify`` down for the owner alone; returns it.

    An ``.amplify`` that others can enter is closed. Outside of one it is a plain ``mkdir``. Raises
    UnsafeFolderProblem where a part of it is a link or another user's, else OSError.
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
    """Make sure that ``path`` is there, for the owner alone, as are SQLite's files beside it.

    SQLite gives the files beside a database the database's own mode.
    """
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
    for suffix in ("", *_BESIDE_A_DATABASE):
        each = path.with_name(path.name + suffix)
        with suppress(FileNotFoundError):
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)
    return path


def create_private(path: Path, content: str | bytes) -> None:
    """Write a new file for the owner alone; raises FileExistsError where there is one, or OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file for the owner alone, whole or not at all; raises OSError."""
    write_whole(path, content, mode=0o600)


def kept_mode(path: Path) -> int:
    """The mode of a file that is there, so that a developer's choice stays; a new one is private."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0o600


def _check(place: Path, *, is_top: bool) -> None:
    found = place.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise UnsafeFolderProblem(
            f"{place} is a link: what is kept there may be open to others, or be theirs.",
            f"Look where it leads, then remove the link: rm {place}",
        )
    if not stat.S_ISDIR(found.st_mode):
        raise UnsafeFolderProblem(
            f"{place} is not a folder.", f"Move it away: mv {place} {place}.old"
        )
    if found.st_uid != os.geteuid():
        raise UnsafeFolderProblem(
            f"{place} belongs to another user ({_name_of(found.st_uid)}), who could change what runs.",
            "Run this as that user, or make the folder your own: "
            f"sudo chown -R {_name_of(os.geteuid())} {place}",
        )
    if is_top and found.st_mode & 0o077:
        place.chmod(_OWNERS_ALONE)


def _name_of(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
