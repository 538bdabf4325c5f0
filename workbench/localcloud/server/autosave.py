"""Saves the local cloud's state as it changes: at most a second of writes can be lost.

A request that may have changed something marks its services; a fifth of a second later a thread
looks at what of them differs from what is saved, and writes that. DynamoDB items, which may be
many, come first. An idle local cloud does nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from workbench.damaged_files import Damage
from workbench.localcloud.ministack.patches.cloudformation.operation_steps import STEPS
from workbench.localcloud.ministack.patches.cloudformation.stack_operations import any_running
from workbench.localcloud.ministack.patches.s3.staging_bucket import unused_assets
from workbench.localcloud.ministack.saved_state import capture
from workbench.localcloud.ministack.saved_state.code import mend_code
from workbench.localcloud.ministack.saved_state.items import (
    Blobs,
    Item,
    ItemChanges,
    encode_item,
)
from workbench.localcloud.ministack.saved_state.parts import Rows
from workbench.localcloud.server.cdk_bootstrap import STAGING_BUCKET
from workbench.localcloud.state.recovery import open_last_good, text_in_copy
from workbench.localcloud.state.store import Changes, StateStore
from workbench.wording import plural

logger = logging.getLogger("local cloud")

DELAY = 0.2
"""Seconds from the first change to its save."""

_SETTLE = 5.0
"""Seconds after the last change until everything is looked at once more: triggers, streams and
schedules change services that no request named."""

_BUSY_SHARE = 4
"""A long save is followed by a pause of so many times its duration, so that requests come
first, but never by a longer one than this:"""
_LONGEST_PAUSE = 0.25

_SLOW = 0.5
"""Seconds of a save that the log tells of."""

_RETRY = 3.0
"""Seconds until the next attempt where the disk refuses a save."""

_ITEMS_AGAIN = 0.1
"""Seconds of looking at services after which the items that came meanwhile are written first."""

_LONGEST_HOLD = 0.5
"""Seconds for which stack operations are held at most; only a large state takes longer."""

_ASSETS_EVERY = 300.0
"""Seconds between two looks for assets that nothing needs; the first comes soon after the start."""

_PACKED_AT_ONCE = 500
"""Saved items that are packed in one turn of the server's loop, in less than a millisecond."""

_TURN = 0.2
"""Seconds that the server's loop is waited for; one that is blocked changes no items meanwhile."""


