"""Lets a backend import its own packages that have the same names as this program's.

A project may have packages named ``workbench``, ``screens`` or ``themes``. In the process that
evaluates a backend, this program's ``workbench`` is already imported, so Python would not search
for the user's. :func:`install` resolves such an import by the importing file: this program's files
get its packages, all others get the user's.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

OWN_ROOT = Path(__file__).resolve().parents[3]
NAMES = ("workbench", "screens", "themes")
_OWN_FILES = (str(OWN_ROOT / "amplify_tui.py"), *(f"{OWN_ROOT / name}/" for name in NAMES))


def install(folders: Sequence[Path]) -> None:
    """Resolve imports by the importing file if one of ``folders`` has modules with our names."""
    names = frozenset(name for name in NAMES if any(_has(folder, name) for folder in folders))
    if names:
        builtins.__import__ = _Imports(names, folders)


def users_modules() -> tuple[ModuleType, ...]:
    """Return the user's modules with such names that are not in :data:`sys.modules` now."""
    imports = builtins.__import__
    return tuple(imports.kept.values()) if isinstance(imports, _Imports) else ()


def _has(folder: Path, name: str) -> bool:
    if folder.resolve() == OWN_ROOT:
        return False
    package = folder / name
    is_own = package.resolve() == OWN_ROOT / name
    return (package.is_dir() and not is_own) or package.with_suffix(".py").is_file()


class _Imports:
    """Replaces ``builtins.__import__`` and keeps two sets of modules for ``names``."""

    def __init__(self, names: frozenset[str], folders: Sequence[Path]) -> None:
        self._names = names
        self._folders = [str(folder) for folder in folders]
        self._import = builtins.__import__
        self._is_users = False
        self.kept: dict[str, ModuleType] = {}

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the names that callers use
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Import like ``__import__``."""
        asking = globals or {}
        full = name if not level else str(asking.get("__package__") or "")
        if full.partition(".")[0] not in self._names:
            return self._import(name, globals, locals, fromlist or (), level)
        with self._in_place(users=not str(asking.get("__file__") or "").startswith(_OWN_FILES)):
            return self._import(name, globals, locals, fromlist or (), level)

    @contextmanager
    def _in_place(self, *, users: bool) -> Iterator[None]:
        if users == self._is_users:
            yield
            return
        path = sys.path
        self._exchange()
        if users:
            sys.path = [*self._folders, *path]
        try:
            yield
        finally:
            self._exchange()
            sys.path = path

    def _exchange(self) -> None:
        self._is_users = not self._is_users
        here = {
            name: module
            for name, module in sys.modules.items()
            if name.partition(".")[0] in self._names
        }
        for name in here:
            del sys.modules[name]
        sys.modules.update(self.kept)
        self.kept = here
