"""Whether a project's front end has the line that connects it, and where the line belongs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.front_end.written import FOLDER

_PLUGIN = f"import(`${{process.cwd()}}/{FOLDER}/vite.cjs`).then((m) => m.default(), () => null)"
_STATEMENT = f"import(`${{process.cwd()}}/{FOLDER}/dev-server.cjs`).catch(() => {{}});"
_CONFIGURATIONS: tuple[tuple[str, Literal["plugin", "statement"]], ...] = (
    ("vite.config", "plugin"),
    ("next.config", "statement"),
)
_ENDINGS = ("ts", "mts", "js", "mjs", "cts", "cjs")
_PLUGINS = re.compile(r"^([ \t]*)(.*?\bplugins\s*:\s*\[)([ \t]*\n[ \t]*)?", re.MULTILINE)
_OPTIONS = re.compile(r"\bdefineConfig\(\s*\{|\bexport\s+default\s*\{")
_IMPORTS = re.compile(r"^import\b[^;\n]*(?:\{[^}]*\}[^;\n]*)?;?[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """A project's front end, known by the configuration file of its dev server."""

    file: Path
    line: str
    connected: bool
    new_text: str
    """The file with the line; empty where its place could not be found."""


def find_front_end(root: Path) -> FrontEnd | None:
    """The front end beside a backend; None where there is none that is known here."""
    for stem, kind in _CONFIGURATIONS:
        for ending in _ENDINGS:
            file = root / f"{stem}.{ending}"
            try:
                text = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            line = _PLUGIN if kind == "plugin" else _STATEMENT
            place = _with_plugin if kind == "plugin" else _with_statement
            return FrontEnd(file, line, str(FOLDER) in text, place(text))
    return None


def _with_plugin(text: str) -> str:
    found = _PLUGINS.search(text)
    if found and "//" not in found[2]:
        gap = found[3]
        if gap is None:
            return f"{text[: found.end(2)]}{_PLUGIN}, {text[found.end() :]}"
        return f"{text[: found.end()]}{_PLUGIN},{gap}{text[found.end() :]}"
    options = _OPTIONS.search(text)
    if options is None or "plugins" in text:
        return ""
    return f"{text[: options.end()]}\n  plugins: [{_PLUGIN}],{text[options.end() :]}"


def _with_statement(text: str) -> str:
    at = max((found.end() for found in _IMPORTS.finditer(text)), default=0)
    gap = "\n" if at else ""
    return f"{text[:at]}{gap}{_STATEMENT}\n{gap if text[at : at + 1] != chr(10) else ''}{text[at:]}"
