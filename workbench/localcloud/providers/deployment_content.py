"""The files of a bucket deployment: archives opened, markers replaced, filters applied."""

from __future__ import annotations

import fnmatch
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_PLAIN_YAML = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_YAML_WORDS = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null"})


def archive_files(
    archive: bytes, markers: Mapping[str, Any], settings: Mapping[str, Any]
) -> dict[str, bytes]:
    """A zip archive's files by path, each with its markers replaced by their values.

    Raises ``ValueError`` for an archive that can't be read, and as :func:`marker_text`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            files = {
                member.filename: opened.read(member)
                for member in opened.infolist()
                if not member.is_dir()
            }
    except zipfile.BadZipFile as problem:
        raise ValueError(str(problem)) from problem
    tokens = {
        marker.encode(): marker_text(marker, value, settings).encode()
        for marker, value in markers.items()
    }
    return {path: _replaced(content, tokens) for path, content in files.items()}


def marker_text(marker: str, value: Any, settings: Mapping[str, Any]) -> str:
    """What replaces a marker, in the encoding that the source's settings name for it.

    Raises ``TypeError`` for a value that its encoding does not take, ``ValueError`` for an
    encoding that is not known.
    """
    escape = str(settings.get("jsonEscape", "false")).lower() == "true"
    default = "UNQUOTED_JSON_VALUE" if escape else "LITERAL"
    encoding = settings.get("markerEncodings", {}).get(marker, default)
    if encoding == "JSON_VALUE":
        return json.dumps(value)
    if encoding == "UNQUOTED_JSON_VALUE":
        text = json.dumps(value)
        return text[1:-1] if text.startswith('"') else text
    if encoding not in ("LITERAL", "YAML_STRING"):
        raise ValueError(f"Unknown marker encoding: {encoding}")
    if not isinstance(value, str):
        raise TypeError(
            f"Expected a string for {encoding} encoding for marker {marker}, "
            f"got {type(value).__name__}"
        )
    if encoding == "LITERAL" or (_PLAIN_YAML.fullmatch(value) and value.lower() not in _YAML_WORDS):
        return value
    return json.dumps(value)


def selected(paths: Iterable[str], exclude: Sequence[str], include: Sequence[str]) -> list[str]:
    """The paths that take part in a sync; as in the AWS CLI the last filter that matches decides.

    CDK's provider gives all the excludes first, then the includes.
    """
    return [
        path
        for path in paths
        if not any(_matches(path, pattern) for pattern in exclude)
        or any(_matches(path, pattern) for pattern in include)
    ]


def _matches(path: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(path, pattern)


def _replaced(content: bytes, tokens: Mapping[bytes, bytes]) -> bytes:
    for token, text in tokens.items():
        content = content.replace(token, text)
    return content
