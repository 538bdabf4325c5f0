"""Turns an error that the synth worker reports into diagnostics: place, reason, hint."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from workbench.model.diagnostics import Diagnostic
from workbench.printed_commands import in_folder
from workbench.project.models import PackageManager, Project
from workbench.synth.container_bundling import container_problem
from workbench.synth.readable_paths import readable_paths

ErrorReport = Mapping[str, object]
"""An error as the worker reports it: name, message, stack, resolution, …, and its cause."""

_FRAME = re.compile(r"(?:file://)?(/[^()?\n]+?)(?:\?[^:()\s]*)?:(\d+):(\d+)\)?\s*$")
_TRANSFORM = re.compile(r"^(/[^\n?]+?)(?:\?[^\n:]*)?:(\d+):(\d+): ERROR: (.+)$", re.MULTILINE)
_ESBUILD = re.compile(r"\[ERROR\] (.+?)\n(?:\n {4}(\S[^\n]*?):(\d+):(\d+):)?", re.DOTALL)
_MISSING = re.compile(r"Cannot find (module|package) '([^']+)'(?: imported from '?([^\n']+))?")
_REQUIRED = re.compile(r"Require stack:\n- ([^\n]+)")
_NO_EXPORT = re.compile(r"The requested module '([^']+)' does not provide an export named '?(\w+)")
_STACK_LINE = re.compile(r"^\s+at .+(?:\n|$)", re.MULTILINE)
_CREATION = re.compile(r"\s*Object creation stack:.*", re.DOTALL)

_INSTALL: dict[PackageManager, str] = {
    "npm": "npm install",
    "pnpm": "pnpm add",
    "yarn": "yarn add",
    "bun": "bun add",
}

TRACE_LINES = 12


def diagnostics_of(report: ErrorReport, project: Project) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of an error: at least one, without stack traces."""
    chain = tuple(_chain(report))
    found = (
        _known_problem(report, project)
        or _bundling(report, project)
        or [item for link in chain for item in _transform(link, project)]
        or _missing_module(chain, project)
        or _missing_export(chain, project)
        or _container(chain, project)
    )
    return tuple(found) or (_general(chain, project),)


def trace_of(report: ErrorReport) -> str:
    """Return the shortened stacks of the error and its causes, for the debug log."""
    parts = []
    for link in _chain(report):
        stack = _text(link, "stack") or _text(link, "message")
        lines = [line for line in stack.splitlines() if "node:internal" not in line]
        parts.append("\n".join(lines[:TRACE_LINES]))
    return "\nCaused by: ".join(parts)


def _chain(report: ErrorReport) -> Iterator[ErrorReport]:
    link: object = report
    while isinstance(link, Mapping):
        yield link
        link = link.get("cause")


def _text(report: ErrorReport, key: str) -> str:
    value = report.get(key)
    return value if isinstance(value, str) else ""


def _known_problem(report: ErrorReport, project: Project) -> list[Diagnostic]:
    install = f"{project.package_manager} install"
    backend = _relative(str(project.backend_file), project)
    add = _INSTALL[project.package_manager]
    match _text(report, "problem"):
        case "no-backend-defined":
            return [
                Diagnostic(
                    "error",
                    "The backend definition is missing a `defineBackend` call.",
                    "MissingDefineBackendError",
                    file=backend,
                    hint=f"Check that `{backend}` calls `defineBackend`.",
                )
            ]
        case "exit":
            file, line, column = _place((report,), project)
            message = _text(report, "message")
            return [
                Diagnostic(
                    "error",
                    f"{message[:1].upper()}{message[1:]}, so nothing was deployed.",
                    "ProcessExit",
                    file or backend,
                    line,
                    column,
                    "Throw an error instead of ending the process.",
                )
            ]
        case "no-backend" | "no-cdk" | "no-generator":
            return [_environment(report, f"Run `{in_folder(project.root, install)}`.")]
        case "no-tsx":
            return [
                _environment(
                    report,
                    f"Run `{in_folder(project.root, f'{add} -D tsx @aws-amplify/backend-cli')}`.",
                )
            ]
        case _:
            return []


def _installing(package: str, project: Project) -> str:
    add = f"{_INSTALL[project.package_manager]} {shlex.quote(package)}"
    return f"Run `{in_folder(project.root, add)}`."


def _environment(report: ErrorReport, hint: str) -> Diagnostic:
    return Diagnostic(
        "error", _text(report, "message"), "MissingPackage", "package.json", hint=hint
    )


def _bundling(report: ErrorReport, project: Project) -> list[Diagnostic]:
    texts = report.get("bundling")
    found = []
    for text in texts if isinstance(texts, list) else []:
        for message, file, line, column in _ESBUILD.findall(str(text)):
            package = re.match(r'Could not resolve "([^."/][^"]*)"', message)
            hint = "Fix the function's code; it could not be bundled."
            if package and package[1].startswith("$amplify/env/"):
                hint = "Import `$amplify/env/` with the function's `name` (by default its entry's)."
            elif package:
                hint = _installing(package[1], project)
            found.append(
                Diagnostic(
                    "error",
                    message.strip(),
                    "FunctionBundleError",
                    _relative(str(project.root / file), project) if file else "",
                    int(line or 0),
                    int(column or -1) + 1,
                    hint,
                )
            )
    return found


