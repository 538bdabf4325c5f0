"""Finds the Amplify project of a folder."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from workbench.printed_commands import amplify_tui, in_folder
from workbench.project.models import PackageManager, Project, ProjectProblem

BACKEND_SUFFIXES = (".ts", ".js", ".mjs", ".cjs", ".py")

MANAGERS: tuple[PackageManager, ...] = ("npm", "pnpm", "yarn", "bun")

LOCK_FILES: tuple[tuple[str, PackageManager], ...] = (
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
)


def find_project(start: Path) -> Project:
    """Find the project of a folder or file: the nearest folder upward with a backend.

    Raises ``ProjectProblem`` if there is none, if there are two backend files (``ampx`` would
    silently prefer the JavaScript one), or if ``package.json`` is missing, invalid or without a
    name (which is the sandbox's namespace).
    """
    begin = start.absolute()
    for folder in (begin, *begin.parents):
        if (folder / "amplify").is_dir() and _backend_files(folder):
            return _project_at(folder)
    raise _no_project(begin)


def read_package_json(path: Path) -> dict[str, object]:
    """Read a ``package.json``; raises ``ProjectProblem`` if it is missing or not JSON."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectProblem(
            "package.json is missing beside the amplify folder.",
            f"Run `{in_folder(path.parent, 'npm init')}`, or move the amplify folder to your app's "
            "root.",
            where=str(path.parent),
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ProjectProblem(
            f"package.json is not valid JSON: {error}.", "Correct the file.", where=str(path)
        ) from None
    except OSError as error:
        raise ProjectProblem(
            f"package.json cannot be read: {error.strerror}.",
            "Check the file's permissions.",
            where=str(path),
        ) from None
    if not isinstance(content, dict):
        raise ProjectProblem(
            "package.json does not hold a JSON object.", "Correct the file.", where=str(path)
        )
    return content


def package_manager_of(root: Path) -> PackageManager:
    """Return the package manager: ``packageManager`` in package.json, else by the lock file.

    In a workspace the lock file is at the repository's root, so the folders above are searched too,
    up to the one with ``.git``.
    """
    for folder in (root, *root.parents):
        package_json = folder / "package.json"
        if package_json.is_file():
            declared = read_package_json(package_json).get("packageManager")
            if isinstance(declared, str):
                name = declared.split("@", 1)[0]
                for known in MANAGERS:
                    if name == known:
                        return known
        for file_name, manager in LOCK_FILES:
            if (folder / file_name).exists():
                return manager
        if (folder / ".git").exists():
            break
    return "npm"


def _backend_files(root: Path) -> list[Path]:
    candidates = (root / "amplify" / f"backend{suffix}" for suffix in BACKEND_SUFFIXES)
    return [file for file in candidates if file.is_file()]


def _project_at(root: Path) -> Project:
    files = _backend_files(root)
    if len(files) > 1:
        names = " and ".join(f"amplify/{file.name}" for file in files)
        raise ProjectProblem(
            f"There are two backend files: {names}.",
            "Keep one: delete or rename the other (often a compiled copy).",
            where=str(root),
        )
    if files[0].suffix == ".py":
        return Project(root, files[0], _python_name(root))
    name = read_package_json(root / "package.json").get("name")
    if not isinstance(name, str) or not name:
        raise ProjectProblem(
            "package.json has no name; the name is part of every sandbox's identity.",
            'Add one, for example "name": "my-app".',
            where=str(root / "package.json"),
        )
    return Project(
        root=root,
        backend_file=files[0],
        package_name=name,
        package_manager=package_manager_of(root),
    )


def _python_name(root: Path) -> str:
    """Return the name of a Python project; package.json has priority, as in ampx."""
    if (root / "package.json").is_file():
        name = read_package_json(root / "package.json").get("name")
        if isinstance(name, str) and name:
            return name
    file = root / "pyproject.toml"
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return root.name or "amplify"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ProjectProblem(
            f"pyproject.toml cannot be read: {error}.", "Correct the file.", where=str(file)
        ) from None
    project = content.get("project")
    name = project.get("name") if isinstance(project, dict) else None
    return name if isinstance(name, str) and name else root.name or "amplify"


def _no_project(begin: Path) -> ProjectProblem:
    if (begin / "amplify" / ".config").is_dir() or (
        begin / "amplify" / "team-provider-info.json"
    ).is_file():
        return ProjectProblem(
            "This is an Amplify Gen 1 project (it has amplify/.config); only Gen 2 is supported.",
            f"Migrate it to Gen 2, or start a new one with `{amplify_tui('init', 'FOLDER')}`.",
            where=str(begin),
        )
    if (begin / "amplify").is_dir():
        return ProjectProblem(
            "The amplify folder has no backend file.",
            "Add amplify/backend.py that calls define_backend(), or backend.ts with "
            "defineBackend().",
            where=str(begin),
        )
    return ProjectProblem(
        "No Amplify Gen 2 project here: no amplify/backend.ts or backend.py in this folder or "
        "above it.",
        f"Go to your project, or start one with `{amplify_tui('init')}`.",
        where=str(begin),
        offer="init",
    )
