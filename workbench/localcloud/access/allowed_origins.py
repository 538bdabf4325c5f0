"""Reads the setting ``allowed-origins``, and again when it changes."""

from __future__ import annotations

from pathlib import Path

from workbench.localcloud.access.web_pages import origin_of
from workbench.project.settings import load_settings, settings_file


class AllowedOriginsSetting:
    """Asked only for a request that no loopback page or name makes; costs one ``stat``."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or settings_file()
        self._stamp: tuple[int, int] | None = None
        self._origins: frozenset[str] = frozenset()

    def __call__(self) -> frozenset[str]:
        """The origins that the user's settings name now."""
        try:
            found = self._file.stat()
        except OSError:
            self._stamp = None
            return frozenset()
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp != self._stamp:
            settings, _ = load_settings(self._file)
            origins = (origin_of(text) for text in settings.allowed_origins)
            self._origins = frozenset(origin for origin in origins if origin)
            self._stamp = stamp
        return self._origins
