"""A sandbox's folders: one for each target, ``.amplify/workbench/NAME/TARGET``.

History, snapshot, saved sign-ins and the mark of the outputs are of one target. ``TARGET`` is
``local`` or ``ACCOUNT-REGION``; before AWS has once said which account a profile is of, it is
``unknown-…``, whose content moves to the account's folder later. Releases before this layout had
all of it in ``NAME`` itself: that moves to the target that it was last deployed to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workbench.ownership import LOCK_NAME, acquire, owner
from workbench.private_files import private_folder, write_private
from workbench.project.models import Project, ProjectProblem

LAYOUT = 2
NEWER_EXIT_CODE = 5
_LAYOUT_FILE = "layout.json"
_ACCOUNTS_FILE = "accounts.json"
_SNAPSHOT = "live.json"
_JOURNAL = "journal.sqlite3"
_LOCAL = "local"
_TARGET = re.compile(r"local|\d{12}-[a-z0-9-]+|unknown-[0-9a-f]{8}")
_STACK_ID = re.compile(r'"stack_id":\s*"arn:[^:"]*:cloudformation:([^:"]+):(\d{12}):')


def _check_layout(project: Project) -> None:
    """Raise ``ProjectProblem`` if a newer release has laid out the project's state."""
    file = project.workbench_dir / _LAYOUT_FILE
    try:
        found = json.loads(file.read_text(encoding="utf-8"))["format"]
    except (OSError, ValueError, KeyError, TypeError):
        if project.workbench_dir.is_dir():
            write_private(file, json.dumps({"format": LAYOUT}))
        return
    if isinstance(found, int) and found > LAYOUT:
        raise ProjectProblem(
            "A newer release of amplify-tui keeps this project's history in another way.",
            "Use that release.",
            where=str(file),
            exit_code=NEWER_EXIT_CODE,
        )


def settle(
    project: Project, name: str, key: str, unknown: str, *, is_remembered: Callable[[], bool]
) -> str:
    """Bring a sandbox's state into its folders; returns the key of the folder to use.

    ``unknown`` is the key that the target has had before its account was known, "" for the local
    cloud; it stays in use while a terminal still runs there. ``is_remembered``: plain commands aim
    at this target, so that old state without a snapshot is its own. Raises ``ProjectProblem``.
    """
    _check_layout(project)
    home = project.workbench_dir / name
    if not home.is_dir():
        return key
    _move_old(home, key, is_remembered)
    before = home / unknown
    if not unknown or unknown == key or not before.is_dir():
        return key
    if owner(before) is not None:
        return unknown
    _move(before, home / key)
    (before / LOCK_NAME).unlink(missing_ok=True)
    with suppress(OSError):  # what the account's folder had already, stays
        before.rmdir()
    return key


def account_of(project: Project, profile: str) -> str:
    """The account that a profile (empty: the default credentials) was of; "" if it is not known."""
    return _accounts(project).get(profile, "")


def profile_of(project: Project, account: str) -> str | None:
    """A profile of this account; None if none is known."""
    return next((name for name, each in _accounts(project).items() if each == account), None)


def remember_account(project: Project, profile: str, account: str) -> None:
    """Save which account a profile is of."""
    known = _accounts(project)
    if known.get(profile) != account:
        private_folder(project.workbench_dir)
        text = json.dumps({**known, profile: account}, indent=2)
        write_private(project.workbench_dir / _ACCOUNTS_FILE, text)


def deployed_targets(project: Project, name: str) -> tuple[str, ...]:
    """The keys of the targets that this sandbox is deployed to, as far as this folder knows."""
    found = (project.workbench_dir / name).glob(f"*/{_SNAPSHOT}")
    return tuple(sorted(each.parent.name for each in found if _TARGET.fullmatch(each.parent.name)))


def _accounts(project: Project) -> dict[str, str]:
    try:
        content = json.loads((project.workbench_dir / _ACCOUNTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # AWS says it again
    if not isinstance(content, dict):
        return {}
    return {name: each for name, each in content.items() if isinstance(each, str)}


def _move_old(home: Path, key: str, is_remembered: Callable[[], bool]) -> None:
    """Move what an older release left in ``home`` itself to the target that it is of."""
    if not any((home / name).exists() for name in (_JOURNAL, _SNAPSHOT)):
        return
    owned_by = _deployed_to(home / _SNAPSHOT) or (key if is_remembered() else "")
    if not owned_by:
        return
    ownership = acquire(home)
    if ownership is None:
        who = owner(home)
        raise ProjectProblem(
            f"An older release of amplify-tui runs this sandbox in process {who and who.pid}.",
            "End it first (Ctrl-C there), then try again.",
            where=str(home),
        )
    try:
        _move(home, home / owned_by)
    finally:
        ownership.release()
    (home / LOCK_NAME).unlink(missing_ok=True)


def _deployed_to(snapshot: Path) -> str:
    """The key of the target that a snapshot was taken of; "" if it does not say."""
    try:
        with snapshot.open(encoding="utf-8", errors="replace") as file:
            found = _STACK_ID.search(file.read(4096))
    except OSError:
        return ""
    if found is None:
        return ""
    region, account = found.groups()
    return _LOCAL if not account.strip("0") else f"{account}-{region}"


def _move(source: Path, place: Path) -> None:
    """Move what ``place`` does not have yet; a database goes with the files beside it."""
    private_folder(place)
    has_journal = (place / _JOURNAL).exists()
    for each in sorted(source.iterdir()):
        is_journal = each.name.startswith(_JOURNAL)
        if each.name == LOCK_NAME or _TARGET.fullmatch(each.name):
            continue
        if has_journal if is_journal else (place / each.name).exists():
            continue
        each.rename(place / each.name)
