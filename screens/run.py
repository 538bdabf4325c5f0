"""Puts the app together and runs it: settings, themes, the starter."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from screens.app import WorkbenchApp
from screens.opening import ProjectStarter
from screens.terminal import choose_theme
from screens.themes import load_themes
from workbench.project.settings import load_settings, remember_theme, settings_file
from workbench.startup import Flags


def run(
    cwd: Path,
    flags: Flags,
    *,
    type_check: bool,
    answer: bytes,
    environment: Mapping[str, str],
) -> int:
    """Run the app to its end; returns the exit code."""
    settings, setting_warnings = load_settings()
    themes, theme_warnings = load_themes(settings_file().parent / "themes")
    theme = settings.theme or choose_theme(environment, answer)
    warnings = [*setting_warnings, *theme_warnings]
    if theme not in themes:
        warnings.append(f"There is no theme {theme!r}; the dark one is used.")
    app = WorkbenchApp(
        ProjectStarter(cwd, flags, type_check=type_check),
        themes=themes,
        theme=theme,
        settings=settings,
        warnings=warnings,
        remember_theme=remember_theme,
    )
    app.run()
    if not app.wait_for_engine():
        sys.stderr.write("amplify-tui: the engine did not stop in time; it was left.\n")
    return app.return_code or 0
