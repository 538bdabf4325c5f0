"""Saves the local cloud's state as it changes: at most a second of writes can be lost.

A request that may have changed something marks its services; half a second later a thread takes
their states and writes what differs from what is saved. An idle local cloud does nothing.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from workbench.damaged_files import Damage
from workbench.localcloud.adapter import saved_state
from workbench.localcloud.adapter.stack_operations import any_running
from workbench.localcloud.state_recovery import document_in_copy, open_last_good
from workbench.localcloud.state_store import Changes, StateStore

logger = logging.getLogger("local cloud")

DELAY = 0.4
"""Seconds from the first change to its save."""

_SETTLE = 5.0
"""Seconds after the last change until everything is looked at once more: triggers, streams and
schedules change services that no request named."""

_BUSY_SHARE = 4
"""A save that takes long is followed by a pause of so many times its duration."""

_RETRY = 3.0
"""Seconds until the next attempt where the disk refuses a save."""


class Saver:
    """Owns the state store after :meth:`start`; ``mark`` may be called from any thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.damages: tuple[Damage, ...] = ()
        self._items = saved_state.ItemChanges()
        self._blobs = saved_state.Blobs()
        self._digests: dict[str, bytes] = {}
        self._wake = threading.Condition()
        self._marked: set[str] = set()
        self._all = False
        self._settle_at: float | None = None
        self._ending = False
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="save-state", daemon=True)

    def restore(self) -> None:
        """Put the last good state into the emulator, and watch for changes from here on.

        ``damages`` is what was found damaged on the way. Raises NewerStateError and
        UnreachableStateError.
        """
        saved_state.remove_unfinished_objects(saved_state.state_folder())
        saved_state.keep_code_until_saved()
        self._store, self.damages = open_last_good(self._directory, self._take_over)
        self._store.drop_unused_blobs()
        self._remove_unused_code()
        self._items.install()
        self._items.loaded()

    def _take_over(self, store: StateStore) -> None:
        services = store.services()
        saved_state.restore(saved_state.decode(services, store.items(), store.blob))
        self._digests = {name: _digest(document) for name, document in services.items()}

    def _remove_unused_code(self) -> None:
        saved = self._store.services().get("lambda")
        if saved:
            saved_state.remove_unused_code((saved, document_in_copy(self._directory, "lambda")))

    def start(self) -> None:
        """Begin to save in the background."""
        self._thread.start()

    def mark(self, services: Iterable[str] | None) -> None:
        """These services (None: any) may have changed."""
        with self._wake:
            if services is None:
                self._all = True
            else:
                self._marked.update(services)
            self._settle_at = time.monotonic() + _SETTLE
            self._wake.notify()

    def finish(self) -> None:
        """Save everything, stop saving, and close the store."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        self._thread.join(timeout=15)
        self._save(None)
        self._store.close()

    def _run(self) -> None:
        try:
            if self._digests:
                self._store.keep_copy()
        except (sqlite3.Error, OSError) as error:
            logger.warning("no copy of the last good state: %s", error)
        while True:
            with self._wake:
                while not (self._ending or self._all or self._marked):
                    timeout = None
                    if self._settle_at is not None:
                        timeout = self._settle_at - time.monotonic()
                        if timeout <= 0:
                            self._settle_at, self._all = None, True
                            break
                    self._wake.wait(timeout)
                if not self._ending:
                    self._wake.wait_for(lambda: self._ending, DELAY)
                if self._ending:
                    return
                services = None if self._all else frozenset(self._marked)
                self._all, self._marked = False, set()
            began = time.monotonic()
            written = self._save(services)
            took = time.monotonic() - began
            pause = took * _BUSY_SHARE - DELAY if written else _RETRY
            with self._wake:
                if any_running():
                    self._all, self._settle_at = True, time.monotonic() + _SETTLE
                if pause > 0:
                    self._wake.wait_for(lambda: self._ending, pause)

    def _save(self, services: frozenset[str] | None) -> bool:
        """Write what changed; returns False (and marks it again) where it could not be written."""
        documents: dict[str, bytes] = {}
        for name in saved_state.loaded_services():
            if services is None or name in services:
                document = self._take(name)
                if document is not None and _digest(document) != self._digests.get(name):
                    documents[name] = document
        emptied, items = self._items.take()
        blobs = self._blobs.take()
        changes = Changes(documents, emptied, items, blobs)
        if not changes.any:
            return True
        try:
            self._store.write(changes)
        except sqlite3.Error as error:
            if not self._failing:
                logger.error("the state cannot be saved: %s", error)  # noqa: TRY400 - one line
            self._failing = True
            self._items.put_back(emptied, items)
            self._blobs.put_back(blobs)
            self.mark(documents)
            return False
        self._failing = False
        self._digests.update({name: _digest(document) for name, document in documents.items()})
        return True

    def _take(self, name: str) -> bytes | None:
        """A service's state; it may change while it is read, then it is read again."""
        for attempt in range(5):
            try:
                return saved_state.take_service(name, self._blobs)
            except RuntimeError:
                time.sleep(0.01 * (attempt + 1))
            except Exception:
                logger.exception("the state of %s cannot be taken", name)
                return None
        self.mark((name,))
        return None


def _digest(document: bytes) -> bytes:
    return hashlib.blake2b(document, digest_size=16).digest()
