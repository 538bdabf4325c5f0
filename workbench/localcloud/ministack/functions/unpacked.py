"""Unpacks a function's code and layers for its processes."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.function_process import read_only

_logger = logging.getLogger("lambda_runtime")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Where a process finds its files. ``missing`` are the layers that are on AWS alone."""

    task_root: Path
    home: Path
    layers: list[Path]
    missing: list[str]


def unpack(config: Mapping[str, Any], code: bytes, folder: Path) -> Unpacked:
    """Unpack into ``folder``, which is empty. Raises ``RuntimeError`` for a broken archive."""
    from ministack.services.lambda_svc import _resolve_layer_zip

    task_root, home = folder / "code", folder / "home"
    home.mkdir()
    _extract(code, task_root, "the function's code")
    layers: list[Path] = []
    missing: list[str] = []
    for number, layer in enumerate(config.get("Layers") or []):
        arn = layer if isinstance(layer, str) else str(layer.get("Arn") or "")
        content = _resolve_layer_zip(layer)
        if content is None:
            missing.append(arn)
            continue
        layers.append(folder / f"layer_{number}")
        _extract(content, layers[-1], arn)
    if not read_only.is_available():
        for unpacked in (task_root, *layers):
            read_only.take_write_modes(unpacked)
    return Unpacked(task_root, home, layers, missing)


def link_layers(unpacked: Unpacked) -> None:
    """Make what layers hold for Node importable: ``import`` has no search path as ``require`` has.

    It lies in a ``node_modules`` above the handler, after the function's own.
    """
    for layer in unpacked.layers:
        for package in (layer / "nodejs" / "node_modules").glob("*"):
            link = unpacked.task_root.parent / "node_modules" / package.name
            if not link.exists():
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(package)


def _extract(content: bytes, folder: Path, name: str) -> None:
    folder.mkdir()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(folder)
            for member in archive.infolist():
                mode = member.external_attr >> 16
                if mode & 0o111 and not member.is_dir():
                    (folder / member.filename).chmod(0o755)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        _logger.error("Failed to extract %s", name, exc_info=True)
        raise RuntimeError(f"Failed to extract {name}: {error}") from error
