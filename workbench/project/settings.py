"""The user's settings: theme, keys and trusted web pages, in ``amplify-tui/settings.toml``.

Read by plain dataclasses and ``tomllib``, since it delays the first paint.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.atomic_files import write_whole

_THEME_LINE = re.compile(r"^theme\s*=.*$", re.MULTILINE)
_ORIGINS = "allowed-origins"
_ORIGIN = re.compile(r"https?://[^\s/?#@*]+/?", re.IGNORECASE)
_KEY = re.compile(r"[a-z0-9_+,\-]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings; ``theme`` is None to follow the terminal, ``keys`` maps binding ids to keys.

    ``allowed_origins`` are pages, besides loopback ones, that may use the local cloud.
    """

    theme: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    allowed_origins: tuple[str, ...] = ()


def settings_file(environment: Mapping[str, str] | None = None) -> Path:
    """Return the path of the settings file, below ``$XDG_CONFIG_HOME`` or ``~/.config``."""
    variables = os.environ if environment is None else environment
    home = variables.get("XDG_CONFIG_HOME", "")
    # The XDG specification says that relative paths are to be ignored.
    base = Path(home) if home and Path(home).is_absolute() else Path.home() / ".config"
    return base / "amplify-tui" / "settings.toml"


def load_settings(file: Path | None = None) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings, and warnings about invalid ones, which never stop a start."""
    path = settings_file() if file is None else file
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(), ()
    except (OSError, UnicodeDecodeError) as error:
        return Settings(), (f"{path} cannot be read: {error}. The defaults are used.",)
    except tomllib.TOMLDecodeError as error:
        return Settings(), (f"{path} is not valid TOML: {error}. The defaults are used.",)
    warnings = [
        f"{path}: there is no setting {name!r}; known are theme, keys and {_ORIGINS}."
        for name in content
        if name not in {"theme", "keys", _ORIGINS}
    ]
    theme = content.get("theme")
    if theme is not None and not isinstance(theme, str):
        warnings.append(f"{path}: theme must be a text, such as theme = 'dark'.")
        theme = None
    keys, key_warnings = _keys(content.get("keys", {}), path)
    origins, origin_warnings = _origins(content.get(_ORIGINS, []), path)
    settings = Settings(theme=theme or None, keys=keys, allowed_origins=origins)
    return settings, (*warnings, *key_warnings, *origin_warnings)


def remember_theme(theme: str, file: Path | None = None) -> None:
    """Write the theme to the settings file; comments and other settings stay as they are.

    Raises ``OSError`` if the file cannot be written, ``ValueError`` for an invalid name.
    """
    if not re.fullmatch(r"[\w.-]+", theme):
        raise ValueError(f"{theme!r} is not a valid theme name")
    path = settings_file() if file is None else file
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    line = f'theme = "{theme}"'
    head, tables = _at_first_table(text)
    # A top-level key must stand before the first table, or TOML takes it for that table's.
    head = _THEME_LINE.sub(line, head) if _THEME_LINE.search(head) else f"{line}\n{head}"
    write_whole(path, head + tables)


def _origins(value: object, path: Path) -> tuple[tuple[str, ...], list[str]]:
    if not isinstance(value, list):
        return (), [f"{path}: {_ORIGINS} must be a list, such as ['https://app.example.dev']."]
    good = [one for one in value if isinstance(one, str) and _ORIGIN.fullmatch(one)]
    wrong = [
        f"{path}: {one!r} in {_ORIGINS} is not an origin; write scheme, host and port, such as "
        "'http://192.168.1.20:3000', without a path or *."
        for one in value
        if one not in good
    ]
    return tuple(one.rstrip("/") for one in good), wrong


def _keys(value: object, path: Path) -> tuple[dict[str, str], list[str]]:
    if not isinstance(value, dict):
        return {}, [f"{path}: keys must be a table, such as [keys]."]
    keys: dict[str, str] = {}
    warnings: list[str] = []
    for name, wanted in _flat(value).items():
        if isinstance(wanted, str) and _KEY.fullmatch(wanted):
            keys[name] = wanted
        else:
            warnings.append(
                f"{path}: the key of {name!r} must be a text such as 'ctrl+r' or 'r,f5'."
            )
    return keys, warnings


def _flat(table: Mapping[str, object], above: str = "") -> dict[str, object]:
    """Join nested names with dots: TOML reads an unquoted ``log.search`` as a table ``log``."""
    flat: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{above}{name}.")
        else:
            flat[f"{above}{name}"] = value
    return flat


def _at_first_table(text: str) -> tuple[str, str]:
    match = re.search(r"^[ \t]*\[", text, re.MULTILINE)
    return (text[: match.start()], text[match.start() :]) if match else (text, "")
