"""Themes from data files: ours beside the style sheets, the user's in the settings folder.

A file that is wrong costs a warning and is left out; what it lacks falls back to our theme of the
same kind.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

import themes

OURS: Final = Path(themes.__file__).parent
STYLE_SHEETS: Final = tuple(
    OURS / name
    for name in (
        "base.tcss",
        "sandbox.tcss",
        "dialogs.tcss",
        "playground.tcss",
        "users.tcss",
        "branches.tcss",
        "functions.tcss",
    )
)
KINDS: Final = {"dark": "dark", "light": "light", "ansi": "terminal"}
"""The kinds of themes, each with our theme of that kind."""

_TEXTUAL_NAMES = (
    "background",
    "surface",
    "panel",
    "foreground",
    "primary",
    "accent",
    "success",
    "warning",
    "error",
)
_OWN_NAMES = ("muted", "line", "cursor", "busy", "badge")
COLOR_NAMES: Final = (*_TEXTUAL_NAMES, *_OWN_NAMES)


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A theme as read: every one of ``COLOR_NAMES`` has a colour."""

    name: str
    kind: str
    colors: dict[str, str]

    def as_textual(self) -> Theme:
        """The theme as Textual takes it."""
        colors = self.colors
        own = {name: colors[name] for name in _OWN_NAMES}
        return Theme(
            name=self.name,
            dark=self.kind != "light",
            ansi=self.kind == "ansi",
            secondary=colors["busy"],
            variables={
                **own,
                "border": colors["accent"],
                "border-blurred": colors["line"],
                "block-cursor-background": colors["accent"],
                "block-cursor-foreground": colors["badge"],
                "footer-background": colors["panel"],
            }
            if self.kind != "ansi"
            else {**BUILTIN_THEMES["ansi-dark"].variables, **own},
            background=colors["background"],
            surface=colors["surface"],
            panel=colors["panel"],
            foreground=colors["foreground"],
            primary=colors["primary"],
            accent=colors["accent"],
            success=colors["success"],
            warning=colors["warning"],
            error=colors["error"],
        )


class ThemeError(Exception):
    """Why a theme file cannot be used, in words for the user."""


def load_themes(user_folder: Path | None = None) -> tuple[dict[str, ThemeFile], list[str]]:
    """All usable themes by name, and warnings about the others."""
    found: dict[str, ThemeFile] = {}
    warnings: list[str] = []
    for path in sorted(OURS.glob("*.toml")):
        theme = read_theme(path, {})
        found[theme.name] = theme
    if user_folder is not None and user_folder.is_dir():
        for path in sorted(user_folder.glob("*.toml")):
            try:
                theme = read_theme(path, found)
            except ThemeError as fault:
                warnings.append(f"Theme {path.name} is left out: {fault}")
            else:
                found[theme.name] = theme
    return found, warnings


def read_theme(path: Path, ours: dict[str, ThemeFile]) -> ThemeFile:
    """Read one theme file; raises ``ThemeError``."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"it cannot be read ({error})") from error
    name, kind = data.get("name", path.stem), data.get("kind", "dark")
    if not isinstance(name, str) or not name:
        raise ThemeError("its name is not a text")
    if kind not in KINDS:
        raise ThemeError(f"its kind is none of {', '.join(KINDS)}")
    given = data.get("colors", {})
    if not isinstance(given, dict):
        raise ThemeError("[colors] is not a table")
    unknown = sorted(set(given) - set(COLOR_NAMES))
    if unknown:
        raise ThemeError(f"unknown colours: {', '.join(unknown)}")
    base = ours.get(KINDS[kind])
    colors = dict(base.colors) if base is not None else {}
    for color_name, value in given.items():
        try:
            Color.parse(value)
        except (ColorParseError, TypeError, AttributeError):
            raise ThemeError(f"{color_name} = {value!r} is no colour") from None
        colors[color_name] = value
    missing = [color_name for color_name in COLOR_NAMES if color_name not in colors]
    if missing:
        raise ThemeError(f"colours are missing: {', '.join(missing)}")
    return ThemeFile(name, kind, colors)
