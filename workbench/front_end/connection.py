"""Whether a project's front end has the line that connects it, and where the line belongs."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.front_end.written import FOLDER, outputs_of

_CONFIGURATIONS: tuple[tuple[str, Literal["plugin", "statement"]], ...] = (
    ("vite.config", "plugin"),
    ("next.config", "statement"),
)
_LINES = {
    "plugin": "import(`${{process.cwd()}}/{}/vite.cjs`).then((m) => m.default(), () => null)",
    "statement": "import(`${{process.cwd()}}/{}/dev-server.cjs`).catch(() => {{}});",
}
_ENDINGS = ("ts", "mts", "js", "mjs", "cts", "cjs")
_PLUGINS = re.compile(r"^([ \t]*)(.*?\bplugins\s*:\s*\[)([ \t]*\n[ \t]*)?", re.MULTILINE)
_OTHER_PLUGINS = re.compile(r"\b(?:postcss|worker|\w+Options|optimizeDeps)\s*:")
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
    """The front end of a backend's project; None where there is none that is known here.

    It is beside the backend, or where the outputs are written.
    """
    outputs = outputs_of(root)
    for folder in (root, *([outputs.parent] if outputs is not None else [])):
        for stem, kind in _CONFIGURATIONS:
            for ending in _ENDINGS:
                file = folder / f"{stem}.{ending}"
                try:
                    text = file.read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError):
                    continue
                place = Path(os.path.relpath(root, folder)) / FOLDER
                line = _LINES[kind].format(place.as_posix())
                add = _with_plugin if kind == "plugin" else _with_statement
                return FrontEnd(file, line, FOLDER.as_posix() in text, add(text, line))
    return None


def _with_plugin(text: str, line: str) -> str:
    found = _PLUGINS.search(text)
    if _OTHER_PLUGINS.search(text) or text.count("plugins") > 1:
        return ""  # whose plugins they are takes a parser
    if found and "//" not in found[2]:
        gap = found[3]
        if gap is None:
            return f"{text[: found.end(2)]}{line}, {text[found.end() :]}"
        return f"{text[: found.end()]}{line},{gap}{text[found.end() :]}"
    options = _OPTIONS.search(text)
    if options is None or "plugins" in text:
        return ""
    return f"{text[: options.end()]}\n  plugins: [{line}],{text[options.end() :]}"


def _with_statement(text: str, line: str) -> str:
    at = max((found.end() for found in _IMPORTS.finditer(text)), default=0)
    if not at:
        return f"{line}\n{text}"
    rest = text[at:] if text[at:].startswith("\n") else f"\n{text[at:]}"
    return f"{text[:at]}\n{line}\n{rest}"
