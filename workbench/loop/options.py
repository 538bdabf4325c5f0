"""What a user chose for a sandbox's loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How a sandbox runs; the defaults are those of the terminal app.

    ``interactive``: questions are put to the user and wait for an answer; otherwise a deployment
    that would lose data is refused, unless ``allow_destroy``; ``allowed_by`` is what the record of
    the loss says of that permission. ``once`` ends after the first
    deployment; without ``watch`` only ``redeploy`` starts another. ``environment`` gives what each
    evaluation of the backend finds in its environment besides this process's. ``watch_dir`` None means ``amplify/``. ``outputs_format`` and ``outputs_version`` are
    ampx's; ``hotswap`` False leaves all to CloudFormation; ``outputs_dir`` None means the project's root. ``take_over``: when another terminal owns
    the sandbox, follow it and go on in its place when it ends.
    """

    once: bool = False
    watch: bool = True
    environment: Callable[[], Mapping[str, str]] = dict
    type_check: bool = True
    interactive: bool = True
    allow_destroy: bool = False
    allowed_by: str = "--allow-destroy"
    take_over: bool = True
    watch_dir: Path | None = None
    exclude: tuple[str, ...] = ()
    hotswap: bool = True
    outputs_format: str = "json"
    outputs_version: str = "1.5"
    outputs_dir: Path | None = None
