"""Reads what a deployed backend offers its client apps, and writes ``amplify_outputs.json``."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from botocore.exceptions import ClientError

from workbench.atomic_files import write_whole
from workbench.aws.client_errors import is_missing
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget, Target
from workbench.deploy.live.models import LiveStack
from workbench.deploy.live.stack_state import StackState, read_stack_state
from workbench.deploy.outputs.legacy import legacy_outputs, mobile_outputs
from workbench.deploy.outputs.sections import (
    DEFAULT_VERSION,
    VERSIONS,
    OutputsConflictError,
    Section,
    auth_section,
    custom_section,
    data_section,
    merge_sections,
    storage_section,
)
from workbench.deploy.outputs.written_outputs import note_written
from workbench.front_end.connection import find_front_end
from workbench.front_end.written import disconnect, write_front_end
from workbench.model.events import Emit, OutputsWritten
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui
from workbench.private_files import create_private, kept_mode

OutputsFormat = Literal["json", "dart", "ts", "mjs", "json-mobile"]
Introspect = Callable[[str], Mapping[str, Any]]
"""Model introspection of a GraphQL schema, as the project's own Amplify packages make it."""

LEGACY_VERSION = "0"
_AUTH = "AWS::Amplify::Auth"
_DATA = "AWS::Amplify::GraphQL"
_STORAGE = "AWS::Amplify::Storage"
_CUSTOM = "AWS::Amplify::Custom"
_INDENT = 2


@dataclass(frozen=True, slots=True)
class OutputsRequest:
    """Where outputs are written and how; ``introspect`` makes the model introspection.

    ``sandbox_dir`` is the folder of the sandbox and target that the file is remembered to be of,
    ``root`` the project whose front end is connected with the local cloud.
    """

    directory: Path
    introspect: Introspect
    fmt: OutputsFormat = "json"
    version: str = DEFAULT_VERSION
    sandbox_dir: Path | None = None
    root: Path | None = None

    @property
    def is_for_web(self) -> bool:
        """Whether a front end in JavaScript reads the file."""
        return self.fmt == "json" and self.version != LEGACY_VERSION

    @property
    def path(self) -> Path:
        """The file that is written."""
        return outputs_path(self.directory, self.fmt, self.version)


def read_outputs(
    clients: Clients,
    stack_name: str,
    introspect: Introspect,
    *,
    version: str = DEFAULT_VERSION,
    live: LiveStack | None = None,
) -> dict[str, Any]:
    """The outputs of a deployed stack, equal key for key to ``ampx generate outputs``.

    ``version`` is a schema version (``1`` to ``1.5``), or ``0`` for what the legacy format is made
    from. ``live`` is the stack if it has just been read. Raises UserProblem if there is no such
    stack, it is not an Amplify backend, a deployment is running, or custom outputs conflict.
    """
    legacy = version == LEGACY_VERSION
    if not legacy and version not in VERSIONS:
        raise UserProblem(
            f"There is no outputs version {version}.",
            f"Choose one of {', '.join((LEGACY_VERSION, *VERSIONS))}.",
        )
    if live is not None:
        payloads = _payloads(live.name, live.outputs, live.template.metadata)
    else:
        with ThreadPoolExecutor(2, thread_name_prefix="outputs") as pool:
            reading = pool.submit(read_stack_state, clients, stack_name)
            metadata = pool.submit(_read_metadata, clients, stack_name)
            state = _require_ready(reading.result(), stack_name)
            payloads = _payloads(state.name, state.outputs, metadata.result())
    # The legacy converter starts from 1.5 without the groups and passwordless of its auth.
    sections = "1.2" if legacy else version
    outputs: Section = {}
    try:
        if _AUTH in payloads:
            merge_sections(outputs, auth_section(payloads[_AUTH], sections))
        if _DATA in payloads:
            schema = _read_schema(clients, payloads[_DATA].get("amplifyApiModelSchemaS3Uri", ""))
            introspection = introspect(schema) if schema else None
            merge_sections(outputs, data_section(payloads[_DATA], introspection))
        if _STORAGE in payloads:
            merge_sections(outputs, storage_section(payloads[_STORAGE], sections))
        merge_sections(outputs, {"version": DEFAULT_VERSION if legacy else version})
        if _CUSTOM in payloads:
            merge_sections(outputs, custom_section(payloads[_CUSTOM]))
    except OutputsConflictError as conflict:
        raise UserProblem(
            str(conflict), "Check the calls of `addOutput` (`add_output`) in amplify/backend."
        ) from conflict
    return outputs


def write_outputs_file(
    clients: Clients,
    stack_name: str,
    request: OutputsRequest,
    emit: Emit,
    deployment: int | None = None,
    *,
    live: LiveStack | None = None,
) -> OutputsWritten:
    """Read the stack's outputs and write the file; tells of it, and returns what was told.

    ``live`` as for ``read_outputs``.
    """
    content = read_outputs(
        clients, stack_name, request.introspect, version=request.version, live=live
    )
    changed = write_outputs(request.path, content, request.fmt, request.version)
    if request.sandbox_dir is not None:
        note_written(request.sandbox_dir, request.path)
    unconnected = ""
    if request.root is not None and request.is_for_web:
        unconnected = _connect_front_end(clients.target, request.root, request.path)
    written = OutputsWritten(
        at=time.time(),
        deployment=deployment,
        path=str(request.path),
        changed=changed,
        unconnected=unconnected,
    )
    emit(written)
    return written


