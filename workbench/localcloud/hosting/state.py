"""The hosting's own state: plain documents by the API's names, in one file, written whole or not.

A copy of it is made at each start that could read it, and taken where the file is damaged.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from workbench.atomic_files import write_whole
from workbench.damaged_files import Damage, put_aside
from workbench.localcloud.state.store import NewerStateError, UnreachableStateError
from workbench.private_files import private_folder, write_private

Document = dict[str, Any]

FILE_NAME = "hosting.json"
PREVIOUS_NAME = "hosting.previous.json"
FORMAT = 1


class HostingState:
    """Apps by id, each ``{app, branches, environments, domains}``; webhooks by id.

    A branch is ``{branch, jobs}``, a job ``{summary, steps}``. ``lock`` guards every look at it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = RLock()
        self._file = folder / FILE_NAME
        self.apps: dict[str, Document] = {}
        self.webhooks: dict[str, Document] = {}
        self.damages: tuple[Damage, ...] = ()
        copy = folder / PREVIOUS_NAME
        if not self._file.exists() and not copy.exists():
            return
        try:
            self._take(self._file)
        except (
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            IsADirectoryError,
            FileNotFoundError,
        ) as error:
            self._take_copy(copy, "it is missing" if not self._file.exists() else str(error))
        except OSError as error:
            raise UnreachableStateError(
                f"{self._file} cannot be read ({error.strerror})",
                f"give it back to yourself (chmod u+rw {self._file}), then start again",
            ) from error
        if self.apps and not self.damages:
            write_private(copy, self._document())

    def _take(self, file: Path) -> None:
        saved = json.loads(file.read_text(encoding="utf-8"))
        if saved.get("format", 1) > FORMAT:
            raise NewerStateError(f"{file.name}: format {saved['format']}")
        apps, webhooks = saved["apps"], saved["webhooks"]
        for app in apps.values():
            if not {"app", "branches", "environments", "domains"} <= set(app):
                raise ValueError("an app lacks its parts")
        webhooks.items()
        self.apps, self.webhooks = apps, webhooks

    def _take_copy(self, copy: Path, why: str) -> None:
        try:
            self._take(copy)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            instead, only_copy = "It begins empty: no copy can be used.", True
        else:
            at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(copy.stat().st_mtime))
            instead, only_copy = f"What was there at the start of {at} was taken.", False
        kept = put_aside(self._file, only_copy=only_copy)
        self.damages = (
            Damage("What is kept of apps, branches and jobs", why, instead, str(kept or "")),
        )
        if only_copy:
            put_aside(copy, only_copy=True)
        else:
            self._save()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Changes within are on the disk when it ends, and even then where it raises."""
        with self.lock:
            try:
                yield
            finally:
                self._save()

    def _save(self) -> None:
        private_folder(self.folder)
        write_whole(self._file, self._document(), mode=0o600, flush=True)

    def _document(self) -> str:
        return json.dumps({"format": FORMAT, "apps": self.apps, "webhooks": self.webhooks})
