"""Opens the last good state: the current one, else the copy that a good start has left.

What cannot be used is moved aside and reported, never overwritten. A state of a newer release, and
one that cannot be read or written now, stop the start instead: nothing is moved then.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from workbench.atomic_files import remove_unfinished, replacing
from workbench.damaged_files import Damage, put_aside
from workbench.localcloud.state.store import (
    FILE_NAME,
    PREVIOUS_NAME,
    DamagedStateError,
    NewerStateError,
    StateStore,
    UnreachableStateError,
    said_of,
)
from workbench.private_files import private_folder

logger = logging.getLogger("local cloud")

Use = Callable[[StateStore], None]
"""Takes over all that a store holds; raises DamagedStateError or NewerStateError, and then has
taken over nothing."""

_STATE = "The local cloud's state"
_COPY = "The copy of its last good state"


def open_last_good(directory: Path, use: Use) -> tuple[StateStore, tuple[Damage, ...]]:
    """The open state of ``directory``, taken over by ``use``, and what was found damaged.

    Raises NewerStateError and UnreachableStateError.
    """
    private_folder(directory)
    path, copy = directory / FILE_NAME, directory / PREVIOUS_NAME
    remove_unfinished(path)
    remove_unfinished(copy)
    try:
        return _current(path, copy, use), ()
    except DamagedStateError as error:
        why = str(error)
    logger.error("the saved state cannot be used: %s", why)
    store, damages = _from_copy(path, copy, why, use)
    for damage in damages:
        logger.warning("%s", damage)
    return store, damages


def text_in_copy(directory: Path, service: str) -> bytes:
    """All that the copy of the last good state holds of a service; empty without one."""
    copy = directory / PREVIOUS_NAME
    if not copy.exists():
        return b""
    try:
        with contextlib.closing(StateStore(copy, read_only=True)) as store:
            return store.text_of(service)
    except (DamagedStateError, NewerStateError, UnreachableStateError, sqlite3.Error):
        return b""


def _current(path: Path, copy: Path, use: Use) -> StateStore:
    expected = _names_in(copy)
    if expected and not path.exists():
        raise DamagedStateError("it is missing")
    store = StateStore(path, may_be_new=not copy.exists())
    try:
        # Saved services never go: a state that lacks some was emptied by something else.
        found = store.service_names()
        if not found and copy.exists():
            raise DamagedStateError("it is empty")
        if missing := sorted(expected - found):
            raise DamagedStateError(f"it lacks what was saved of {', '.join(missing)}")
        use(store)
    except sqlite3.Error as error:
        store.close()
        raise said_of(error, path) from error
    except BaseException:
        store.close()
        raise
    return store


def _names_in(copy: Path) -> frozenset[str]:
    """The services in the copy; empty if it is missing or damaged."""
    if not copy.exists():
        return frozenset()
    try:
        with contextlib.closing(StateStore(copy, read_only=True)) as store:
            return store.service_names()
    except (DamagedStateError, UnreachableStateError):
        return frozenset()


def _from_copy(path: Path, copy: Path, why: str, use: Use) -> tuple[StateStore, tuple[Damage, ...]]:
    """The copy in the current state's place, else an empty one; what is damaged is moved aside."""
    wrong_copy = _use_copy(copy, use) if copy.exists() else "there is none"
    if not wrong_copy:
        taken = copy.stat().st_mtime
        kept = put_aside(path)
        with replacing(path, mode=0o600, flush=True) as fresh:
            shutil.copyfile(copy, fresh)
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(taken))
        damage = Damage(
            _STATE, why, f"That of {at}, the last good start, was taken.", str(kept or "")
        )
        return StateStore(path), (damage,)
    kept = put_aside(path, only_copy=True)
    damages = [Damage(_STATE, why, "It begins empty: no copy can be used.", str(kept or ""))]
    if copy.exists():
        kept = put_aside(copy, only_copy=True)
        damages.append(Damage(_COPY, wrong_copy, "It is not used.", str(kept or "")))
    store = StateStore(path)
    use(store)
    return store, tuple(damages)


def _use_copy(copy: Path, use: Use) -> str:
    """Take over the copy; returns what is wrong with it, empty where it was taken over."""
    try:
        with contextlib.closing(StateStore(copy, read_only=True)) as store:
            if not store.service_names():
                return "it holds nothing"
            use(store)
    except DamagedStateError as error:
        return str(error)
    except sqlite3.Error as error:
        told = said_of(error, copy)
        if isinstance(told, DamagedStateError):
            return str(told)
        raise told from error
    return ""
