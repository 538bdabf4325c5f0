"""Puts the app together and runs it: settings, themes, the starter."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from screens.app import WorkbenchApp
from screens.end_signals import EndSignals
from screens.sandbox_starter import ProjectStarter
from screens.terminal import choose_theme
from screens.themes import load_themes
from screens.unforeseen import watch_threads
from workbench.project.settings import load_settings, remember_theme, settings_file
from workbench.startup import Flags


def run(
    cwd: Path,
    chosen: Mapping[str, object],
    *,
    answer: bytes,
    environment: Mapping[str, str],
    ending: EndSignals,
) -> int:
    """Run the app to its end; returns the exit code. ``chosen`` are the command line's flags."""
    profile, identifier, iam = (chosen.get(name) for name in ("profile", "identifier", "iam"))
    flags = Flags(
        local=bool(chosen.get("local")),
        profile=profile if isinstance(profile, str) else None,
        identifier=identifier if isinstance(identifier, str) else None,
        iam=iam if isinstance(iam, bool) else None,
    )
    settings, setting_warnings = load_settings()
    themes, theme_warnings = load_themes(settings_file().parent / "themes")
    theme = settings.theme or choose_theme(environment, answer)
    warnings = [*setting_warnings, *theme_warnings]
    if theme not in themes:
        warnings.append(f"Unknown theme {theme!r}: using dark.")
    app = WorkbenchApp(
        ProjectStarter(cwd, flags, type_check=not chosen.get("no_type_check")),
        themes=themes,
        theme=theme,
        settings=settings,
        warnings=warnings,
        remember_theme=remember_theme,
    )
    watch_threads(app.unforeseen)
    ending.while_app_runs(app.end_soon, lambda: app.holds_terminal)
    app.run()
    ending.after_app()
    if app.unforeseen.last_words:
        sys.stderr.write(f"✗ {app.unforeseen.last_words}\n")
    if ending.number:
        sys.stderr.write(f"{ending.words()}\n")
    if app.ending.farewell:
        sys.stdout.write(f"{app.ending.farewell}\n")
    if not app.ending.wait_for_engine():
        sys.stderr.write("amplify-tui: the engine did not stop in time; it was left.\n")
    return 128 + ending.number if ending.number else app.return_code or 0
