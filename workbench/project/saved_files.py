"""Files that users save from the app into a folder of their project, under version control."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.atomic_files import write_whole
from workbench.model.user_problem import UserProblem

_MOST = 500


class NotSavedProblem(UserProblem):
    """The file could not be written or read; the text says why."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved file by its path inside the folder."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class SavedFolder:
    """A folder in the project's ``root`` for files of one kind; new ones get the first suffix."""

    root: Path
    folder: str
    suffixes: tuple[str, ...]

    def files(self) -> tuple[Saved, ...]:
        """The saved files, by name; links out of the project are left out."""
        folder = self.root / self.folder
        found: list[Saved] = []
        for directory, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                path = Path(directory) / name
                if path.suffix in self.suffixes and not path.is_symlink():
                    found.append(Saved(path.relative_to(folder).as_posix(), path))
            if len(found) >= _MOST:
                break
        return tuple(sorted(found, key=lambda each: each.name))

    def read(self, name: str) -> str:
        """A saved file's text; raises NotSavedProblem."""
        try:
            return self._path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise NotSavedProblem(f"{self.folder}/{name} could not be read: {error}") from None

    def save(self, name: str, text: str, *, replace: bool = False) -> Path:
        """Write a file; raises NotSavedProblem if it exists and ``replace`` is False."""
        path = self._path(name)
        if path.exists() and not replace:
            raise NotSavedProblem(f"{self.folder}/{path.name} already exists.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text if text.endswith("\n") else text + "\n")
        except OSError as error:
            why = error.strerror
            raise NotSavedProblem(f"{self.folder}/{name} could not be written: {why}") from None
        return path

    def _path(self, name: str) -> Path:
        folder = (self.root / self.folder).resolve()
        wanted = name if name.endswith(self.suffixes) else f"{name}{self.suffixes[0]}"
        path = (folder / wanted).resolve()
        if not name.strip() or not path.is_relative_to(folder) or path == folder:
            raise NotSavedProblem(f"{name!r} is not a valid file name in {self.folder}/.")
        return path