class Autosave:
    """Saves in the background after :meth:`start`; ``mark`` may be called from any thread.

    ``damages`` is what :meth:`restore` found damaged, ``problem`` why nothing can be saved now.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.damages: tuple[Damage, ...] = ()
        self._code_damages: tuple[Damage, ...] = ()
        self.problem = ""
        self._items = ItemChanges()
        self._blobs = Blobs()
        self._states = capture.States(self._blobs)
        self._unsaved = Rows()
        self._unsaved_roots: dict[str, bytes] = {}
        self._wake = threading.Condition()
        self._marked: set[str] = set()
        self._all = False
        self._first_mark = 0.0
        self._settle_at: float | None = None
        self._ending = False
        self._code_in_copy: bytes | None = None
        self._assets_looked_at = float("-inf")
        self._remove_assets: Callable[[list[str]], None] = lambda _keys: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="save-state", daemon=True)
        self._copying = threading.Thread(target=self._keep_copy, name="keep-copy", daemon=True)

    def restore(self) -> None:
        """Put the last good state into the emulator, and watch for changes from here on.

        Raises NewerStateError and UnreachableStateError.
        """
        capture.remove_unfinished_objects(capture.state_folder())
        capture.keep_code_until_saved()
        self._store, damages = open_last_good(self._directory, self._take_over)
        for damage in self._code_damages:
            logger.warning("%s", damage)
        self.damages = (*damages, *self._code_damages)
        self._store.drop_unused_blobs()
        self._code_in_copy = text_in_copy(self._directory, "lambda")
        self._remove_unused_code()
        self._items.install()
        self._items.loaded()

    def _take_over(self, store: StateStore) -> None:
        states = self._states.decode(store.services(), store.parts(), store.items(), store.blob)
        # Before the emulator reads it: it takes what it finds.
        self._code_damages = tuple(mend_code(store.text_of("lambda")))
        capture.restore(states)

    def _remove_unused_code(self) -> None:
        """Remove function code that neither the saved state names nor the copy to fall back on."""
        saved = self._store.text_of("lambda")
        if saved and self._code_in_copy is not None:
            capture.remove_unused_code((saved, self._code_in_copy))

    def _look_for_unused_assets(self) -> None:
        now = time.monotonic()
        if any_running() or now - self._assets_looked_at < _ASSETS_EVERY:
            return
        self._assets_looked_at = now
        named = self._store.text_of("cloudformation")
        named += text_in_copy(self._directory, "cloudformation")
        unused = unused_assets(STAGING_BUCKET, named)
        if unused:
            logger.info("removed %s that no stack names", plural(len(unused), "asset"))
            self._remove_assets(unused)

    def start(
        self,
        loop: asyncio.AbstractEventLoop,
        remove_assets: Callable[[list[str]], None] = lambda _keys: None,
    ) -> None:
        """Begin to save in the background; ``loop`` is the one that requests run on.

        ``remove_assets`` is called now and then with what nothing needs of the staging bucket.
        """
        self._loop = loop
        self._remove_assets = remove_assets
        if self._store.service_names():
            # It was read and the server started with it: it proved itself.
            self._copying.start()
        self._thread.start()

    def mark(self, services: Iterable[str] | None) -> None:
        """These services (None: any) may have changed."""
        now = time.monotonic()
        with self._wake:
            if not (self._all or self._marked):
                self._first_mark = now
            if services is None:
                self._all = True
            else:
                self._marked.update(services)
            self._settle_at = now + _SETTLE
            self._wake.notify()

    def stop(self) -> None:
        """Save everything, stop saving, and close the store."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        self._thread.join(timeout=15)
        if self._copying.ident is not None:
            self._copying.join(timeout=15)
        self._loop = None
        self._save(None)
        self._store.close()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._ending or self._all or self._marked):
                    timeout = None
                    if self._settle_at is not None:
                        timeout = self._settle_at - time.monotonic()
                        if timeout <= 0:
                            self._settle_at, self._all = None, True
                            self._first_mark = 0.0
                            break
                    self._wake.wait(timeout)
                wait = self._first_mark + DELAY - time.monotonic()
                if wait > 0:
                    self._wake.wait_for(lambda: self._ending, wait)
                if self._ending:
                    return
                settled = self._settle_at is None
                # An operation changes any service, and one that ends during the save would
                # otherwise be saved as running: it is asked before, and then looked at again.
                running = any_running()
                services = None if self._all or running else frozenset(self._marked)
                self._all, self._marked = False, set()
            began = time.monotonic()
            written = self._save(services)
            took = time.monotonic() - began
            if took > _SLOW:
                logger.info("a save took %.1f s", took)
            if written and settled:
                self._remove_unused_code()
                self._look_for_unused_assets()
            if written and self._copying.ident is None:
                self._copying.start()  # the first one ever
            pause = min(took * _BUSY_SHARE, _LONGEST_PAUSE) if written else _RETRY
            with self._wake:
                if running or any_running():
                    self._settle_at = time.monotonic() + _SETTLE
                    if not (self._all or self._marked):
                        self._first_mark = time.monotonic()
                    self._all = True
                self._wake.wait_for(lambda: self._ending, pause)

    def _keep_copy(self) -> None:
        try:
            self._code_in_copy = None
            self._store.keep_copy()
        except (sqlite3.Error, OSError) as error:
            logger.warning("no copy of the last good state: %s", error)
        self._code_in_copy = text_in_copy(self._directory, "lambda")

    def _save(self, services: frozenset[str] | None) -> bool:
        """Write what changed; returns False (and keeps it) where it could not be written."""
        if not self._save_items():
            self.mark(services)
            return False
        names = [name for name in capture.loaded_services() if services is None or name in services]
        # Stacks last: one that names a resource which is not there can be deleted or rolled back,
        # while a resource that no stack names is in the way for ever.
        names.sort(key=lambda name: name == "cloudformation")
        since = began = time.monotonic()
        with contextlib.ExitStack() as operations:
            operations.enter_context(STEPS.held())
            for name in names:
                self._look_at(name)
                now = time.monotonic()
                if now - began > _LONGEST_HOLD:
                    operations.close()
                if now - since > _ITEMS_AGAIN:
                    self._save_items()
                    since = time.monotonic()
        blobs = self._blobs.take()
        changes = Changes(
            services=self._unsaved_roots,
            blobs=blobs,
            parts=self._unsaved.written,
            removed=tuple(self._unsaved.removed),
        )
        if not changes.any:
            return True
        if not self._write(changes):
            self._blobs.put_back(blobs)
            self.mark(services)
            return False
        self._unsaved, self._unsaved_roots = Rows(), {}
        return True

    def _save_items(self) -> bool:
        emptied, items = self._cut_items()
        if not emptied and not items:
            return True
        encoded = {key: encode_item(item) for key, item in items.items()}
        if self._write(Changes(emptied=emptied, items=encoded)):
            self._pack(
                [(key, items[key], data) for key, data in encoded.items() if data is not None]
            )
            return True
        self._items.put_back(emptied, items)
        return False

    def _pack(self, saved: list[tuple[Item, Any, bytes]]) -> None:
        """On the loop, a few at a time: requests come between."""
        if self._loop is None:
            return
        for at in range(0, len(saved), _PACKED_AT_ONCE):
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self._items.pack, saved[at : at + _PACKED_AT_ONCE])

    def _cut_items(self) -> tuple[tuple[str, ...], dict[Item, Any]]:
        """The changed items as they are between two requests: all of a transaction or nothing."""
        if self._loop is None or not self._loop.is_running():
            return self._items.cut()
        lock, done = threading.Lock(), threading.Event()
        found: list[tuple[tuple[str, ...], dict[Item, Any]]] = []

        def cut() -> None:
            with lock:
                if not found:
                    found.append(self._items.cut())
            done.set()

        try:
            self._loop.call_soon_threadsafe(cut)
            done.wait(_TURN)
        except RuntimeError:  # the loop has just ended
            pass
        cut()
        return found[0]

    def _write(self, changes: Changes) -> bool:
        try:
            self._store.write(changes)
        except sqlite3.Error as error:
            if not self.problem:
                logger.error("the state cannot be saved: %s", error)  # noqa: TRY400 - one line
            self.problem = str(error)
            return False
        if self.problem:
            logger.info("the state is saved again")
        self.problem = ""
        return True

    def _look_at(self, name: str) -> None:
        """Note what differs of a service; it may change while it is read, then it is read again."""
        for attempt in range(5):
            try:
                root, rows = self._states.changes(name)
            except RuntimeError:
                time.sleep(0.01 * (attempt + 1))
            except Exception:
                logger.exception("the state of %s cannot be taken", name)
                return
            else:
                if root is not None:
                    self._unsaved_roots[name] = root
                self._unsaved.add(rows)
                return
        self.mark((name,))