def _connect_front_end(target: Target, root: Path, outputs: Path) -> str:
    """The configuration file that lacks the line, after the first deployment alone."""
    if not isinstance(target, LocalTarget):
        disconnect(root, outputs)
        return ""
    first = write_front_end(root, target.endpoint, target.region, outputs)
    front_end = find_front_end(root) if first else None
    return front_end.file.name if front_end is not None and not front_end.connected else ""


def outputs_path(
    directory: Path, fmt: OutputsFormat = "json", version: str = DEFAULT_VERSION
) -> Path:
    """Where outputs go: ``amplify_outputs.json``, or the legacy ``amplifyconfiguration.json``."""
    name = "amplifyconfiguration" if version == LEGACY_VERSION else "amplify_outputs"
    return directory / f"{name}.{'json' if fmt == 'json-mobile' else fmt}"


def render_outputs(
    outputs: Mapping[str, Any], fmt: OutputsFormat = "json", version: str = DEFAULT_VERSION
) -> str:
    """The outputs as the text of a file; raises UserProblem for a format ampx refuses too."""
    if version == LEGACY_VERSION:
        return _render_legacy(legacy_outputs(outputs), fmt)
    if fmt == "json":
        return _json(outputs)
    if fmt == "dart":
        # A raw string: Dart would read the `$` in some outputs as interpolation.
        return f"const amplifyConfig = r'''{_json(outputs)}''';"
    raise UserProblem(
        f"Outputs of version {version} cannot be written as {fmt}.",
        f"Use --format json or dart, or --outputs-version {LEGACY_VERSION} for the legacy formats.",
    )


def write_outputs(
    path: Path,
    outputs: Mapping[str, Any],
    fmt: OutputsFormat = "json",
    version: str = DEFAULT_VERSION,
) -> bool:
    """Write the file atomically; False if it was already the same, so that no dev server reloads.

    A reader sees the old file or the new one, never half of one. It has the API key: a new file is
    for the owner alone, one that is there keeps its mode (a container's user may have to read it).
    """
    text = render_outputs(outputs, fmt, version)
    if path.is_file() and path.read_text("utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text, mode=kept_mode(path))
    return True


def place_empty_outputs(
    path: Path, fmt: OutputsFormat = "json", version: str = DEFAULT_VERSION
) -> bool:
    """Write a file with the version alone, unless there is one; returns whether it did."""
    text = render_outputs({"version": version}, fmt, version)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        create_private(path, text)
    except FileExistsError:
        return False
    return True


def _json(value: Any) -> str:
    return json.dumps(value, indent=_INDENT, ensure_ascii=False)


def _render_legacy(legacy: Mapping[str, Any], fmt: OutputsFormat) -> str:
    match fmt:
        case "json":
            return _json(legacy)
        case "json-mobile":
            return _json(mobile_outputs(legacy))
        case "dart":
            mobile = _json(mobile_outputs(legacy))
            return f"const amplifyConfig = r'''{mobile}''';\n\nconst amplifyconfig = amplifyConfig;"
        case _:
            text = f"const amplifyConfig = {_json(legacy)}{os.linesep}"
            return f"{text}export default amplifyConfig;{os.linesep}"


def _require_ready(state: StackState | None, stack_name: str) -> StackState:
    if state is None:
        raise UserProblem(
            f"There is no deployed backend {stack_name}.",
            f"Deploy it first with `{amplify_tui('sandbox', '--once')}`.",
        )
    if state.status.endswith("_IN_PROGRESS"):
        raise UserProblem(
            f"A deployment of {stack_name} is running.", "Try again when it has finished."
        )
    return state


def _read_metadata(clients: Clients, stack_name: str) -> Mapping[str, Any]:
    try:
        summary = clients.cloudformation.get_template_summary(StackName=stack_name)
    except ClientError as error:
        if is_missing(error):
            return {}
        raise
    found = json.loads(summary.get("Metadata") or "{}")
    return cast("Mapping[str, Any]", found)


def _payloads(
    name: str, outputs: Mapping[str, str], metadata: Mapping[str, Any]
) -> dict[str, dict[str, str]]:
    """Section key → its stack outputs that have a value."""
    payloads: dict[str, dict[str, str]] = {}
    for key, entry in metadata.items():
        if isinstance(entry, Mapping) and "stackOutputs" in entry and "version" in entry:
            names = entry["stackOutputs"]
            payloads[key] = {each: outputs[each] for each in names if outputs.get(each)}
    if not payloads:
        raise UserProblem(
            f"The stack {name} is not an Amplify backend.",
            "Name the main stack of a Gen 2 backend.",
        )
    return payloads


def _read_schema(clients: Clients, uri: str) -> str:
    if not uri.startswith("s3://"):
        return ""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8")
