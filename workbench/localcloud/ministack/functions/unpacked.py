"""Unpacks a function's code and layers for its processes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.function_process import read_only
from workbench.function_process.unpacked import Unpacked, extract

_logger = logging.getLogger("lambda_runtime")


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


def _extract(content: bytes, folder: Path, name: str) -> None:
    try:
        extract(content, folder, name)
    except RuntimeError:
        _logger.error("Failed to extract %s", name, exc_info=True)
        raise
