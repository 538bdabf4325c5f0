"""Creates a project from a template, in the layout of the official quickstart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from workbench.atomic_files import write_whole
from workbench.printed_commands import amplify_tui, in_folder
from workbench.project.locate import find_project, read_package_json
from workbench.project.models import Project, ProjectProblem
from workbench.project.packages import install_packages

LANGUAGES = ("typescript", "python")
Say = Callable[[str], None]

__all__ = ["LANGUAGES", "Say", "install_packages", "planned", "scaffold"]


def scaffold(directory: Path, language: str, say: Say) -> Project:
    """Write a new project's files into ``directory``, which may be missing, and return the project.

    An existing package.json only gets the missing dependencies, .gitignore only the missing lines;
    an existing pyproject.toml stays as it is. Raises ``ProjectProblem`` and changes nothing if
    ``amplify`` exists, if a file to extend is invalid, or if the folder cannot be written.
    """
    if language not in LANGUAGES:
        raise ProjectProblem(
            f"There is no template for {language!r}.", f"Choose one of: {', '.join(LANGUAGES)}."
        )
    root = directory.absolute()
    if (root / "amplify").exists() or (root / "amplify").is_symlink():
        raise ProjectProblem(
            "There is already an amplify folder here; nothing was changed.",
            f"Run `{in_folder(root, amplify_tui())}` to deploy it, or choose another folder for a "
            "new project.",
            where=str(root),
        )
    if root.exists() and not root.is_dir():
        raise ProjectProblem(
            "This is a file, not a folder.", "Choose another name.", where=str(root)
        )
    template = resources.files("workbench.project") / "templates" / language
    # All content is made before the first write, so that an invalid package.json changes nothing.
    contents = {
        **(_pyproject(root, template) if language == "python" else _npm(root, template)),
        root / ".gitignore": _gitignore(root, template),
        **_tree(template / "amplify", root / "amplify"),
    }
    _write(root, contents, say)
    return find_project(root)


def planned(directory: Path, language: str) -> tuple[str, ...]:
    """Describe what ``scaffold`` and the installation after it will do, a line for each step."""
    root = directory.absolute()
    ignore = "extends" if (root / ".gitignore").exists() else "writes"
    if language == "python":
        kept = (root / "pyproject.toml").exists()
        project = "keeps your pyproject.toml" if kept else "writes pyproject.toml"
        return (f"writes amplify/, {project}, {ignore} .gitignore", "installs nothing")
    file = root / "package.json"
    if not file.exists():
        packages = "writes package.json"
    else:
        name = read_package_json(file).get("name") or "this folder"
        packages = f"adds Amplify's packages to package.json ({name})"
    return (
        f"writes amplify/, {ignore} .gitignore",
        packages,
        "installs several hundred packages with npm: some minutes",
    )


def _npm(root: Path, template: Traversable) -> dict[Path, str]:
    return {root / "package.json": _package_json(root, template)}


def _pyproject(root: Path, template: Traversable) -> dict[Path, str]:
    """Return a pyproject.toml if it is missing: its name is part of each sandbox's identity."""
    file = root / "pyproject.toml"
    if file.exists():
        return {}
    text = (template / "pyproject.toml").read_text(encoding="utf-8")
    return {file: text.replace('name = "chat"', f'name = "{_package_name(root.name)}"')}


def _tree(source: Traversable, target: Path) -> dict[Path, str]:
    """Return the template's files by their path in the project."""
    files: dict[Path, str] = {}
    for entry in sorted(source.iterdir(), key=lambda item: item.name):
        # Installers compile the Python files of a package, also those of the templates.
        if entry.name == "__pycache__" or entry.name.endswith((".pyc", ".pyo")):
            continue
        if entry.is_dir():
            files.update(_tree(entry, target / entry.name))
        else:
            files[target / entry.name] = entry.read_text(encoding="utf-8")
    return files


def _package_json(root: Path, template: Traversable) -> str:
    wanted: dict[str, object] = json.loads((template / "package.json").read_text(encoding="utf-8"))
    file = root / "package.json"
    if not file.exists():
        wanted["name"] = _package_name(root.name)
        return json.dumps(wanted, indent=2) + "\n"
    text = file.read_text(encoding="utf-8")
    content = read_package_json(file)
    present = {
        name
        for section in ("dependencies", "devDependencies")
        for name in _table(content, section, file)
    }
    for section in ("dependencies", "devDependencies", "allowScripts"):
        additions = {
            name: value
            for name, value in _table(wanted, section, file).items()
            if name
            not in (_table(content, section, file) if section == "allowScripts" else present)
        }
        if additions:
            merged = {**_table(content, section, file), **additions}
            content[section] = dict(sorted(merged.items()))
    if not content.get("name"):
        content["name"] = _package_name(root.name)
    indent = re.search(r"^([ \t]+)\"", text, re.MULTILINE)
    return json.dumps(content, indent=indent[1] if indent else 2, ensure_ascii=False) + "\n"


def _table(content: dict[str, object], section: str, file: Path) -> dict[str, object]:
    table = content.get(section, {})
    if not isinstance(table, dict):
        raise ProjectProblem(
            f"{section!r} in package.json is not an object; nothing was changed.",
            "Correct the file.",
            where=str(file),
        )
    return table


def _package_name(folder: str) -> str:
    """Return an npm package name for a folder: lower case, no leading dot or dash."""
    name = re.sub(r"[^a-z0-9._~-]+", "-", folder.lower()).strip("-._~")
    return name or "amplify-app"


def _gitignore(root: Path, template: Traversable) -> str:
    wanted = (template / "gitignore").read_text(encoding="utf-8").splitlines()
    file = root / ".gitignore"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    present = {line.strip().strip("/") for line in text.splitlines()}
    missing = [line for line in wanted if line.strip("/") not in present]
    if not missing:
        return text
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}# Amplify\n" + "".join(f"{line}\n" for line in missing)


def _write(root: Path, contents: dict[Path, str], say: Say) -> None:
    before = {file: file.read_bytes() if file.exists() else None for file in contents}
    made_folders: list[Path] = []
    written: list[Path] = []
    try:
        for file, text in contents.items():
            made_folders += _make_folder(file.parent)
            written.append(file)
            write_whole(file, text)
            say(f"{'wrote' if before[file] is None else 'extended'} {file.relative_to(root)}")
    except OSError as error:
        _undo(written, before, made_folders)
        raise ProjectProblem(
            f"The project cannot be written: {error.strerror or error}; nothing was changed.",
            "Check the folder's permissions and the free space.",
            where=str(written[-1] if written else root),
        ) from None


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder with its parents; returns the new ones, outermost first."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _undo(written: list[Path], before: dict[Path, bytes | None], folders: list[Path]) -> None:
    for file in written:
        old = before[file]
        if old is None:
            file.unlink(missing_ok=True)
        else:
            write_whole(file, old)
    for folder in reversed(folders):
        folder.rmdir()
