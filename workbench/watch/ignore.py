"""Decides which files never start a deployment: by Git's rules, the user's and our own.

Follows Git's rules as ``git check-ignore`` does: the nearest ``.gitignore`` decides, ``!``
re-includes, and nothing inside an ignored folder can be re-included.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.git.git_folder import Repository, find_repository

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

ALWAYS = (
    ".amplify/",
    "node_modules/",
    ".git/",
    "__pycache__/",
    "amplify_outputs*",
    "amplifyconfiguration*",
    # files that editors write beside the edited one
    "*~",
    ".#*",
    "\\#*#",
    "4913",
    "*.sw?",
    "*.swpx",
    "*___jb_tmp___",
    "*___jb_old___",
    ".goutputstream-*",
    ".DS_Store",
)


_Mark = tuple[int, int, int] | None  # mtime ns, size, inode; None for a missing file


class IgnoreRules:
    """The ignore rules in the files; make new ones when they ``are_stale``.

    ``exclude`` are the user's own patterns in Git's notation, relative to the watched folder or to
    the project's root (ampx resolves them against the watched folder only).
    """

    def __init__(self, root: Path, watched: Path, exclude: Iterable[str] = ()) -> None:
        self._root = root
        self._repository = find_repository(root)
        self._always = _spec(ALWAYS)
        patterns = tuple(pattern.removeprefix("./") for pattern in exclude)
        self._excluded = (
            [(folder, _spec(patterns)) for folder in (root, watched)] if patterns else []
        )
        self._specs: dict[Path, GitIgnoreSpec | None] = {}
        self._read: dict[Path, _Mark] = {}
        self._folders: dict[Path, bool] = {}
        self._shared = self._file_spec(_exclude_file(self._repository))
        self._top = self._top_for(watched)

    def ignores(self, path: Path, *, is_folder: bool = False) -> bool:
        """Whether to ignore a change of this absolute path."""
        top = self._top
        if not path.is_relative_to(top):
            top = self._root
        if not path.is_relative_to(top):
            return False
        return self._folder_ignored(path.parent, top) or self._one(path, top, is_folder)

    def are_stale(self) -> bool:
        """Whether a file with rules was changed, created or deleted since it was read."""
        return any(_mark(file) != mark for file, mark in self._read.items())

    def _top_for(self, watched: Path) -> Path:
        """Return the outermost folder whose rules apply: the repository's root, as in Git.

        A project that Git ignores as a whole (a scratch folder in a repository) is still watched:
        then the rules above it do not apply.
        """
        if self._repository is None:
            return self._root
        top = self._repository.root
        if not watched.is_relative_to(top):
            return self._root
        if not (self._folder_ignored(watched.parent, top) or self._git_says(watched, top, "/")):
            return top
        self._folders.clear()
        self._shared = None
        return self._root

    def _folder_ignored(self, folder: Path, top: Path) -> bool:
        if folder == top or not folder.is_relative_to(top):
            return False
        known = self._folders.get(folder)
        if known is None:
            known = self._folder_ignored(folder.parent, top) or self._one(folder, top, True)
            self._folders[folder] = known
        return known

    def _one(self, path: Path, top: Path, is_folder: bool) -> bool:
        ending = "/" if is_folder else ""
        if self._always.match_file(path.name + ending):
            return True
        for folder, spec in self._excluded:
            if path.is_relative_to(folder) and spec.match_file(
                path.relative_to(folder).as_posix() + ending
            ):
                return True
        return self._git_says(path, top, ending)

    def _git_says(self, path: Path, top: Path, ending: str) -> bool:
        folder = path.parent
        while True:
            spec = self._spec_of(folder)
            if spec is not None:
                said = spec.check_file(path.relative_to(folder).as_posix() + ending).include
                if said is not None:
                    return bool(said)
            if folder == top:
                break
            folder = folder.parent
        if self._shared is None:
            return False
        return bool(self._shared.match_file(path.relative_to(top).as_posix() + ending))

    def _spec_of(self, folder: Path) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            self._specs[folder] = self._file_spec(folder / ".gitignore")
        return self._specs[folder]

    def _file_spec(self, file: Path | None) -> GitIgnoreSpec | None:
        if file is None:
            return None
        self._read[file] = _mark(file)
        try:
            lines = file.read_text(errors="replace").splitlines()
        except OSError:
            return None
        return _spec(lines)


def _exclude_file(repository: Repository | None) -> Path | None:
    return None if repository is None else repository.common / "info" / "exclude"


def _mark(file: Path) -> _Mark:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    kept = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue  # Git, too, skips a pattern that it can't read
        kept.append(line)
    return GitIgnoreSpec.from_lines(kept)
