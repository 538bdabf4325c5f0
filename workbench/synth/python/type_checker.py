"""Checks the types of a Python backend with the checker in the project's environment."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.guardian import own_guardian
from workbench.model.diagnostics import CheckResult, Diagnostic
from workbench.project.models import Project
from workbench.synth.python.environment import environment_of, install_command, site_packages

CHECK_TIMEOUT = 300.0
"""Seconds: mypy takes 80 s for the CDK's declarations the first time, then has them cached."""


@dataclass(frozen=True, slots=True)
class Checker:
    """A checker's program and its kind."""

    program: Path
    kind: str


def find_checker(project: Project) -> Checker | None:
    """Find mypy, basedpyright or pyright in the project's environment, in this order."""
    environment = environment_of(project)
    if environment is None:
        return None
    for folder in (environment / "bin", environment / "Scripts"):
        for name, kind in (("mypy", "mypy"), ("basedpyright", "pyright"), ("pyright", "pyright")):
            for program in (folder / name, folder / f"{name}.exe"):
                if program.is_file():
                    return Checker(program, kind)
    return None


def install_checker(project: Project) -> str:
    """The command that installs a type checker."""
    return install_command(project.root, environment_of(project), "mypy")


def _why_not(project: Project) -> str:
    """In a line of the screen there is room for a short command alone."""
    if environment_of(project) is None:
        return "not checked: no mypy or pyright in .venv (amplify-tui doctor)"
    return f"not checked: {install_checker(project)}"


class PythonTypeChecker:
    """Checks ``amplify/`` in a new process each time; a newer check ends the previous one."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._process: asyncio.subprocess.Process | None = None
        self._closes = 0

    async def warm(self) -> None:
        """Do nothing: only the checker's own cache speeds up the next check."""

    async def check(
        self, deployment: int | None = None, after: Awaitable[object] | None = None
    ) -> CheckResult:
        """Check the project's types; Python needs no generated files."""
        began = time.monotonic()
        checker = find_checker(self._project)
        if checker is None:
            return CheckResult((), 0.0, _why_not(self._project))
        await self.close()
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                text, errors, code = await self._run(_command(checker, self._project))
        except TimeoutError:
            await self.close()
            return self._failed("it took too long", began)
        found = read_mypy(text) if checker.kind == "mypy" else read_pyright(text)
        if not found and code not in (0, 1):
            return self._failed((errors or text).strip().partition("\n")[0], began)
        return CheckResult(tuple(self._inside(found)), time.monotonic() - began)

    async def close(self) -> None:
        """End a check that is still running."""
        self._closes += 1
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
            own_guardian().release(process.pid)

    async def _run(self, command: list[str]) -> tuple[str, str, int]:
        closes = self._closes
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self._project.root,
            env=own_guardian().environment(
                {**os.environ, "MYPYPATH": str(self._project.amplify_dir)}
            ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._process = process
        own_guardian().watch(process.pid)
        if closes != self._closes:  # while the process started
            process.kill()
        try:
            out, errors = await process.communicate()
        finally:
            if process.returncode is not None:
                own_guardian().release(process.pid)
        return (
            out.decode(errors="replace"),
            errors.decode(errors="replace"),
            process.returncode or 0,
        )

    def _inside(self, found: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
        """Return the findings with file names relative to the project's root."""
        root = self._project.root
        for each in found:
            path = root / each.file
            file = str(path.relative_to(root)) if path.is_relative_to(root) else each.file
            yield Diagnostic(
                each.severity, each.message, each.code, file, each.line, each.column, each.hint
            )

    def _failed(self, reason: str, began: float) -> CheckResult:
        problem = Diagnostic(
            "error",
            f"The type check could not run: {reason}.",
            "TypeCheckFailed",
            hint="Save again to retry, or turn it off with --no-type-check.",
        )
        return CheckResult((problem,), time.monotonic() - began)


def read_mypy(text: str) -> list[Diagnostic]:
    """Return the findings in mypy's JSON lines; notes belong to the error before them."""
    found: list[Diagnostic] = []
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        each = json.loads(line)
        if each.get("severity") != "error":
            continue
        found.append(
            Diagnostic(
                "error",
                str(each["message"]),
                str(each.get("code") or ""),
                str(each["file"]),
                int(each["line"]),
                max(int(each.get("column") or 0), 0) + 1,
                str(each.get("hint") or ""),
            )
        )
    return found


def read_pyright(text: str) -> list[Diagnostic]:
    """Return the errors in pyright's JSON, whose lines count from 0."""
    try:
        report = json.loads(text)
    except ValueError:
        return []
    found = []
    for each in report.get("generalDiagnostics", []):
        if each.get("severity") == "error":
            start = each["range"]["start"]
            found.append(
                Diagnostic(
                    "error",
                    str(each["message"]),
                    str(each.get("rule") or ""),
                    str(each["file"]),
                    int(start["line"]) + 1,
                    int(start["character"]) + 1,
                )
            )
    return found


def _command(checker: Checker, project: Project) -> list[str]:
    amplify = str(project.amplify_dir)
    if checker.kind == "pyright":
        return [str(checker.program), "--outputjson", "--pythonpath", sys.executable, amplify]
    command = [str(checker.program), "--output", "json", "--namespace-packages"]
    command += ["--explicit-package-bases", "--cache-dir", str(project.dot_amplify / "mypy")]
    packages = site_packages(project)
    if packages is None or not (packages / "aws_cdk").is_dir():
        # The CDK and this package's types are ours.
        command += ["--python-executable", sys.executable]
    return [*command, amplify]