def _transform(report: ErrorReport, project: Project) -> list[Diagnostic]:
    return [
        Diagnostic(
            "error",
            message.strip(),
            "SyntaxError",
            _relative(file, project),
            int(line),
            int(column) + 1,
            "Fix the syntax error and save.",
        )
        for file, line, column, message in _TRANSFORM.findall(_text(report, "message"))
    ]


def _missing_module(chain: tuple[ErrorReport, ...], project: Project) -> list[Diagnostic]:
    for link in chain:
        message = _text(link, "message")
        if _text(link, "code") not in {"ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"}:
            continue
        match = _MISSING.search(message)
        if not match:
            continue
        kind, wanted, importer = match[1], _clean(match[2]), _clean(match[3] or "")
        required = _REQUIRED.search(message)
        importer = importer or (_clean(required[1]) if required else "")
        local = kind == "module" and wanted.startswith(("/", ".", "file:"))
        stem = Path(wanted).stem if local else wanted
        line, column, specifier = _import_line(Path(importer), stem)
        name = specifier or (_relative(wanted, project) if local else wanted)
        package = "/".join(wanted.split("/")[: 2 if wanted.startswith("@") else 1])
        hint = "Check the path of the import." if local else _installing(package, project)
        file = _relative(importer, project) if importer else ""
        return [
            Diagnostic(
                "error", f"Cannot find {kind} '{name}'.", "ModuleNotFound", file, line, column, hint
            )
        ]
    return []


def _missing_export(chain: tuple[ErrorReport, ...], project: Project) -> list[Diagnostic]:
    for link in chain:
        match = _NO_EXPORT.search(_text(link, "message"))
        if not match:
            continue
        importer, line, column = _importer(match[1], match[2], project)
        return [
            Diagnostic(
                "error",
                f"'{match[1]}' has no export named '{match[2]}'.",
                "MissingExport",
                _relative(importer, project) if importer else "",
                line,
                column,
                f"Export `{match[2]}` there, or correct the import.",
            )
        ]
    return []


def _container(chain: tuple[ErrorReport, ...], project: Project) -> list[Diagnostic]:
    for link in chain:
        found = container_problem(_text(link, "message"))
        if found is not None:
            file, line, column = _place(chain, project)
            what, hint = found
            return [Diagnostic("error", what, "ContainerBundling", file, line, column, hint)]
    return []


def _general(chain: tuple[ErrorReport, ...], project: Project) -> Diagnostic:
    messages: list[str] = []
    for link in chain:
        message = _plain(_text(link, "message")) or _text(link, "name")
        details = _plain(_text(link, "details"))
        for text in (message, details):
            if text and not any(text in said for said in messages):
                messages.append(text)
    hint = next((_text(link, "resolution") for link in chain if _text(link, "resolution")), "")
    # Amplify's own hint for wrapped errors only points to the cause, which the message has.
    if "underlying error" in hint.lower() and len(messages) > 1:
        hint = next((_text(link, "resolution") for link in chain[1:]), "")
    if any("Cannot find a package lock file" in said for said in messages):
        install = in_folder(project.root, f"{project.package_manager} install")
        hint = f"Run `{install}`: it writes the lock file."
    if not hint and _text(chain[0], "name") == "NotAnError":
        hint = "Throw an Error object: it says where it was thrown."
    file, line, column = _place(chain, project)
    code = _text(chain[0], "name")
    told = readable_paths("\n".join(messages), project.root)
    return Diagnostic("error", told, code, file, line, column, hint)


def _plain(message: str) -> str:
    return _STACK_LINE.sub("", _CREATION.sub("", message)).strip()


def _place(chain: tuple[ErrorReport, ...], project: Project) -> tuple[str, int, int]:
    """Return the innermost frame in the user's files, of the first cause that has one."""
    root = f"{project.root}/"
    for link in reversed(chain):
        for text in _text(link, "stack").splitlines():
            frame = _FRAME.search(text)
            if not frame:
                continue
            file = unquote(frame[1])
            if file.startswith(root) and not re.search(r"/(node_modules|\.amplify)/", file):
                return _relative(file, project), int(frame[2]), int(frame[3])
    return "", 0, 0


def _clean(path: str) -> str:
    return unquote(path.removeprefix("file://").split("?")[0].strip())


def _relative(file: str, project: Project) -> str:
    path = Path(file)
    return str(path.relative_to(project.root)) if path.is_relative_to(project.root) else file


def _importer(specifier: str, name: str, project: Project) -> tuple[str, int, int]:
    """Find the user's file that imports ``name`` from ``specifier``: Node does not name it."""
    for file in sorted(project.amplify_dir.rglob("*.*s")):
        if "node_modules" in file.parts:
            continue
        line, column, found = _import_line(file, Path(specifier).stem)
        if found == specifier and re.search(rf"\b{name}\b", file.read_text(encoding="utf-8")):
            return str(file), line, column
    return "", 0, 0


def _import_line(importer: Path, stem: str) -> tuple[int, int, str]:
    """Find the import of ``stem`` in a source file: line, column and specifier, or zeros."""
    try:
        lines = importer.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0, 0, ""
    quoted = re.compile(rf"""['"]((?:[^'"]*/)?{re.escape(stem)}(?:\.\w+)?)['"]""")
    for number, line in enumerate(lines, 1):
        match = quoted.search(line)
        if match and re.search(r"\b(?:from|import|require)\b", line):
            return number, match.start() + 1, match[1]
    return 0, 0, ""
