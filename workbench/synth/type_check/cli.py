"""Checks types with TypeScript's command line, for version 7, which has no JavaScript API."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import time
from pathlib import Path

from workbench.guardian import own_guardian
from workbench.model.diagnostics import CheckResult, Diagnostic
from workbench.private_files import private_folder
from workbench.project.models import Project
from workbench.synth.readable_paths import readable_paths

CLI_TIMEOUT = 300.0

_PLACED = re.compile(r"^(?P<file>[^\s(][^(\n]*)\((?P<line>\d+),(?P<column>\d+)\): ")
_FINDING = re.compile(r"(?P<severity>error|warning) (?P<code>TS\d+): (?P<message>.*)$")


async def check_with_cli(project: Project, node: Path) -> CheckResult:
    """Run ``tsc --noEmit --incremental`` on amplify/tsconfig.json.

    Its build information is in ``.amplify/workbench``, separate from ampx's, which another version
    of TypeScript writes. Cancelling ends the process.
    """
    config = project.amplify_dir / "tsconfig.json"
    compiler = _compiler(project.root)
    if not config.is_file():
        return CheckResult((), 0.0, "there is no amplify/tsconfig.json")
    if compiler is None:
        return CheckResult((), 0.0, "typescript is not installed")
    began = time.monotonic()
    info = project.dot_amplify / "workbench" / "tsc.tsbuildinfo"
    private_folder(info.parent)
    flags = ["--noEmit", "--skipLibCheck", "--incremental", "--pretty", "false"]
    process = await asyncio.create_subprocess_exec(
        *(str(node), str(compiler), "-p", str(config), *flags, "--tsBuildInfoFile", str(info)),
        cwd=project.root,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=own_guardian().environment(os.environ),
        start_new_session=True,
    )
    own_guardian().watch(process.pid)
    try:
        output, _ = await asyncio.wait_for(process.communicate(), CLI_TIMEOUT)
    except TimeoutError:
        output = b"error TS0: the compiler took too long"
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        own_guardian().release(process.pid)
    text = output.decode(errors="replace")
    found = parse_compiler_output(text, project.root)
    if not found and process.returncode:
        last = text.strip().splitlines()[-1:] or [f"it exited with code {process.returncode}"]
        found = (
            Diagnostic("error", f"The type check could not run: {last[0]}", "TypeCheckFailed"),
        )
    return CheckResult(found, time.monotonic() - began)


def parse_compiler_output(text: str, root: Path) -> tuple[Diagnostic, ...]:
    """Parse the compiler's output: a finding a line, its details indented below."""
    found: list[Diagnostic] = []
    for line in readable_paths(text, root).splitlines():
        place = _PLACED.match(line)
        finding = _FINDING.match(line[place.end() :] if place else line)
        if finding:
            path = root / place["file"] if place else None
            name = (
                str(path.resolve().relative_to(root.resolve()))
                if path and path.resolve().is_relative_to(root.resolve())
                else (place["file"] if place else "")
            )
            found.append(
                Diagnostic(
                    "error" if finding["severity"] == "error" else "warning",
                    finding["message"],
                    finding["code"],
                    name,
                    int(place["line"]) if place else 0,
                    int(place["column"]) if place else 0,
                )
            )
        elif line.startswith("  ") and found:
            last = found[-1]
            found[-1] = Diagnostic(
                last.severity,
                f"{last.message}\n{line}",
                last.code,
                last.file,
                last.line,
                last.column,
            )
    return tuple(found)


def _compiler(root: Path) -> Path | None:
    for folder in (root, *root.parents):
        package = folder / "node_modules" / "typescript"
        try:
            manifest = json.loads((package / "package.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        binary = manifest.get("bin")
        file = binary.get("tsc") if isinstance(binary, dict) else binary
        return (package / str(file)).resolve() if file else None
    return None
