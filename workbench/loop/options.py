"""What a user chose for a sandbox's loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.deploy.outputs.outputs import OutputsFormat
    from workbench.loop.function_log_stream import FunctionLogOptions


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How a sandbox runs; the defaults are those of the terminal app.

    When to deploy: ``once`` ends after the first deployment; without ``watch`` only ``redeploy``
    starts another. ``watch_dir`` None means ``amplify/``. ``take_over``: if another terminal owns
    the sandbox, follow it and go on in its place when it ends.

    What is evaluated: ``environment`` gives what each evaluation of the backend finds in its
    environment besides this process's.

    What may be lost: ``interactive`` puts questions to the user and waits for an answer; otherwise
    a deployment that would lose data is refused, unless ``allow_destroy``. ``allowed_by`` is what
    the record of the loss says of that permission.

    How to deploy: ``hotswap`` False leaves everything to CloudFormation. ``express``: on AWS,
    CloudFormation does not wait until resources are ready to serve. ``outputs_format`` and
    ``outputs_version`` are ampx's; ``outputs_dir`` None means the project's root.

    ``function_logs``: which functions' logs are streamed from the start; None: none, until asked.
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
    express: bool = False
    outputs_format: OutputsFormat = "json"
    outputs_version: str = "1.5"
    outputs_dir: Path | None = None
    function_logs: FunctionLogOptions | None = None

    def outputs_folder(self, project_root: Path) -> Path:
        """The folder that the outputs file is written to."""
        return self.outputs_dir or project_root
