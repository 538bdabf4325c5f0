"""A function's code as a folder that Lambda can run, made once for the same contents."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.backend.constructs.functions.bundle import bundle, esbuild_for
from workbench.backend.constructs.functions.packages import install_packages
from workbench.backend.constructs.functions.start import MODULE, start_file
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import DefinitionError

_LEFT_OUT = {"resource.py", "node_modules", "__pycache__"}
_SCRIPTS = {".js", ".mjs", ".cjs"}


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """A folder to deploy, the handler in Lambda's form, and a digest of all that is in it."""

    folder: Path
    handler: str
    digest: str


def stage_code(
    function: FunctionDefinition, *, reads_parameters: bool, cache: Path, local: bool
) -> FunctionCode:
    """Lay a function's code out below ``cache``; ``local`` where it will run on this machine.

    Raises DefinitionError where TypeScript has no esbuild, or packages cannot be installed.
    """
    texts: dict[str, bytes] = {}
    esbuild = esbuild_for(function.entry) if function.runtime.startswith("node") else None
    if esbuild:
        module, texts = bundle(function, esbuild, cache)
    elif function.runtime.startswith("node") and function.entry.suffix not in _SCRIPTS:
        raise DefinitionError(
            f"The function {function.name} is TypeScript, and the project has no esbuild.",
            "Install it with `npm install --save-dev esbuild`, or write the function in "
            "JavaScript or Python.",
            function.place,
        )
    else:
        module = function.entry.name
        texts = {name: path.read_bytes() for name, path in _own_files(function)}
        _make_module(function, texts)
    handler = f"{_stem(module)}.{function.handler}"
    if reads_parameters:
        target = _stem(module) if function.runtime.startswith("python") else module
        name, text = start_file(function.runtime, target, function.handler)
        texts[name] = text.encode()
        handler = f"{MODULE}.handler"
    packages = install_packages(function, cache, local=local)
    digest = _digest(texts, [packages.name] if packages else [])
    folder = cache / function.name / digest[:16]
    if not folder.is_dir():
        _lay_out(folder, texts, packages)
    return FunctionCode(folder, handler, digest)


def _own_files(function: FunctionDefinition) -> Iterable[tuple[str, Path]]:
    top = function.entry.parent
    for folder, names, files in os.walk(top):
        names[:] = sorted(n for n in names if n not in _LEFT_OUT and not n.startswith("."))
        for name in sorted(files):
            if name in _LEFT_OUT or name.startswith(".") or name.endswith(".pyc"):
                continue
            path = Path(folder, name)
            if path != function.requirements:
                yield path.relative_to(top).as_posix(), path


def _make_module(function: FunctionDefinition, texts: dict[str, bytes]) -> None:
    """Lambda takes a .js file as CommonJS, unless a package.json says that it is a module."""
    if function.entry.suffix != ".js" or "package.json" in texts:
        return
    if re.search(rb"^\s*(export|import)\b", texts[function.entry.name], re.MULTILINE):
        texts["package.json"] = b'{"type":"module"}\n'


def _lay_out(folder: Path, texts: Mapping[str, bytes], packages: Path | None) -> None:
    making = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(making, ignore_errors=True)
    if packages:
        shutil.copytree(packages, making)
    for name, content in texts.items():
        path = making / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for other in folder.parent.iterdir():
        if other != making:
            shutil.rmtree(other, ignore_errors=True)
    making.rename(folder)


def _digest(texts: Mapping[str, bytes], more: Sequence[str]) -> str:
    parts = [[name, hashlib.sha256(texts[name]).hexdigest()] for name in sorted(texts)]
    return hashlib.sha256(json.dumps([parts, list(more)]).encode()).hexdigest()


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0]
