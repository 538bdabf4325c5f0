"""The hosting's own state: plain documents by the API's names, in one file, written whole or not."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from workbench.private_files import private_folder

Document = dict[str, Any]

FILE_NAME = "hosting.json"


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
        try:
            saved = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        self.apps, self.webhooks = saved["apps"], saved["webhooks"]

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
        part = self._file.with_suffix(".part")
        part.touch(mode=0o600)
        with part.open("w", encoding="utf-8") as file:
            json.dump({"apps": self.apps, "webhooks": self.webhooks}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._file)
