"""``.env`` files: names and values, as shells and bundlers read them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.project.models import ProjectProblem

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,-]*")


def read_dotenv(text: str, name: str) -> Mapping[str, str]:
    """The variables of a file; raises ProjectProblem that names a wrong line, not what is in it."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ProjectProblem(f"{name}, line {number} is no NAME=VALUE.", "Correct that line.")
        found[match[1]] = _value(match[2])
    return found


def write_dotenv(variables: Mapping[str, str]) -> str:
    """The text of a file, by name."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in sorted(variables.items()))


def _value(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        inner = text[1:-1]
        return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), inner)
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1]
    return text.partition(" #")[0].rstrip()


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
